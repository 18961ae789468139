import type { Supervised } from './supervise.ts'

export const PORT = 5432
export const ROLE = 'teamsheet'
export const DATABASE = 'teamsheet'

/** Host is the folder of the socket, as libpq and postgres.js take it. */
export type EmbeddedConnection = { host: string; port: number; user: string; password: string; database: string }

export type EmbeddedDatabase = Supervised & {
  connection: EmbeddedConnection
  /** False: it runs for another process, and `stop` leaves it alone. */
  owned: boolean
}

export function connectionTo(socketDirectory: string, password: string): EmbeddedConnection {
  return { host: socketDirectory, port: PORT, user: ROLE, password, database: DATABASE }
}

/** The name PostgreSQL gives its socket. */
export const SOCKET_NAME = `.s.PGSQL.${PORT}`
