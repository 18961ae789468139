import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectionsTo, type EmbeddedDatabase, SOCKET_NAME } from './connection.ts'
import { enterAsGuest } from './guests.ts'
import type { Layout } from './layout.ts'
import { readPostmasterFile } from './postmaster-file.ts'

/**
 * The database that another process runs in the same data directory, or undefined while it does not take
 * connections or is about to stop. Its own file tells
 * where the socket is, as that process may have found another folder for temporary files than we would.
 */
export async function joinRunning(layout: Layout): Promise<EmbeddedDatabase | undefined> {
  const file = readPostmasterFile(layout.cluster)
  if (!file?.isReady || !file.socketDirectory || !existsSync(layout.password)) return undefined
  const leave = enterAsGuest(layout.guests)
  if (!leave) return undefined
  if (!(await answers(join(file.socketDirectory, SOCKET_NAME)))) {
    leave()
    return undefined
  }
  let left = false
  return {
    ...connectionsTo(file.socketDirectory, readFileSync(layout.password, 'utf8')),
    owned: false,
    state: () => 'running',
    pid: () => readPostmasterFile(layout.cluster)?.pid,
    ready: () => Promise.resolve(),
    async stop() {
      if (!left) leave()
      left = true
    },
  }
}

async function answers(unix: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix, socket: { data() {}, error() {} } })
    socket.end()
    return true
  } catch {
    return false
  }
}
