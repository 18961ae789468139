import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { StartError } from '#src/lib/start-error.ts'
import { postmasterFilePath, readPostmasterFile } from './postmaster-file.ts'

/** A fast shutdown writes a checkpoint first. */
const FAST_SHUTDOWN_TIMEOUT_MS = 30_000
/** Backends end by themselves once they see that their postmaster is gone. */
const BACKENDS_TIMEOUT_MS = 2_000
const KILL_TIMEOUT_MS = 2_000
const POLL_MS = 5
const SOCKET_FILE = /^\.s\.PGSQL\.\d+(\.lock)?$/

/**
 * Ends every PostgreSQL that still works in the cluster after its teamsheet was killed, in order if it can, and removes what a dead one
 * left that would keep the next from starting. Only for the holder of the instance lock. Throws StartError when a process will not end.
 */
export async function clearLeftovers(cluster: string, socketDirectory: string): Promise<{ stoppedPid?: number }> {
  const stoppedPid = await stopProcesses(cluster)
  const file = readPostmasterFile(cluster)
  // Of a dead process PostgreSQL takes the file over by itself, with checks of its own. But a zombie, or a stranger who got the same
  // process id, would make it believe that the cluster is in use, and of a file that a power cut left empty it makes nothing.
  if (!file || existsProcess(file.pid)) rmSync(postmasterFilePath(cluster), { force: true })
  for (const name of listFolder(socketDirectory)) {
    if (SOCKET_FILE.test(name)) rmSync(join(socketDirectory, name), { force: true })
  }
  return { stoppedPid }
}

/** Process ids of every PostgreSQL whose working directory is the cluster; zombies have none. */
export function listProcesses(cluster: string): number[] {
  const wanted = statSync(cluster, { throwIfNoEntry: false })
  if (!wanted) return []
  return listFolder('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const folder = statSync(`/proc/${pid}/cwd`)
        if (folder.dev !== wanted.dev || folder.ino !== wanted.ino) return false
      } catch {
        return false
      }
      // Not the shell of somebody who looks around. One that is just ending has no program any more, but may hold the shared memory yet.
      const program = programOf(pid)
      return program === undefined || program === 'postgres'
    })
}

function programOf(pid: number): string | undefined {
  try {
    // A program that was replaced meanwhile reads `postgres (deleted)`.
    return basename(readlinkSync(`/proc/${pid}/exe`)).split(' ')[0]
  } catch {
    return undefined
  }
}

async function stopProcesses(cluster: string): Promise<number | undefined> {
  const running = listProcesses(cluster)
  if (running.length === 0) return undefined
  const postmaster = running.find((pid) => !running.includes(parentOf(pid)) && pid === readPostmasterFile(cluster)?.pid)
  if (postmaster !== undefined) signal([postmaster], 'SIGINT')
  await untilNone(cluster, postmaster === undefined ? BACKENDS_TIMEOUT_MS : FAST_SHUTDOWN_TIMEOUT_MS)
  for (const name of ['SIGQUIT', 'SIGKILL'] as const) {
    const left = listProcesses(cluster)
    if (left.length === 0) break
    signal(left, name)
    await untilNone(cluster, KILL_TIMEOUT_MS)
  }
  const left = listProcesses(cluster)
  if (left.length === 0) return postmaster
  throw new StartError(`A former PostgreSQL still works in ${cluster} and cannot be ended: process ${left.join(', ')}.`)
}

async function untilNone(cluster: string, timeoutMs: number) {
  const end = performance.now() + timeoutMs
  while (performance.now() < end && listProcesses(cluster).length > 0) await Bun.sleep(POLL_MS)
}

function signal(pids: number[], name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL') {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

function existsProcess(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false }) !== undefined
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
