import type { ContentType } from './file-type.ts'

/** A file that has arrived whole, was checked, and lies on stable storage under a temporary name. */
export type ReceivedFile = Readonly<{
  /** Its name in the store: HMAC-SHA-256 of the content under the installation's file key, 64 hexadecimal digits. */
  name: string
  /** SHA-256 of the content. */
  digest: Buffer
  bytes: number
  contentType: ContentType
  /** Where it lies until it is kept or discarded; only the store reads this. */
  temporary: string
}>

/** `sender` names whoever only so many files may arrive from at once; without one, nobody is counted. */
export type ReceiveLimits = { maxBytes: number; sender?: string }

/**
 * Where private files lie, one name a content and tournament. Failures of the store itself are STORAGE_UNAVAILABLE; a host that does not
 * answer is none but for `open`.
 */
export type FileStore = {
  /**
   * Takes a file in as it arrives, with room for `maxBytes` kept from before its first byte. Whatever the source throws is thrown on,
   * and nothing stays behind. Throws FILE_TOO_LARGE, UNSUPPORTED_FILE_TYPE, VALIDATION_FAILED (empty), STORAGE_UNAVAILABLE (also where
   * fewer than `LEAST_FREE_BYTES` would be left, too many files are arriving, or the spool is full), RATE_LIMITED (too many of this sender).
   */
  receive(source: AsyncIterable<Uint8Array>, limits: ReceiveLimits): Promise<ReceivedFile>
  /** Gives a received file its name, durably; one that is there already with as many bytes stays as it is. */
  keep(received: ReceivedFile, tournamentId: string): Promise<void>
  /** Deletes a received file; nothing happens once it was kept. */
  discard(received: ReceivedFile): Promise<void>
  /** Writes bytes of our own making under a name, durably; what was there is replaced. */
  write(tournamentId: string, name: string, bytes: Uint8Array): Promise<void>
  /** Throws NOT_FOUND. */
  open(tournamentId: string, name: string): Promise<Blob>
  /** Durable when it returns; a file that is not there is no error. What lies at a host is gone from here, and remembered until it is gone there. */
  remove(tournamentId: string, name: string): Promise<void>
  /** Takes to its host what waits here, and deletes there what was removed, as far as the host lets it; how many. Safe to run at any time. */
  moveWaiting(stopping?: AbortSignal): Promise<number>
  /** What waits in this process's spool for a host, as counted in the last seconds; undefined where no host is known. */
  waiting(): Promise<{ filesHere: number; bytesHere: number } | undefined>
  /** Deletes what receptions of processes that died left behind; how many files. */
  removeLeftovers(): Promise<number>
  /** Whether `LEAST_FREE_BYTES` are free beside what is kept for files that are arriving. */
  hasRoom(): Promise<boolean>
  freeBytes(): Promise<number>
  totalBytes(): Promise<number>
}

/** Below this much free space no file is taken and no draft begun, so that the database still has room. */
export const LEAST_FREE_BYTES = 1024 ** 3
