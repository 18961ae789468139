/** So many points in so many seconds. */
export type Window = { points: number; seconds: number }
export type Verdict = {
  allowed: boolean
  limit: number
  remaining: number
  resetSeconds: number
  windowSeconds: number
}

/** Counts in fixed windows: the first take of a key begins its window, which ends after `seconds`. */
export type Limiter = {
  /** `name` says what is counted, `key` for whom. What is taken beyond the window's points counts, too. */
  take(name: string, window: Window, key: string, points?: number): Promise<Verdict>
  /** The verdict of a window that is known to be used up; undefined where a take may succeed. Asks nobody and counts nothing. */
  findRefusal(name: string, window: Window, key: string): Verdict | undefined
}

/** Of one name. An honest venue meets some hundred networks a minute; this many take about 3 MB. */
export const WINDOWS_MAX = 20_000
/** Of the maximum: as many are forgotten at once, since to find the oldest of a map costs as much for many as for one. */
const FORGOTTEN_SHARE = 1 / 16

type Counted = { taken: number; endsAtMs: number }

/**
 * Windows in this process's memory. Of each name it keeps at most `windowsMax`: one more makes it forget a sixteenth, those that have
 * ended, else the oldest that are not used up, else the oldest. So in a flood from more networks than that everybody else still comes in,
 * who was refused stays refused until the window ends, and only who was counted but not refused may begin anew before the time.
 */
export function memoryLimiter(nowMs = () => performance.now(), windowsMax = WINDOWS_MAX): Limiter {
  const names = new Map<string, Map<string, Counted>>()
  return {
    async take(name, window, key, points = 1) {
      const windows = names.get(name) ?? new Map<string, Counted>()
      names.set(name, windows)
      const now = nowMs()
      let counted = windows.get(key)
      if (counted === undefined || counted.endsAtMs <= now) {
        windows.delete(key)
        if (windows.size >= windowsMax) makeRoom(windows, window, now, Math.ceil(windowsMax * FORGOTTEN_SHARE))
        counted = { taken: 0, endsAtMs: now + window.seconds * 1000 }
        windows.set(key, counted)
      }
      counted.taken += points
      return verdictOf(counted, window, now)
    },

    findRefusal(name, window, key) {
      const now = nowMs()
      const counted = names.get(name)?.get(key)
      if (counted === undefined || counted.endsAtMs <= now || counted.taken < window.points) return undefined
      return { ...verdictOf(counted, window, now), allowed: false }
    },
  }
}

/** All windows of a name are as long, so they end in the order they were begun, which is the order of the map. */
function makeRoom(windows: Map<string, Counted>, window: Window, now: number, count: number): void {
  const usedUp: string[] = []
  let missing = count
  for (const [key, { taken, endsAtMs }] of windows) {
    if (missing === 0 || usedUp.length === count) break
    if (endsAtMs > now && taken >= window.points) {
      usedUp.push(key)
    } else {
      windows.delete(key)
      missing -= 1
    }
  }
  for (const key of usedUp.slice(0, missing)) windows.delete(key)
}

export const verdictOf = ({ taken, endsAtMs }: Counted, window: Window, now: number): Verdict => ({
  allowed: taken <= window.points,
  limit: window.points,
  remaining: Math.max(0, window.points - taken),
  // Sums of fractions may come to a hair more than the window.
  resetSeconds: Math.min(window.seconds, Math.max(1, Math.ceil((endsAtMs - now) / 1000))),
  windowSeconds: window.seconds,
})
