import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What PostgreSQL writes about itself (src/include/utils/pidfile.h of PostgreSQL 18). */
export type PostmasterFile = { pid: number; socketDirectory: string | undefined; isReady: boolean }

const LINE = { pid: 0, socketDirectory: 4, status: 7 }

/** Undefined when there is none, or not yet a whole first line. */
export function readPostmasterFile(cluster: string): PostmasterFile | undefined {
  let lines: string[]
  try {
    lines = readFileSync(postmasterFilePath(cluster), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[LINE.pid])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return {
    pid,
    socketDirectory: lines[LINE.socketDirectory] || undefined,
    isReady: lines[LINE.status]?.trim() === 'ready',
  }
}

export const postmasterFilePath = (cluster: string) => join(cluster, 'postmaster.pid')
