import { bulkhead } from 'cockatiel'
import * as copies from './copies-store.ts'
import { digestOf, isSame } from './digest.ts'
import type { HostName } from './host.ts'
import type { Hosting } from './hosted.ts'
import { dropFromSpool, moveDue, readFromDisk } from './spool.ts'
import { type Place, pagesOfFiles, type StoredFile } from './stored-files.ts'

/** Files that are looked at or fetched at once, each in memory meanwhile. */
const AT_ONCE = 4
/** How often a page is tried, while its host fails, and how long after. */
const TRIES_MAX = 4
const AGAIN_MS = 5000

/**
 * What became of a file. `there`: it was there already; `gone`: it was deleted meanwhile; `elsewhere`: it waits on another machine;
 * `missing` and `damaged`: it is nowhere, or not what it was; `unreachable`: a host does not answer.
 */
export type Moved = 'moved' | 'there' | 'gone' | 'elsewhere' | 'missing' | 'damaged' | 'unreachable'
export type Outcome = { file: StoredFile; moved: Moved }

type MoveOptions = {
  to: Place
  stopping?: AbortSignal
  sleep?: (ms: number) => Promise<unknown>
}

/**
 * Moves every file and picture, a page at a time, and compares its digest on the way: what is taken from one place is durable at the
 * other before it is deleted. Whatever ends it, another run goes on where it was. A server may run beside it.
 */
export async function* moveFiles(
  hosting: Hosting,
  { to, stopping, sleep = Bun.sleep }: MoveOptions,
): AsyncGenerator<Outcome[]> {
  for await (const page of pagesOfFiles(hosting.db.read)) {
    if (stopping?.aborted) return
    const outcomes = await atOnce(page, async (file) => ({ file, moved: await moveOne(hosting, file, to) }))
    if (to !== 'disk') await settlePage(hosting, to, outcomes, { stopping, sleep })
    yield outcomes
    // The others would only wait for the same host.
    if ([...hosting.hosts.values()].some((host) => host.isResting())) return
  }
  if (!stopping?.aborted) await moveDue(hosting, stopping)
}

async function moveOne(hosting: Hosting, file: StoredFile, to: Place): Promise<Moved> {
  try {
    return await (to === 'disk' ? bringToDisk(hosting, file) : sendToHost(hosting, file, to))
  } catch (error) {
    hosting.log.debug({ fileId: file.fileId, err: error }, 'file.move-failed')
    return 'unreachable'
  }
}

/** Sends what waits, until all of the page is at the host or the host does not take it. */
async function settlePage(
  hosting: Hosting,
  to: HostName,
  page: Outcome[],
  { stopping, sleep }: { stopping: AbortSignal | undefined; sleep: (ms: number) => Promise<unknown> },
): Promise<void> {
  const { db, mark, now } = hosting
  for (let tries = 1; ; tries += 1) {
    await moveDue(hosting, stopping)
    const open = page.filter(({ moved }) => moved === 'moved')
    const isThere = await atOnce(open, async ({ file }) => isAt(await copies.listCopies(db.read, file), to))
    const late = open.filter((_, index) => !isThere[index])
    if (late.length === 0) return
    if (tries === TRIES_MAX || stopping?.aborted || hosting.hosts.get(to)?.isResting()) {
      for (const outcome of late) outcome.moved = 'unreachable'
      return
    }
    await sleep(AGAIN_MS)
    await copies.releaseClaims(db.read, mark, now())
  }
}

const isAt = (known: readonly copies.Copy[], host: HostName) =>
  known.some((copy) => copy.state === 'there' && copy.host === host)

/** Puts it into the spool, on the way to the host. */
async function sendToHost(hosting: Hosting, file: StoredFile, to: HostName): Promise<Moved> {
  const { db, disk, mark, now } = hosting
  const known = await copies.listCopies(db.read, file)
  const there = known.find(({ state }) => state === 'there')
  const waiting = known.find(({ state, spool }) => state === 'waiting' && spool === mark)
  if (waiting?.host === to) return 'moved'
  if (there?.host === to && (!waiting || waiting.digest.equals(there.digest))) {
    // It was about to leave: another move had begun.
    if (waiting) await copies.cancelWaiting(db.read, file, mark, now())
    if (waiting) await dropFromSpool(hosting, file)
    return 'there'
  }
  const found = await readStored(hosting, file, known)
  if (typeof found === 'string') return found
  if (waiting) await copies.cancelWaiting(db.read, file, mark, now())
  const copy = { ...file, host: to, spool: mark, digest: digestOf(found), bytes: found.byteLength }
  if (!(await copies.insertWaiting(db.locking, copy, now(), file.fileId))) return 'gone'
  if ((await readFromDisk(disk, file)) === undefined) await disk.write(file.tournamentId, file.name, found)
  return 'moved'
}

/** Durable on the disk before the host is told to delete it. */
async function bringToDisk(hosting: Hosting, file: StoredFile): Promise<Moved> {
  const { db, disk, mark, now } = hosting
  const known = await copies.listCopies(db.read, file)
  const there = known.find(({ state }) => state === 'there')
  const waits = known.some(({ state, spool }) => state === 'waiting' && spool === mark)
  if (there) await copies.stayInSpool(db.locking, file, mark)
  const found = await readStored(hosting, file, known)
  if (typeof found === 'string') return found
  if ((await readFromDisk(disk, file)) === undefined) await disk.write(file.tournamentId, file.name, found)
  if (waits) await copies.cancelWaiting(db.read, file, mark, now())
  if (!there) return waits ? 'moved' : 'there'
  if (await copies.leaveHost(db.read, there.id, now())) return 'moved'
  await dropFromSpool(hosting, file)
  return 'gone'
}

/** From the disk, else from its host; what became of it where it cannot be had whole. */
export async function readStored(
  { disk, hosts }: Hosting,
  file: StoredFile,
  known: readonly copies.Copy[],
): Promise<Uint8Array<ArrayBuffer> | Moved> {
  const there = known.find(({ state }) => state === 'there')
  const content =
    (await readFromDisk(disk, file)) ??
    (there && (await hosts.get(there.host)?.get({ ...there, key: copies.hostKey(there) })))
  if (content === undefined) return known.some(({ state }) => state === 'waiting') ? 'elsewhere' : 'missing'
  if (typeof content === 'string') return content
  return file.digest === undefined || isSame(content, file.digest) ? content : 'damaged'
}

function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const places = bulkhead(AT_ONCE, items.length)
  return Promise.all(items.map((item) => places.execute(() => work(item))))
}
