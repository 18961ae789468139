import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type InstanceLock, takeInstanceLock } from '#src/lib/instance-lock.ts'
import { StartError } from '#src/lib/start-error.ts'
import { chooseAccount } from './account.ts'
import { connectionsTo, type EmbeddedDatabase } from './connection.ts'
import { explainUnusable, makeDataDirectory, makeHome } from './data-directory.ts'
import { closeToGuests } from './guests.ts'
import { handOver, install } from './install.ts'
import { joinRunning } from './join-running.ts'
import { layoutOf } from './layout.ts'
import { clearLeftovers, listProcesses } from './leftovers.ts'
import { boundLog } from './log-file.ts'
import { findPack } from './pack.ts'
import { ensurePassword } from './password.ts'
import { startPostmaster } from './postmaster.ts'
import { commandLineSettings, SETTINGS } from './settings.ts'
import { chooseSocketDirectory, makeSocketDirectory } from './socket-directory.ts'
import { type EmbeddedLog, supervise } from './supervise.ts'

export type { EmbeddedConnection, EmbeddedDatabase } from './connection.ts'

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

/**
 * The database for a server: starts it, keeps it running and holds the instance lock until `stop`. Throws StartError when another
 * process has the data directory.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = makeDataDirectory(options.dataDir)
  const taken = takeLock(dataDir)
  if ('lock' in taken) return startWithLock(dataDir, taken.lock, options)
  throw new StartError(
    `Another Teamsheet (${nameHolder(taken.heldBy)}) is already using ${dataDir}. ` +
      'Stop it first, or choose another data directory with --data.',
  )
}

/**
 * The database for a command: started as `startEmbedded` does when nobody has it, otherwise the one that runs already, which `stop` then
 * leaves alone. One it started itself it stops only after every other command that came to use it has left. Throws StartError when the
 * other process does not have it ready in time.
 */
export async function openEmbedded(options: EmbeddedOptions & { joinTimeoutMs?: number }): Promise<EmbeddedDatabase> {
  const dataDir = makeDataDirectory(options.dataDir)
  const layout = layoutOf(dataDir, findPack().release)
  const end = performance.now() + (options.joinTimeoutMs ?? JOIN_TIMEOUT_MS)
  for (;;) {
    const taken = takeLock(dataDir)
    if ('lock' in taken) {
      const database = await startWithLock(dataDir, taken.lock, options)
      return { ...database, stop: () => stopAfterGuests(database, layout.guests) }
    }
    const joined = await joinRunning(layout)
    if (joined) return joined
    if (performance.now() > end) {
      throw new StartError(
        `Another Teamsheet (${nameHolder(taken.heldBy)}) is using ${dataDir}, but its database does not answer.`,
      )
    }
    await Bun.sleep(JOIN_POLL_MS)
  }
}

async function stopAfterGuests(database: EmbeddedDatabase, guests: string) {
  const reopen = await closeToGuests(guests)
  await database.stop()
  reopen()
}

async function startWithLock(dataDir: string, lock: InstanceLock, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log } = options
  const undo: (() => unknown)[] = [() => lock.release()]
  let undone: Promise<void> | undefined
  const undoAll = () => {
    undone ??= inReverse(undo)
    return undone
  }
  try {
    const pack = findPack()
    const layout = layoutOf(dataDir, pack.release)
    makeHome(layout.home)
    const { firstStart } = await install(layout, pack.path, options.noSync)
    const account = await chooseAccount(join(layout.runtime, 'bin/postgres'), layout.home)
    const socket = chooseSocketDirectory(layout.run, dataDir)
    makeSocketDirectory(socket, account.owner)
    if (socket.isShared) undo.push(() => rmSync(socket.path, { recursive: true, force: true }))
    undo.push(boundLog(layout.log))

    const settings = commandLineSettings(SETTINGS, options.settings ?? {}, { unix_socket_directories: socket.path })
    const start = async (signal: AbortSignal) => {
      makeSocketDirectory(socket, account.owner)
      const { stoppedPid } = await clearLeftovers(layout.cluster, socket.path)
      if (stoppedPid) log.warn({ pid: stoppedPid }, 'database.leftover-stopped')
      handOver(layout.cluster, account.owner)
      return startPostmaster({ ...layout, account, settings }, signal)
    }
    const supervised = await supervise(async (signal) => {
      try {
        return await start(signal)
      } catch (error) {
        // One that a killed process had only just started may have entered the cluster after we looked, and before ours.
        if (signal.aborted || listProcesses(layout.cluster).length === 0) throw error
        return start(signal)
      }
    }, log)
    undo.push(() => supervised.stop())

    const connections = connectionsTo(socket.path, await ensurePassword(layout.password, socket.path))
    log.info({ pid: supervised.pid(), firstStart }, 'database.started')
    return { ...supervised, ...connections, owned: true, stop: undoAll }
  } catch (error) {
    await undoAll()
    throw explainUnusable(error, dataDir)
  }
}

async function inReverse(steps: (() => unknown)[]): Promise<void> {
  for (const step of steps.toReversed()) await step()
}

function takeLock(dataDir: string) {
  try {
    return takeInstanceLock(dataDir)
  } catch (error) {
    throw explainUnusable(error, dataDir)
  }
}

const nameHolder = (pid: number | undefined) => (pid ? `process ${pid}` : 'another process')
