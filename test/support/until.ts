const POLL_MS = 5
const UNTIL_MS = 15_000

/** Waits until it is so; fails with what it is instead. */
export async function untilIs<T>(look: () => T | Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (const end = Date.now() + UNTIL_MS; ; await Bun.sleep(POLL_MS)) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (Date.now() > end) throw new Error(`It is still ${JSON.stringify(seen)}`)
  }
}
