import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { getTableName, is } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { PgTable } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres, { type Sql } from 'postgres'
import auditFunctions from '#src/audit/audit.sql' with { type: 'text' }
import { StartError } from '#src/lib/start-error.ts'
import addTeam from '#src/teams/add-team.sql' with { type: 'text' }
import type { Connection } from './client.ts'
import { installJobs } from './jobs/install.ts'
import { LOCKS } from './locks.ts'
import { grantToServer } from './roles.ts'
import * as schema from './schema/index.ts'

const FOLDER = join(import.meta.dir, Bun.isStandaloneExecutable ? 'drizzle' : '../../drizzle')
const CONNECT_TIMEOUT_SECONDS = 5
const OLDEST_POSTGRES = 140_000

/** Text that features keep beside themselves, and the function in it whose comment tells of which text it was made. */
const FUNCTIONS = [
  { text: addTeam, marked: 'add_team(jsonb)' },
  { text: auditFunctions, marked: 'expire_audit(int)' },
]

type Migrating = {
  /** Jobs' tables are made only for who has jobs: that is a tenth of the first start. */
  hasJobs?: boolean
  /** Who will run the server, where that is not the owner; undefined: who migrates. */
  serverRole?: string
}

/**
 * Brings the database to this executable's schema, one process at a time, re-creates functions whose text has changed, and gives the
 * server's role its rights. Throws StartError when the schema is newer than this executable, the database has tables of our names that
 * another program made, or PostgreSQL is older than 14.
 */
export async function migrate(connection: Connection, { hasJobs = true, serverRole }: Migrating = {}): Promise<void> {
  const options = {
    max: 1,
    max_pipeline: 1,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice() {},
  } as postgres.Options<Record<string, never>>
  const sql = 'url' in connection ? postgres(connection.url, options) : postgres({ ...connection, ...options })
  try {
    await sql`select pg_advisory_lock(${LOCKS.migration}::int, 0)`
    await refuseWhatWeCannotServe(sql)
    await runMigrations(drizzle(sql), { migrationsFolder: FOLDER })
    for (const { text, marked } of FUNCTIONS) await createFunctions(sql, text, marked)
    await createSearchIndexes(sql)
    if (hasJobs) await installJobs(sql)
    if (serverRole !== undefined) await grantToServer(sql, serverRole, hasJobs)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function refuseWhatWeCannotServe(sql: Sql): Promise<void> {
  const [server] =
    await sql`select current_setting('server_version_num')::int as version, to_regclass('drizzle.__drizzle_migrations') is not null as migrated`
  if (server!.version < OLDEST_POSTGRES)
    throw new StartError('This PostgreSQL is older than 14. Please name a newer one in DATABASE_URL.')
  const migrations = readMigrationFiles({ migrationsFolder: FOLDER })
  const known = Math.max(...migrations.map((migration) => migration.folderMillis))
  const [made] = server!.migrated
    ? await sql`
        select max(created_at)::float8 as at, coalesce(bool_or(hash = ${migrations[0]!.hash}), false) as by_us
        from drizzle.__drizzle_migrations`
    : [{ at: null, by_us: false }]
  if (made!.at !== null && made!.at > known)
    throw new StartError(
      'This database was made by a newer Teamsheet. Please start that version, or restore an older backup.',
    )
  if (!made!.by_us) await refuseForeignTables(sql)
}

/** Before anything is made, so that a database of another program stays as it is. */
async function refuseForeignTables(sql: Sql): Promise<void> {
  const ours = Object.values(schema).flatMap((table) => (is(table, PgTable) ? [getTableName(table)] : []))
  const found = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = to_regnamespace(current_schema()) and relname = any(${ours}) order by relname`
  if (found.length === 0) return
  const names = found.map(({ name }) => name).join(', ')
  throw new StartError(
    `The database has tables that this Teamsheet did not make: ${names}. Please name an empty database in DATABASE_URL.`,
  )
}

async function createFunctions(sql: Sql, text: string, marked: string): Promise<void> {
  const digest = createHash('sha256').update(text).digest('hex')
  const [present] = await sql`select obj_description(to_regprocedure(${marked}), 'pg_proc') as digest`
  if (present?.digest === digest) return
  await sql.begin(async (tx) => {
    await tx.unsafe(text)
    await tx.unsafe(`comment on function ${marked} is '${digest}'`)
  })
}

/** Search is quick with pg_trgm; without the right to create it, the same queries run without an index. */
async function createSearchIndexes(sql: Sql): Promise<void> {
  const [extension] = await sql`select true as present from pg_extension where extname = 'pg_trgm'`
  if (
    !extension &&
    !(await sql`create extension if not exists pg_trgm`.then(
      () => true,
      () => false,
    ))
  )
    return
  await sql`create index if not exists clubs_name_trigrams on clubs using gin (name_key gin_trgm_ops)`
  await sql`create index if not exists teams_search_trigrams on teams using gin (search_text gin_trgm_ops)`
}
