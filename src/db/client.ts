import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type ISql, type Options, type Sql } from 'postgres'
import type { DatabaseState } from './embedded/supervise.ts'
import { repeating } from './repeating.ts'
import * as schema from './schema/index.ts'
import { scoped } from './scoped.ts'

const CONNECT_TIMEOUT_SECONDS = 10
const IDLE_TIMEOUT_SECONDS = 300
const CONNECTION_LIFETIME_SECONDS = 3600
/** Between tries to connect, doubling. The driver's own waits grow to 20 s with a handful of connections that break at once. */
const RECONNECT_FIRST_SECONDS = 0.02
const RECONNECT_LAST_SECONDS = 1
const STATEMENT_TIMEOUT_MS = 30_000
const LOCK_TIMEOUT_MS = 25_000
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000
/**
 * Of the pool: for writers that may wait on locks, so that they never starve the readers. Few: those beyond the second only wait for the
 * tournament's lock, each with caches of its own to keep warm (8 of them cost PostgreSQL a third more a registration than 2).
 */
const LOCKING_SHARE = 0.15
const WRITING_SHARE = 0.2
/** Fewer connections than this leave one to each kind of writer. */
const PAIRS_FROM = 6
const CLOSE_TIMEOUT_SECONDS = 5
/** The object id of `timestamptz` (pg_type). */
const INSTANT_TYPE = 1184

export type Connection =
  | { host: string; port: number; user: string; password: string; database: string }
  | { url: string }

/**
 * Three pools over one database. `read` runs single statements that wait for nobody; `locking` runs single statements that take an
 * advisory lock; `write` runs transactions (`write.begin`), also through drizzle as `orm`. What they run is counted for the scope it runs
 * in and cancelled with it (lib/scope.ts). Reads are sent again, and transactions begun again with their callback, after failures that pass
 * (db/repeating.ts): a callback does nothing outside its transaction that must not be done twice.
 */
export type Database = {
  read: Sql
  locking: Sql
  write: Sql
  orm: PostgresJsDatabase<typeof schema>
  /** Of the embedded PostgreSQL; a venue's own is taken to run. */
  state: () => DatabaseState
  close(): Promise<void>
}

/** What runs statements: a pool or an open transaction. */
export type Queryable = ISql

type Opening = {
  state?: () => DatabaseState
  /** Hears the text of every statement as it is sent, without its values. */
  onStatement?: (text: string) => void
  /** Of a connection; one that is at work is closed afterwards. */
  lifetimeSeconds?: number
}

/** How many connections each pool has, all together `connectionsMax`, which is 4 or more. */
export function shareConnections(connectionsMax: number): { read: number; locking: number; write: number } {
  const least = connectionsMax < PAIRS_FROM ? 1 : 2
  const locking = Math.max(least, Math.floor(connectionsMax * LOCKING_SHARE))
  const write = Math.max(least, Math.floor(connectionsMax * WRITING_SHARE))
  return { read: connectionsMax - locking - write, locking, write }
}

/** Connects when the first statement is sent. */
export function openDatabase(connection: Connection, connectionsMax: number, opening: Opening = {}): Database {
  const { state = () => 'running' } = opening
  const share = shareConnections(connectionsMax)
  // With the default pipelining, throughput decays for the life of the process; with 0, `begin` never reserves its connection.
  const read = connect(connection, share.read, 0, opening)
  const lock = connect(connection, share.locking, 0, opening)
  const write = connect(connection, share.write, 1, opening)
  // drizzle sets up its own serialisers on the client it is given, so it gets the one with transactions. Raw statements there mean
  // Dates as elsewhere, which drizzle takes as well as text.
  const { parsers, serializers } = write.options
  const instants = { read: parsers[INSTANT_TYPE]!, write: serializers[INSTANT_TYPE]! }
  const orm = drizzle(write, { schema })
  parsers[INSTANT_TYPE] = instants.read
  serializers[INSTANT_TYPE] = instants.write
  return {
    read,
    locking: lock,
    write,
    orm,
    state,
    async close() {
      await Promise.all([read, lock, write].map((sql) => sql.end({ timeout: CLOSE_TIMEOUT_SECONDS })))
    },
  }
}

function connect(connection: Connection, max: number, maxPipeline: 0 | 1, opening: Opening): Sql {
  const { onStatement, lifetimeSeconds = CONNECTION_LIFETIME_SECONDS } = opening
  const options = {
    max,
    max_pipeline: maxPipeline,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    idle_timeout: IDLE_TIMEOUT_SECONDS,
    max_lifetime: lifetimeSeconds,
    backoff: (failures: number) =>
      Math.min(RECONNECT_FIRST_SECONDS * 2 ** failures, RECONNECT_LAST_SECONDS) * (0.5 + Math.random() / 2),
    onnotice() {},
    debug: onStatement && ((_: number, text: string) => onStatement(text)),
    connection: {
      application_name: 'teamsheet',
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      timezone: 'UTC',
    },
  } as Options<Record<string, never>>
  return repeating(
    scoped('url' in connection ? postgres(connection.url, options) : postgres({ ...connection, ...options })),
  )
}
