const SUBJECT_FREE_FAILURES = 4
const SUBJECT_DELAY_MAX_MS = 5 * 60_000
const ADDRESS_FREE_FAILURES = 19
const ADDRESS_DELAY_MAX_MS = 60_000
const FIRST_DELAY_MS = 1000
const FORGOTTEN_AFTER_MS = 24 * 3_600_000
const ENTRIES_MAX = 50_000

type Failures = { count: number; lastAt: number }

export type Guessed<Right> =
  | { outcome: 'right'; right: Right }
  | { outcome: 'wrong' }
  | { outcome: 'wait'; seconds: number }

/**
 * A wait that grows with wrong guesses (of passwords, PINs, links): by subject from the 5th failure, 1 s doubling to 5 minutes, and by
 * address from the 20th, to one minute. Never a lock-out for good; forgotten after a day; the oldest are forgotten first when full.
 */
export function growingDelay(now: () => Date) {
  const seen = new Map<string, Failures>()

  const waitMs = (key: string, free: number, maxMs: number) => {
    const failures = seen.get(key)
    if (!failures) return 0
    const age = now().getTime() - failures.lastAt
    if (age > FORGOTTEN_AFTER_MS) seen.delete(key)
    if (age > FORGOTTEN_AFTER_MS || failures.count <= free) return 0
    return Math.max(0, Math.min(FIRST_DELAY_MS * 2 ** (failures.count - free - 1), maxMs) - age)
  }
  const count = (key: string) => {
    const failures = seen.get(key)
    seen.delete(key)
    if (seen.size >= ENTRIES_MAX) seen.delete(seen.keys().next().value as string)
    seen.set(key, { count: (failures?.count ?? 0) + 1, lastAt: now().getTime() })
    return () => {
      const counted = seen.get(key)
      if (counted) seen.set(key, { count: counted.count - 1, lastAt: failures?.lastAt ?? counted.lastAt })
    }
  }

  return {
    /**
     * Lets one guess be made, unless it has to wait (whole seconds). It counts as a failure from before it is checked, so that many sent
     * at once do not overtake the count; a right one is forgiven and its subject forgotten, one whose check fails to run is forgiven.
     * `check` gives what the right guess opens, or undefined.
     */
    async guess<Right>(
      subject: string,
      address: string,
      check: () => Promise<Right | undefined>,
    ): Promise<Guessed<Right>> {
      const [subjectKey, addressKey] = [`subject ${subject}`, `address ${address}`]
      const ms = Math.max(
        waitMs(subjectKey, SUBJECT_FREE_FAILURES, SUBJECT_DELAY_MAX_MS),
        waitMs(addressKey, ADDRESS_FREE_FAILURES, ADDRESS_DELAY_MAX_MS),
      )
      if (ms > 0) return { outcome: 'wait', seconds: Math.ceil(ms / 1000) }
      const undo = [count(subjectKey), count(addressKey)]
      const forgive = () => {
        for (const one of undo) one()
      }
      const right = await check().catch((error) => {
        forgive()
        throw error
      })
      if (right === undefined) return { outcome: 'wrong' }
      forgive()
      seen.delete(subjectKey)
      return { outcome: 'right', right }
    },
  }
}

export type GrowingDelay = ReturnType<typeof growingDelay>
