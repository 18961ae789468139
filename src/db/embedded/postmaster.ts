import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '#src/lib/start-error.ts'
import type { Account } from './account.ts'
import { readLogTail } from './log-file.ts'
import { readPostmasterFile } from './postmaster-file.ts'

/** After a crash PostgreSQL replays its write-ahead log first, at most `max_wal_size` of it. */
const READY_TIMEOUT_MS = 180_000
const FAST_SHUTDOWN_TIMEOUT_MS = 30_000
const IMMEDIATE_SHUTDOWN_TIMEOUT_MS = 5_000
const POLL_MS = 3

export type Postmaster = {
  pid: number
  /** Resolves when it has ended, by whatever cause. */
  exited: Promise<number>
  /** Ends it: in order, then at once after a deadline, then by force. */
  stop(): Promise<void>
}

export type PostmasterOptions = {
  runtime: string
  cluster: string
  log: string
  account: Account
  /** `-c name=value` … */
  settings: string[]
}

/**
 * Starts PostgreSQL and waits until it takes connections. In a session of its own, so that Ctrl-C reaches us first and we stop it in
 * order. Throws StartError with its last words if it ends before, or with `signal`'s reason; it never leaves it running when it throws.
 */
export async function startPostmaster(options: PostmasterOptions, signal: AbortSignal): Promise<Postmaster> {
  const child = spawnPostgres(options)
  child.unref()

  // Somebody ended this process without stopping us first: at least PostgreSQL ends in order too.
  const onExit = () => void child.kill('SIGINT')
  process.once('exit', onExit)
  const exited = child.exited.finally(() => process.off('exit', onExit))
  const stop = () => stopChild(child)

  try {
    await untilReady(child, options, signal)
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid, exited, stop }
}

function spawnPostgres({ account, runtime, cluster, settings, log }: PostmasterOptions): Bun.Subprocess {
  const program = join(runtime, 'bin/postgres')
  const output = openSync(log, 'a', 0o600)
  try {
    return Bun.spawn([...account.prefix, program, '-D', cluster, ...settings], {
      ...account.spawn,
      cwd: '/',
      stdio: ['ignore', 'ignore', output],
      detached: true,
    })
  } catch (error) {
    const because = (error as Error).message
    throw new StartError(
      `${program} cannot be started (${because}). Is the data directory on a disk that allows programs?`,
    )
  } finally {
    closeSync(output)
  }
}

async function untilReady(child: Bun.Subprocess, options: PostmasterOptions, signal: AbortSignal) {
  const end = performance.now() + READY_TIMEOUT_MS
  while (performance.now() < end) {
    signal.throwIfAborted()
    const file = readPostmasterFile(options.cluster)
    // The file of another process says nothing about ours.
    if (file?.pid === child.pid && file.isReady) return
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartError(`PostgreSQL did not start. Its last words (${options.log}):\n${readLogTail(options.log)}`)
    }
    await Bun.sleep(POLL_MS)
  }
  throw new StartError(`PostgreSQL was not ready after ${READY_TIMEOUT_MS / 1000} seconds. See ${options.log}.`)
}

async function stopChild(child: Bun.Subprocess) {
  child.ref()
  const steps = [
    ['SIGINT', FAST_SHUTDOWN_TIMEOUT_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_TIMEOUT_MS],
  ] as const
  for (const [name, timeoutMs] of steps) {
    child.kill(name)
    if (await endsWithin(child, timeoutMs)) return
  }
  child.kill('SIGKILL')
  await child.exited
}

async function endsWithin(child: Bun.Subprocess, timeoutMs: number): Promise<boolean> {
  let timer: Timer | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false)
  })
  const ended = await Promise.race([child.exited.then(() => true), late])
  clearTimeout(timer)
  return ended
}
