import { readdirSync, readFileSync } from 'node:fs'
import { hold, note, short, tell, title } from './report.ts'
import type { RunningServer } from './server.ts'

const TARGET_MB = 150
const KIB_A_MB = 1024
/** Until the garbage of the last requests is collected. */
const REST_MS = 20_000

/** Memory of the server and of PostgreSQL, in MB of 1,048,576 bytes. */
export type Memory = { server: number; postgres: number; processes: number }

/**
 * Proportional set size (proc(5), smaps_rollup): what each process holds alone, and its share of what several hold together, so that
 * the sum counts every page once.
 */
export function memoryOf(server: RunningServer): Memory {
  const postgres = familyOf(server.postgresPid()).map(proportionalMb)
  return {
    server: proportionalMb(server.pid),
    postgres: postgres.reduce((sum, mb) => sum + mb, 0),
    processes: postgres.length,
  }
}

/** What the server held right after its start, at the end of the load, and when it has rested. */
export async function reportMemory(server: RunningServer, atStart: Memory): Promise<void> {
  title('Memory, proportional set size')
  note('Every page counted once: executable and all processes of PostgreSQL, shared buffers included.')
  tellMemory('after the first start', atStart)
  tellMemory('at the end of all of the above', memoryOf(server))
  await Bun.sleep(REST_MS)
  const rested = memoryOf(server)
  tellMemory(`${REST_MS / 1000} s later`, rested)
  hold('together, after load', rested.server + rested.postgres, { most: TARGET_MB }, ' MB')
}

function tellMemory(when: string, { server, postgres, processes }: Memory): void {
  const parts = `server ${short(server)}, PostgreSQL ${short(postgres)} in ${processes} processes`
  tell(when, `${short(server + postgres)} MB  (${parts})`)
}

function familyOf(pid: number): number[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
  return [pid, ...children.map(Number)]
}

function parentOf(pid: string): number | undefined {
  return Number(read(`/proc/${pid}/status`).match(/^PPid:\s+(\d+)/m)?.[1])
}

const proportionalMb = (pid: number) =>
  Number(read(`/proc/${pid}/smaps_rollup`).match(/^Pss:\s+(\d+) kB/m)?.[1] ?? 0) / KIB_A_MB

/** Nothing of a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
