import { AppError } from '#src/errors.ts'
import type { Space } from './disk-space.ts'
import type { ReceiveLimits } from './storage.ts'

/** Files that may arrive at once: of 5 MB each they keep 2 GB of the disk. */
export const RECEPTIONS_MAX = 400
/** Of them, from one address: a phone sends two at once, and a carrier's whole village may share an address. */
export const RECEPTIONS_A_SENDER_MAX = 60
const RETRY_AFTER_SECONDS = 10

type Limits = { leastFreeBytes: number; receptionsMax: number; receptionsASenderMax: number }

/** Keeps room on the disk for the files that are arriving, in this process. */
export function roomForReceptions(
  space: () => Promise<Space>,
  { leastFreeBytes, receptionsMax, receptionsASenderMax }: Limits,
) {
  const bySender = new Map<string, number>()
  let receptions = 0
  let reservedBytes = 0

  const count = (sender: string, more: 1 | -1) => {
    const own = (bySender.get(sender) ?? 0) + more
    if (own > 0) bySender.set(sender, own)
    else bySender.delete(sender)
  }

  return {
    /** Whether the reserve is free beside what is kept. Throws STORAGE_UNAVAILABLE. */
    isThere: async () => (await space()).freeBytes - reservedBytes >= leastFreeBytes,

    /**
     * Keeps `maxBytes` until the returned function is called, when what has arrived shows in the free space itself.
     * Throws RATE_LIMITED, STORAGE_UNAVAILABLE.
     */
    async reserve({ maxBytes, sender }: ReceiveLimits): Promise<() => void> {
      const { freeBytes } = await space()
      // From here on nothing waits: of many at once, no two are promised the same bytes.
      const again = { retryAfterSeconds: RETRY_AFTER_SECONDS }
      if (sender !== undefined && (bySender.get(sender) ?? 0) >= receptionsASenderMax)
        throw new AppError('RATE_LIMITED', again)
      if (receptions >= receptionsMax || freeBytes - reservedBytes - maxBytes < leastFreeBytes)
        throw new AppError('STORAGE_UNAVAILABLE', again)
      receptions += 1
      reservedBytes += maxBytes
      if (sender !== undefined) count(sender, 1)
      return () => {
        receptions -= 1
        reservedBytes -= maxBytes
        if (sender !== undefined) count(sender, -1)
      }
    },
  }
}
