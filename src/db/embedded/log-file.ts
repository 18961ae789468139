import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs'

/** PostgreSQL's log and the one kept before it are each at most about this long. */
export const LOG_MAX_BYTES = 2_000_000
const CHECK_EVERY_MS = 30_000
const TAIL_BYTES = 2_000
const TAIL_LINES = 5

/**
 * Keeps PostgreSQL's log bounded: past the limit it becomes `<path>.1` and starts anew. PostgreSQL holds the file open for appending,
 * so it is copied and emptied, never renamed.
 *
 * @returns stops looking after it
 */
export function boundLog(path: string): () => void {
  const check = () => {
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (bytes <= LOG_MAX_BYTES) return
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
  }
  check()
  const timer = setInterval(check, CHECK_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Its last lines, for the sentence that says why PostgreSQL did not start. */
export function readLogTail(path: string): string {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const buffer = Buffer.alloc(Math.min(bytes, TAIL_BYTES))
  if (buffer.length === 0) return ''
  const descriptor = openSync(path, 'r')
  try {
    readSync(descriptor, buffer, 0, buffer.length, bytes - buffer.length)
  } finally {
    closeSync(descriptor)
  }
  return buffer.toString('utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n')
}
