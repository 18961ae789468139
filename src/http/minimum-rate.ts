export type Pace = { bytesPerSecond: number; overSeconds: number }

/**
 * Measures how fast somebody sends, over any `overSeconds` in a row of those seconds in which we were ready to read: time that we take
 * ourselves, for a disk or a database, is not held against the sender.
 */
export function minimumRate({ bytesPerSecond, overSeconds }: Pace) {
  const seconds: number[] = []
  let bytes = 0
  let sum = 0

  return {
    received(count: number): void {
      bytes += count
    },

    /** To be called once a second; whether the sender has been too slow. */
    secondPassed(weWaited: boolean): boolean {
      if (!weWaited) return false
      seconds.push(bytes)
      sum += bytes
      bytes = 0
      if (seconds.length > overSeconds) sum -= seconds.shift()!
      return seconds.length === overSeconds && sum < bytesPerSecond * overSeconds
    },
  }
}
