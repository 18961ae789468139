import type { Database } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { inOwnTime, outsideScope } from '#src/lib/scope.ts'
import type { Vitals } from '#src/vitals/vitals.ts'
import { type Backlog, type Backlogs, findBacklogs } from './copies-store.ts'

/** How long a count is good for. */
const COUNT_EVERY_MS = 5000
/** Since when a file has to wait before staff hear of it: what a host is short of for a moment is nobody's business. */
export const WAITS_MAX_MS = 15 * 60_000
/** Longer than deletions are repeated for the sake of uploads that arrive late. */
export const LEAVES_MAX_MS = 3_600_000
/** Of what may wait here, before staff hear of it. */
const FULL_SHARE = 0.8
const RETRY_AFTER_SECONDS = 60

type Watching = {
  db: Database
  /** Of this spool. */
  mark: string
  /** What may wait in it. */
  maxBytes: number
  vitals: Pick<Vitals, 'tell'>
  now: () => Date
}

export type BacklogWatch = {
  /** Counts now, and tells staff of what waits for too long. */
  count(): Promise<Backlogs>
  /** Throws STORAGE_UNAVAILABLE where so many more bytes may not wait here. */
  requireRoom(bytes: number): Promise<void>
  /** So many more wait than were counted. */
  add(bytes: number): void
  /** What waits in this spool, as counted in the last seconds. */
  waiting(): Promise<Pick<Backlog, 'filesHere' | 'bytesHere'>>
}

/** Keeps an eye on what waits for a host or is to be deleted at one. */
export function watchBacklog({ db, mark, maxBytes, vitals, now }: Watching): BacklogWatch {
  let counted: { backlogs: Promise<Backlogs>; at: number; addedBytes: number } | undefined

  const find = async () => {
    const backlogs = await findBacklogs(db.read, mark)
    const { waiting, leaving } = backlogs
    const isOld = (since: Date | undefined, maxMs: number) => since !== undefined && +now() - +since > maxMs
    vitals.tell(
      'files-waiting',
      isOld(waiting?.since, WAITS_MAX_MS) || (waiting?.bytesHere ?? 0) > maxBytes * FULL_SHARE,
    )
    vitals.tell('files-leaving', isOld(leaving?.since, LEAVES_MAX_MS))
    return backlogs
  }
  const count = () => {
    const own = { backlogs: outsideScope(find), at: performance.now(), addedBytes: 0 }
    counted = own
    own.backlogs.catch(() => {
      if (counted === own) counted = undefined
    })
    return own
  }
  const recent = () => (counted !== undefined && performance.now() - counted.at < COUNT_EVERY_MS ? counted : count())

  return {
    count: () => count().backlogs,
    async requireRoom(bytes) {
      const own = recent()
      const { waiting } = await inOwnTime(own.backlogs)
      if ((waiting?.bytesHere ?? 0) + own.addedBytes + bytes > maxBytes)
        throw new AppError('STORAGE_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    },
    add(bytes) {
      if (counted) counted.addedBytes += bytes
    },
    async waiting() {
      const { waiting } = await inOwnTime(recent().backlogs)
      return { filesHere: waiting?.filesHere ?? 0, bytesHere: waiting?.bytesHere ?? 0 }
    },
  }
}
