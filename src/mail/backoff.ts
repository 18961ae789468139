const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Two quick ones, then minutes, then hours; the last one again and again. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
]
/** Of a wait, by chance and at most: what failed together should not come back together. */
const JITTER = 0.1

/** From the first try to the last one. */
export const GIVE_UP_AFTER_MS = 72 * HOUR_MS

/** When a mail is tried again after that many attempts; the last time is `giveUpAt` itself. Undefined: never. */
export function nextTry(attempts: number, now: Date, giveUpAt: Date): Date | undefined {
  if (now >= giveUpAt) return undefined
  const waitMs = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1]! * (1 + JITTER * Math.random())
  return new Date(Math.min(now.getTime() + waitMs, giveUpAt.getTime()))
}
