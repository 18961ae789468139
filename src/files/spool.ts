import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { DependencyError } from '#src/lib/dependency-error.ts'
import { drain } from '#src/lib/drain.ts'
import * as copies from './copies-store.ts'
import { isSame } from './digest.ts'
import { isMissing } from './disk-failure.ts'
import type { Hosting } from './hosted.ts'
import type { FileStore } from './storage.ts'

/** Files that are moved at once, each in memory meanwhile. */
const AT_ONCE = 4
const FILES_A_RUN = 100_000
/** Of one process on one copy, beyond the longest call to a host, after which another may try. */
const CLAIM_SPARE_MS = 30_000
const AGAIN_FIRST_MS = 5000
const AGAIN_LAST_MS = 120_000
const DOUBLINGS_MAX = 10
/** A put that has remembered its file and not kept it after so long never will. */
const PUT_MAX_MS = 3_600_000
/** After the end of its last attempt, an upload that we gave up may still arrive for so long. */
const LATE_MS = 600_000

const started = new WeakSet<Hosting>()

/**
 * Sends what waits in this spool to its host and deletes there what is to be deleted, a few at once, until nothing is due, a host fails or
 * `stopping` says so; how many. What could not be done stays remembered and is tried again.
 */
export async function moveDue(hosting: Hosting, stopping?: AbortSignal): Promise<number> {
  const { db, mark, now } = hosting
  const claimMs = Math.max(...[...hosting.hosts.values()].map(({ callMaxMs }) => callMaxMs), 0) + CLAIM_SPARE_MS
  // Two processes on one file do no harm; waiting for one that is dead would.
  if (!started.has(hosting)) await copies.releaseClaims(db.read, mark, now())
  started.add(hosting)
  const failed = new Set<string>()
  const claim = () =>
    copies.claimDue(db.read, {
      now: now(),
      until: after(now(), claimMs),
      spool: mark,
      hosts: [...hosting.hosts.values()]
        .filter((host) => !failed.has(host.name) && !host.isResting())
        .map((host) => host.name),
    })
  const moveOne = async () => {
    const copy = await claim()
    if (copy === undefined) return 0
    await move(hosting, copy, failed, stopping)
    return 1
  }
  const bounds = { size: 1, batchesMax: FILES_A_RUN, stopping }
  const moved = await moveOne()
  if (moved === 0) return 0
  const rest = await Promise.all(Array.from({ length: AT_ONCE }, () => drain(moveOne, bounds)))
  return rest.reduce((sum, more) => sum + more, moved)
}

async function move(hosting: Hosting, copy: copies.Copy, failed: Set<string>, stopping?: AbortSignal): Promise<void> {
  const { db, log, now } = hosting
  try {
    if (copy.state === 'waiting') await upload(hosting, copy, stopping)
    else if (copy.state === 'there') await dropFromSpool(hosting, copy)
    else await release(hosting, copy, stopping)
  } catch (error) {
    // A file that is too large for its host holds up no other.
    if (error instanceof DependencyError) failed.add(copy.host)
    const waitMs = Math.min(AGAIN_FIRST_MS * 2 ** Math.min(copy.tries - 1, DOUBLINGS_MAX), AGAIN_LAST_MS)
    await copies.postpone(db.read, copy.id, stopping?.aborted ? now() : after(now(), waitMs))
    if (!stopping?.aborted)
      log.warn({ copyId: copy.id, host: copy.host, state: copy.state, err: error }, 'file.move-failed')
  }
}

async function upload(hosting: Hosting, copy: copies.Copy, stopping?: AbortSignal): Promise<void> {
  const { disk, db, hosts, log, now } = hosting
  const content = await readFromDisk(disk, copy)
  if (content === undefined || !isSame(content, copy.digest)) {
    if (now().getTime() - copy.since.getTime() < PUT_MAX_MS)
      return copies.postpone(db.read, copy.id, after(now(), AGAIN_FIRST_MS))
    log.error({ copyId: copy.id }, content === undefined ? 'file.missing-in-spool' : 'file.damaged-in-spool')
    return content === undefined
      ? copies.cancelWaiting(db.read, copy, hosting.mark, now())
      : copies.postpone(db.read, copy.id, after(now(), PUT_MAX_MS))
  }
  const host = hosts.get(copy.host)!
  const hosted = { ...copy, key: copies.hostKey(copy) }
  await host.put(hosted, content, stopping)
  // What will be deleted at another host is read back: of what this one says that it received, nobody has seen what it keeps.
  const isMoving = (await copies.listCopies(db.read, copy)).some(({ state }) => state === 'there')
  if (isMoving && typeof (await host.get(hosted, stopping)) === 'string') throw new NotKept()
  if (await db.write.begin((tx) => copies.settleUploaded(tx, copy, now()))) await dropFromSpool(hosting, copy)
}

/** The host gives back something else than it was sent. */
class NotKept extends Error {}

async function release(hosting: Hosting, copy: copies.Copy, stopping?: AbortSignal): Promise<void> {
  const { db, hosts, mark, now } = hosting
  if (copy.spool === mark) await dropFromSpool(hosting, copy)
  if (copy.sentAt) {
    const host = hosts.get(copy.host)
    if (!host || host.isResting()) return copies.postpone(db.read, copy.id, after(now(), AGAIN_FIRST_MS))
    await host.remove(copies.hostKey(copy), stopping)
    // Nothing tells what became of an upload that was given up: what it left behind is deleted, too.
    const arrivedAt = after(copy.sentAt, host.callMaxMs + LATE_MS)
    if (now() < arrivedAt) return copies.postpone(db.read, copy.id, arrivedAt)
  }
  await copies.forgetAtHost(db.read, copy.id)
}

/**
 * Deletes a file from this spool, unless somebody has put it again and it waits there: whoever puts remembers it under the same lock,
 * before the bytes are there. With the id of a copy, only while that copy has it to delete.
 */
export async function dropFromSpool(
  { disk, db, mark }: Hosting,
  file: copies.StoredName & { id?: string },
): Promise<void> {
  await db.write.begin(async (tx) => {
    await takeLock(tx, 'fileCopy', copies.copyLockSubject(file))
    if (await copies.leaveSpool(tx, file, mark)) await disk.remove(file.tournamentId, file.name)
  })
}

/** All of it at once: what is read piece by piece may be moved away in between. Throws STORAGE_UNAVAILABLE. */
export async function readFromDisk(
  disk: FileStore,
  { tournamentId, name }: copies.StoredName,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await (await disk.open(tournamentId, name)).bytes()
  } catch (cause) {
    if (isMissing(cause) || (cause instanceof AppError && cause.code === 'NOT_FOUND')) return undefined
    throw cause instanceof AppError ? cause : new AppError('STORAGE_UNAVAILABLE', { cause })
  }
}

const after = (moment: Date, ms: number) => new Date(moment.getTime() + ms)
