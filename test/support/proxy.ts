import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { SOCKET_NAME } from '#src/db/embedded/connection.ts'
import type { EmbeddedConnection } from '#src/db/embedded/embedded.ts'

export type DatabaseProxy = {
  /** The database, as it is reached through the proxy. */
  connection: EmbeddedConnection
  url: string
  /** What happens to those who connect from here on: they are let through, hung up on at once, or never answered. */
  mode: 'pass' | 'hang_up' | 'swallow'
  /** What the database answers is lost. */
  isMute: boolean
  /** Whoever sends this is reset instead of heard. */
  dropsAt: string | undefined
  /** How many have connected so far. */
  accepted: number
  /** Resets every connection, in the middle of whatever it says. Returns how many there were. */
  drop(): number
  close(): void
}

/** A TCP port of the test's own before a PostgreSQL that listens on a socket only. */
export async function openProxy(to: EmbeddedConnection): Promise<DatabaseProxy> {
  const open = new Set<Socket>()
  const keep = (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    proxy.accepted += 1
    if (proxy.mode === 'hang_up') client.end()
    if (proxy.mode !== 'pass') return
    const database = connect(join(to.host, SOCKET_NAME))
    keep(database)
    client.on('data', (bytes) => {
      if (proxy.dropsAt !== undefined && bytes.includes(proxy.dropsAt)) client.resetAndDestroy()
    })
    client.pipe(database)
    database.on('data', (bytes) => {
      if (proxy.isMute || client.write(bytes)) return
      database.pause()
      client.once('drain', () => database.resume())
    })
    client.on('close', () => database.destroy())
    database.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const connection = { ...to, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const { user, password, port, database } = connection
  const proxy: DatabaseProxy = {
    connection,
    url: `postgres://${user}:${password}@127.0.0.1:${port}/${database}`,
    mode: 'pass',
    isMute: false,
    dropsAt: undefined,
    accepted: 0,
    drop() {
      const dropped = open.size
      for (const socket of open) socket.resetAndDestroy()
      return dropped
    },
    close() {
      proxy.drop()
      server.close()
    },
  }
  return proxy
}
