import type { Failing, FailureStore, GuessLimits } from './growing-delay.ts'

/** Accounts, references and networks whose failures are remembered; the one that failed longest ago is forgotten first. */
const FAILURES_MAX = 50_000
/** Beyond this many doublings every delay is at its maximum. */
export const DOUBLINGS_MAX = 30

type Failures = { count: number; lastAt: number; formerLastAt: number; id: string }

/** Wrong guesses in this process's memory. */
export function memoryFailures(limits: GuessLimits): FailureStore {
  const seen = new Map<string, Failures>()

  const remembered = (key: string, at: number) => {
    const failures = seen.get(key)
    return failures && at - failures.lastAt < limits.forgottenAfterSeconds * 1000 ? failures : undefined
  }
  const count = (key: string, id: string, at: number): number => {
    const failures = remembered(key, at)
    seen.delete(key)
    if (seen.size >= FAILURES_MAX) seen.delete(seen.keys().next().value as string)
    const counted = (failures?.count ?? 0) + 1
    seen.set(key, { count: counted, lastAt: at, formerLastAt: failures?.lastAt ?? at, id })
    return counted
  }

  return {
    async count(id, failing, now) {
      const at = now.getTime()
      const waits = failing.map((one) => {
        const failures = remembered(one.key, at)
        return failures ? waitMs(limits, one, failures.count, at - failures.lastAt) : 0
      })
      if (Math.max(...waits) > 0) return { waitMs: Math.max(...waits), nextWaitMs: 0 }
      const next = failing.map((one) => waitMs(limits, one, count(one.key, id, at), 0))
      return { waitMs: 0, nextWaitMs: Math.max(...next) }
    },

    async takeBack(id, keys) {
      for (const key of keys) {
        const failures = seen.get(key)
        if (!failures) continue
        failures.count -= 1
        if (failures.id === id) failures.lastAt = failures.formerLastAt
      }
    },

    async forget(key) {
      seen.delete(key)
    },
  }
}

/** How long a guess has to wait after so many failures, the last of them `ageMs` ago. */
export function waitMs(limits: GuessLimits, { from, delayMaxMs }: Failing, failures: number, ageMs: number): number {
  if (failures < from) return 0
  const delayMs = limits.firstDelaySeconds * 1000 * 2 ** Math.min(failures - from, DOUBLINGS_MAX)
  return Math.max(0, Math.min(delayMs, delayMaxMs) - ageMs)
}
