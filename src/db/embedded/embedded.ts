import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { type InstanceLock, takeInstanceLock } from '#src/lib/instance-lock.ts'
import { StartError } from '#src/lib/start-error.ts'
import { chooseAccount } from './account.ts'
import { handOver, install } from './install.ts'
import { joinRunning } from './join-running.ts'
import { layoutOf } from './layout.ts'
import { clearLeftovers } from './leftovers.ts'
import { boundLog } from './log-file.ts'
import { findPack } from './pack.ts'
import { DATABASE, ensurePassword, PORT, ROLE } from './password.ts'
import { startPostmaster } from './postmaster.ts'
import { commandLineSettings, SETTINGS } from './settings.ts'
import { chooseSocketDirectory, makeSocketDirectory } from './socket-directory.ts'
import { type EmbeddedLog, type Supervised, supervise } from './supervise.ts'

/** How long a command waits for a database that another process is starting. */
const JOIN_TIMEOUT_MS = 10_000
const JOIN_POLL_MS = 20

export type EmbeddedOptions = {
  /** Made if it is not there; holds everything the database needs and keeps. */
  dataDir: string
  log: EmbeddedLog
  /** PostgreSQL settings over ours. */
  settings?: Readonly<Record<string, string>>
  /** For tests: what the first start unpacks need not survive a power cut. */
  noSync?: boolean
}

/** Host is the folder of the socket, as libpq and postgres.js take it. */
export type EmbeddedConnection = { host: string; port: number; user: string; password: string; database: string }

export type EmbeddedDatabase = Supervised & {
  connection: EmbeddedConnection
  /** False: it runs for another process, and `stop` leaves it alone. */
  owned: boolean
}

/**
 * The database for a server: starts it, keeps it running and holds the instance lock until `stop`. Throws StartError when another
 * process has the data directory.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = makeDataDirectory(options.dataDir)
  const taken = takeLock(dataDir)
  if ('lock' in taken) return startWithLock(dataDir, taken.lock, options)
  throw new StartError(
    `Teamsheet is already running on ${dataDir} (${taken.heldBy ? `process ${taken.heldBy}` : 'another process'}). ` +
      'Stop it first, or choose another data directory with --data.',
  )
}

/**
 * The database for a command: started as `startEmbedded` does when nobody has it, otherwise the one that runs already, which `stop` then
 * leaves alone. Throws StartError when the other process does not have it ready in time.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = makeDataDirectory(options.dataDir)
  const end = performance.now() + JOIN_TIMEOUT_MS
  for (;;) {
    const taken = takeLock(dataDir)
    if ('lock' in taken) return startWithLock(dataDir, taken.lock, options)
    const joined = await joinRunning(layoutOf(dataDir, findPack().release))
    if (joined) return joined
    if (performance.now() > end) {
      throw new StartError(
        `Teamsheet has ${dataDir} (${taken.heldBy ? `process ${taken.heldBy}` : 'another process'}), but its database does not answer.`,
      )
    }
    await Bun.sleep(JOIN_POLL_MS)
  }
}

async function startWithLock(dataDir: string, lock: InstanceLock, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const pack = findPack()
  const layout = layoutOf(dataDir, pack.release)
  const undo: (() => unknown)[] = [() => lock.release()]
  let undone: Promise<void> | undefined
  const undoAll = () => (undone ??= inReverse(undo))
  try {
    mkdirSync(layout.home, { recursive: true, mode: 0o711 })
    const socket = chooseSocketDirectory(layout.run, dataDir)
    const { firstStart } = await install(layout, pack.path, options.noSync)
    const account = await chooseAccount(`${layout.runtime}/bin/postgres`, layout.home)
    const { stoppedPid } = await clearLeftovers(layout.cluster, socket.path)
    if (stoppedPid) options.log.warn({ pid: stoppedPid }, 'database.leftover-stopped')
    handOver(layout.cluster, account.owner)
    makeSocketDirectory(socket.path, account.owner)
    if (socket.isShort) undo.push(() => rmSync(socket.path, { recursive: true, force: true }))
    undo.push(boundLog(layout.log))

    const settings = commandLineSettings(SETTINGS, options.settings ?? {}, { unix_socket_directories: socket.path })
    const supervised = await supervise(async (signal) => {
      await clearLeftovers(layout.cluster, socket.path)
      return startPostmaster({ ...layout, account, settings }, signal)
    }, options.log)
    undo.push(() => supervised.stop())

    const password = await ensurePassword(layout.password, socket.path)
    options.log.info({ pid: supervised.pid(), firstStart }, 'database.started')
    return {
      ...supervised,
      connection: { host: socket.path, port: PORT, user: ROLE, password, database: DATABASE },
      owned: true,
      stop: undoAll,
    }
  } catch (error) {
    await undoAll()
    throw asStartError(error, dataDir)
  }
}

async function inReverse(steps: (() => unknown)[]): Promise<void> {
  for (const step of steps.toReversed()) await step()
}

/** As root others must be able to pass through, or the user PostgreSQL runs as never reaches its own folder. */
function makeDataDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    return realpathSync(path)
  } catch (error) {
    throw asStartError(error, path)
  }
}

function takeLock(dataDir: string) {
  try {
    return takeInstanceLock(dataDir)
  } catch (error) {
    throw asStartError(error, dataDir)
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: 'This user may not write there.',
  EPERM: 'This user may not write there.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EEXIST: 'There is a file of that name.',
  ENOTDIR: 'There is a file in its path.',
}

function asStartError(error: unknown, dataDir: string): unknown {
  const sentence = SENTENCES[(error as NodeJS.ErrnoException).code ?? '']
  return sentence
    ? new StartError(`The data directory ${dataDir} cannot be used. ${sentence}`, { cause: error })
    : error
}
