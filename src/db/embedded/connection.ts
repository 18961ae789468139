import { createHmac } from 'node:crypto'
import type { Supervised } from './supervise.ts'

export const PORT = 5432
/** Owns the database: makes and changes tables, and lets others use them. */
export const ROLE = 'teamsheet'
/** Runs the server, with the rights that src/db/roles.ts gives. */
export const SERVER_ROLE = 'teamsheet_server'
export const DATABASE = 'teamsheet'

/** Host is the folder of the socket, as libpq and postgres.js take it. */
export type EmbeddedConnection = { host: string; port: number; user: string; password: string; database: string }

export type EmbeddedDatabase = Supervised & {
  /** As the owner. */
  connection: EmbeddedConnection
  /** As the role that runs the server. */
  serverConnection: EmbeddedConnection
  /** False: it runs for another process, and `stop` leaves it alone. */
  owned: boolean
}

/** @param password of the owner, from which the server's follows */
export function connectionsTo(
  socketDirectory: string,
  password: string,
): { connection: EmbeddedConnection; serverConnection: EmbeddedConnection } {
  const connection = { host: socketDirectory, port: PORT, user: ROLE, password, database: DATABASE }
  return { connection, serverConnection: { ...connection, user: SERVER_ROLE, password: serverPassword(password) } }
}

/** Nobody finds the owner's from it. */
export const serverPassword = (password: string) =>
  createHmac('sha256', password).update(SERVER_ROLE).digest('base64url')

/** The name PostgreSQL gives its socket. */
export const SOCKET_NAME = `.s.PGSQL.${PORT}`
