import { mkdirSync } from 'node:fs'
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '#src/errors.ts'
import { durableDirectories, syncDirectory } from './directories.ts'
import { isMissing, onDisk } from './disk-failure.ts'
import { diskSpace } from './disk-space.ts'
import { incomingPath, removeLeftovers } from './incoming.ts'
import { fileIntake } from './intake.ts'
import { RECEPTIONS_A_SENDER_MAX, RECEPTIONS_MAX, roomForReceptions } from './room.ts'
import { type FileStore, LEAST_FREE_BYTES, type ReceivedFile, type ReceiveLimits } from './storage.ts'

const INCOMING = 'incoming'
const NAME = /^[0-9a-f]{64}$/
const TOURNAMENT_ID = /^[0-9a-f-]{36}$/

type Options = {
  dir: string
  /** The installation's file key: without it nobody can tell from a name which content it is. */
  fileKey: Uint8Array
  leastFreeBytes?: number
  receptionsMax?: number
  receptionsASenderMax?: number
}

/**
 * Files on a disk: `<dir>/<tournament>/<first two digits>/<name>`, and `<dir>/incoming` for what is arriving.
 * Deletes what a process that died left there. The directory may be shared by several processes.
 */
export function diskStore({
  dir: given,
  fileKey,
  leastFreeBytes = LEAST_FREE_BYTES,
  receptionsMax = RECEPTIONS_MAX,
  receptionsASenderMax = RECEPTIONS_A_SENDER_MAX,
}: Options): FileStore {
  const dir = resolve(given)
  const incoming = join(dir, INCOMING)
  mkdirSync(incoming, { recursive: true, mode: 0o700 })
  const swept = removeLeftovers(incoming, true)
  // Who sweeps next hears of a failure; a start does not fail for it.
  swept.catch(() => 0)
  const ensureDirectory = durableDirectories(dir)
  const space = () => diskSpace(dir)
  const room = roomForReceptions(space, { leastFreeBytes, receptionsMax, receptionsASenderMax })

  return {
    async receive(source, limits) {
      await swept.catch(() => 0)
      const settle = await room.reserve(limits)
      try {
        return await receive(incomingPath(incoming), source, limits, fileKey)
      } finally {
        settle()
      }
    },

    keep: (received, tournamentId) => onDisk(keep(received, pathOf(dir, tournamentId, received.name), ensureDirectory)),

    discard: (received) => onDisk(rm(received.temporary, { force: true })),

    async write(tournamentId, name, bytes) {
      const temporary = incomingPath(incoming)
      await onDisk(writeFile(temporary, bytes, { mode: 0o600, flush: true }))
      await onDisk(place(temporary, pathOf(dir, tournamentId, name), ensureDirectory))
    },

    async open(tournamentId, name) {
      const file = Bun.file(pathOf(dir, tournamentId, name))
      if (!(await onDisk(file.exists()))) throw new AppError('NOT_FOUND')
      return file
    },

    async remove(tournamentId, name) {
      const path = pathOf(dir, tournamentId, name)
      await onDisk(rm(path, { force: true }))
      await onDisk(
        syncDirectory(dirname(path)).catch((error) => {
          if (!isMissing(error)) throw error
        }),
      )
    },

    moveWaiting: async () => 0,
    waiting: async () => undefined,
    removeLeftovers: () => onDisk(removeLeftovers(incoming, false)),
    hasRoom: room.isThere,
    freeBytes: async () => (await space()).freeBytes,
    totalBytes: async () => (await space()).totalBytes,
  }
}

async function receive(
  temporary: string,
  source: AsyncIterable<Uint8Array>,
  limits: ReceiveLimits,
  fileKey: Uint8Array,
): Promise<ReceivedFile> {
  const handle = await onDisk(open(temporary, 'wx', 0o600))
  try {
    return { ...(await write(handle, source, limits, fileKey)), temporary }
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** Writes the file as it arrives and syncs it; one chunk at a time, so that a slow disk slows the sender. */
async function write(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array>,
  limits: ReceiveLimits,
  fileKey: Uint8Array,
) {
  const intake = fileIntake(limits, fileKey)
  for await (const chunk of source) {
    await intake.take(chunk)
    await onDisk(handle.appendFile(chunk))
  }
  const facts = await intake.end()
  await onDisk(handle.sync())
  return facts
}

async function keep(received: ReceivedFile, path: string, ensureDirectory: (path: string) => Promise<void>) {
  await ensureDirectory(dirname(path))
  if ((await sizeOf(path)) === received.bytes) await rm(received.temporary, { force: true })
  else await rename(received.temporary, path)
  // Also for a file that was there: whoever put it may not have come this far yet.
  await syncDirectory(dirname(path))
}

async function place(temporary: string, path: string, ensureDirectory: (path: string) => Promise<void>) {
  await ensureDirectory(dirname(path))
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Throws NOT_FOUND for what cannot be a name here, before it becomes a path. */
function pathOf(dir: string, tournamentId: string, name: string): string {
  if (!TOURNAMENT_ID.test(tournamentId) || !NAME.test(name)) throw new AppError('NOT_FOUND')
  return join(dir, tournamentId, name.slice(0, 2), name)
}
