import type { IBackoff, IBackoffFactory, IBreaker } from 'cockatiel'

type Clock = { now: () => Date }

/**
 * For a breaker that opens at the given number of failures within a window, successes or not: cockatiel's own count in a row, or by share.
 * A clock that is set back forgets what was counted.
 */
export function recentFailures({
  now,
  failures,
  windowMs,
  isClosed,
}: Clock & { failures: number; windowMs: number; isClosed: () => boolean }): IBreaker & {
  count(): number
  forget(): void
} {
  /** At most `failures` of them. */
  let times: number[] = []
  const recent = () => {
    const at = now().getTime()
    return times.filter((time) => time <= at && at - time < windowMs)
  }
  return {
    state: undefined,
    success() {},
    failure() {
      // A call from before it opened, that fails while the host is being tried, says nothing new.
      if (!isClosed()) return false
      times = [...recent(), now().getTime()].slice(-failures)
      return times.length >= failures
    },
    count: () => recent().length,
    forget() {
      times = []
    },
  }
}

/**
 * How long an opened breaker rests, by our own clock: cockatiel asks `duration` at every call and compares it with the wall clock's
 * difference. `isOver` says of which errors there is no rest at all.
 */
export function restUntil({
  now,
  restMs,
  isOver,
}: Clock & { restMs: number; isOver: (error: unknown) => boolean }): IBackoffFactory<unknown> & { leftMs(): number } {
  let openedAt: number | undefined
  const leftMs = () => {
    const elapsed = openedAt === undefined ? restMs : now().getTime() - openedAt
    return elapsed < 0 ? 0 : Math.max(0, restMs - elapsed)
  }
  const next = (context: unknown): IBackoff<unknown> => {
    openedAt = isOver((context as { result: { error?: unknown } }).result.error) ? undefined : now().getTime()
    return {
      get duration() {
        return leftMs() > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
      },
      next,
    }
  }
  return { next, leftMs }
}
