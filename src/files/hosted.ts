import type { Logger } from 'pino'
import type { Database } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import type { BacklogWatch } from './backlog.ts'
import * as copies from './copies-store.ts'
import { digestOf } from './digest.ts'
import { type GuardedHost, unavailable } from './guarded-host.ts'
import type { HostName } from './host.ts'
import { dropFromSpool, moveDue, readFromDisk } from './spool.ts'
import type { FileStore } from './storage.ts'

/** A file that left the spool while it was looked for is at its host, or back from there. */
const LOOKS_MAX = 3
/** Of a file that lies in another machine's spool: it is at its host within seconds. */
const ELSEWHERE_SECONDS = 5
/** What comes in together is moved together. */
const GATHER_MS = 50

export type Hosting = {
  /** Where files are received and wait for their host. */
  disk: FileStore
  /** What tells that place from those of other machines. */
  mark: string
  /** Whether all that has no copy at a host lies on this disk. */
  isOnlyDisk: boolean
  hosts: ReadonlyMap<HostName, GuardedHost>
  /** Where what is put goes; undefined: it stays on the disk. */
  to: HostName | undefined
  backlog: BacklogWatch
  db: Database
  log: Logger
  now: () => Date
  /** Something waits for `moveWaiting`, which is to be called soon. */
  onWaiting: () => void
}

/**
 * Files on the disk first, then at a host: what is put is durable on this machine's disk when the put returns, whatever the host does, and
 * goes to the host by `moveWaiting`. It is read from where it is.
 */
export function hostedStore(hosting: Hosting): FileStore {
  const { disk, mark, to, hosts, backlog, db, now } = hosting
  let gathering: Timer | undefined
  const wake = () => {
    if (gathering !== undefined) return
    gathering = setTimeout(() => {
      gathering = undefined
      hosting.onWaiting()
    }, GATHER_MS)
  }
  const isThere = async (file: copies.StoredName) =>
    (await copies.listCopies(db.read, file)).some(({ state }) => state === 'there')
  const wait = (file: copies.StoredName, host: HostName, digest: Uint8Array, bytes: number) =>
    copies.insertWaiting(db.locking, { ...file, host, spool: mark, digest, bytes }, now())

  return {
    ...disk,

    async receive(source, limits) {
      if (to !== undefined) await backlog.requireRoom(limits.maxBytes)
      return disk.receive(source, limits)
    },

    async keep(received, tournamentId) {
      if (hosts.size === 0) return disk.keep(received, tournamentId)
      const file = { tournamentId, name: received.name }
      if (await isThere(file)) return disk.discard(received)
      if (to === undefined) {
        await copies.stayInSpool(db.locking, file, mark)
        return disk.keep(received, tournamentId)
      }
      // The row first: what lies in a spool without one would be found by nobody.
      const isFirst = await wait(file, to, received.digest, received.bytes)
      await disk.keep(received, tournamentId)
      backlog.add(received.bytes)
      // Somebody put the same before: meanwhile that may have reached the host and have been deleted here.
      if (!isFirst && (await isThere(file))) await dropFromSpool(hosting, file)
      else if (!isFirst) await wait(file, to, received.digest, received.bytes)
      wake()
    },

    async write(tournamentId, name, bytes) {
      if (hosts.size === 0) return disk.write(tournamentId, name, bytes)
      const file = { tournamentId, name }
      if (to === undefined) {
        await copies.leaveAll(db.read, file, now())
        await copies.stayInSpool(db.locking, file, mark)
      } else {
        await copies.cancelWaiting(db.read, file, mark, now())
        await wait(file, to, digestOf(bytes), bytes.byteLength)
      }
      await disk.write(tournamentId, name, bytes)
      wake()
    },

    async open(tournamentId, name) {
      const file = { tournamentId, name }
      for (let look = 1; ; look += 1) {
        const content = await openOnDisk(hosting, file)
        if (content) return content
        const known = await copies.listCopies(db.read, file)
        const found = await openCopy(hosting, known)
        if (found) return found
        if (look === LOOKS_MAX) throw absent(hosting, known)
      }
    },

    async remove(tournamentId, name) {
      await copies.leaveAll(db.read, { tournamentId, name }, now())
      await disk.remove(tournamentId, name)
      wake()
    },

    async moveWaiting(stopping) {
      if (hosts.size === 0) return 0
      const moved = await moveDue(hosting, stopping)
      await backlog.count()
      return moved
    },

    waiting: async () => (hosts.size === 0 ? undefined : backlog.waiting()),
  }
}

/** Undefined where it is not, or was until just now. What may move away while it is read is read at once. */
async function openOnDisk({ disk, hosts }: Hosting, file: copies.StoredName): Promise<Blob | undefined> {
  if (hosts.size > 0) {
    const content = await readFromDisk(disk, file)
    return content && new Blob([content])
  }
  return disk.open(file.tournamentId, file.name).catch((error) => {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined
    throw error
  })
}

/** Undefined where no host has it, or had it until just now. */
async function openCopy({ hosts, log }: Hosting, known: readonly copies.Copy[]): Promise<Blob | undefined> {
  const copy = known.find(({ state }) => state === 'there')
  if (copy === undefined) return undefined
  const host = hosts.get(copy.host)
  if (host === undefined) {
    log.error({ host: copy.host, copyId: copy.id }, 'file.host-unknown')
    throw new AppError('STORAGE_UNAVAILABLE')
  }
  const content = await host.get({ ...copy, key: copies.hostKey(copy) }).catch((error) => {
    throw unavailable(error)
  })
  if (content === 'missing') return undefined
  if (content !== 'damaged') return new Blob([content])
  log.error({ host: copy.host, copyId: copy.id }, 'file.damaged')
  throw new AppError('STORAGE_UNAVAILABLE')
}

/** Whether it may come yet, as it lies on another machine. */
function absent({ mark, isOnlyDisk, log }: Hosting, known: readonly copies.Copy[]): AppError {
  const copy = known[0]
  const isElsewhere = copy ? copy.state === 'waiting' && copy.spool !== mark : !isOnlyDisk
  if (copy && !isElsewhere) log.error({ host: copy.host, copyId: copy.id, state: copy.state }, 'file.absent')
  return isElsewhere
    ? new AppError('STORAGE_UNAVAILABLE', { retryAfterSeconds: ELSEWHERE_SECONDS })
    : new AppError('NOT_FOUND')
}
