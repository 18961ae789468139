import { closeSync, openSync } from 'node:fs'
import { tryLockFile } from '#src/lib/libc.ts'

/** A guest may be taking a backup. */
const GUESTS_TIMEOUT_MS = 15 * 60_000
const POLL_MS = 10

/**
 * Says, by a shared lock on the file, that this process talks to a database another one runs.
 *
 * @returns takes it back; undefined while the other one is about to stop
 */
export function enterAsGuest(path: string): (() => void) | undefined {
  const descriptor = openSync(path, 'a', 0o600)
  if (tryLockFile(descriptor, 'shared')) return () => closeSync(descriptor)
  closeSync(descriptor)
  return undefined
}

/**
 * Resolves when no guest is left, and lets none in from then on; or, with guests, at the deadline. They count as gone when they end,
 * however they end.
 *
 * @returns opens the house again
 */
export async function closeToGuests(path: string, timeoutMs = GUESTS_TIMEOUT_MS): Promise<() => void> {
  const descriptor = openSync(path, 'a', 0o600)
  const end = performance.now() + timeoutMs
  while (!tryLockFile(descriptor) && performance.now() < end) await Bun.sleep(POLL_MS)
  return () => closeSync(descriptor)
}
