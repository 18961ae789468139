const SUBJECT_FREE_FAILURES = 4
const SUBJECT_DELAY_MAX_MS = 5 * 60_000
const ADDRESS_FREE_FAILURES = 19
const ADDRESS_DELAY_MAX_MS = 60_000
const FIRST_DELAY_MS = 1000
const FORGOTTEN_AFTER_MS = 24 * 3_600_000
const ENTRIES_MAX = 50_000

type Failures = { count: number; lastAt: number }

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
    const failures = seen.get(key) ?? { count: 0, lastAt: 0 }
    seen.delete(key)
    if (seen.size >= ENTRIES_MAX) seen.delete(seen.keys().next().value as string)
    seen.set(key, { count: failures.count + 1, lastAt: now().getTime() })
  }

  return {
    /** Whole seconds to wait before the next guess counts; 0 when it may be made now. */
    secondsToWait(subject: string, address: string): number {
      const ms = Math.max(
        waitMs(`subject ${subject}`, SUBJECT_FREE_FAILURES, SUBJECT_DELAY_MAX_MS),
        waitMs(`address ${address}`, ADDRESS_FREE_FAILURES, ADDRESS_DELAY_MAX_MS),
      )
      return Math.ceil(ms / 1000)
    },
    failed(subject: string, address: string): void {
      count(`subject ${subject}`)
      count(`address ${address}`)
    },
    succeeded(subject: string): void {
      seen.delete(`subject ${subject}`)
    },
  }
}

export type GrowingDelay = ReturnType<typeof growingDelay>
