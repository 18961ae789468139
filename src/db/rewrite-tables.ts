import type { ReservedSql } from 'postgres'
import type { Database } from './client.ts'

/** Others wait behind us while we wait for a table. */
const LOCK_WAIT_MAX_MS = 500
const TRIES_MAX = 3
/** Others go first between two tries. */
const PAUSE_MS = 500
/** For transactions that are older; nobody waits behind us meanwhile. */
const WAIT_MAX_MS = 2000
const LOOK_EVERY_MS = 25
/** PostgreSQL that can forget what it knows of a column. */
const FORGETS_SAMPLES = 180_000
/** PostgreSQL, Appendix A. */
const LOCK_NOT_AVAILABLE = '55P03'
const QUERY_CANCELED = '57014'

/**
 * Writes tables anew without what was deleted from them or overwritten, with their indexes and with what the planner remembers of their
 * values: until then all that stands in their files. Locks one after the other, each for at most `lockedMaxMs`, the wait for it included.
 * False where that is too short, or somebody reads them in a long transaction; what is done stays done. Needs as much disk as the largest
 * of them.
 */
export async function rewriteTables(db: Database, tables: readonly string[], lockedMaxMs: number): Promise<boolean> {
  const sql = await db.write.reserve()
  try {
    await sql.unsafe(`set lock_timeout = ${LOCK_WAIT_MAX_MS}; set statement_timeout = ${lockedMaxMs}`)
    if (!(await awaitOlderTransactions(sql))) return false
    const [server] = await sql`select current_setting('server_version_num')::int >= ${FORGETS_SAMPLES} as "canForget"`
    for (const table of tables) {
      // Of a table that is empty by now, the analysis would leave them.
      if (server!.canForget)
        await sql`
          select pg_clear_attribute_stats(schemaname::text, tablename::text, attname::text, inherited)
          from pg_stats where schemaname = current_schema() and tablename = ${table}`
      if (!(await rewrite(sql, table))) return false
    }
    return true
  } finally {
    await sql.unsafe('reset lock_timeout; reset statement_timeout').catch(() => {})
    sql.release()
  }
}

async function rewrite(sql: ReservedSql, table: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await sql.unsafe(`vacuum (full, analyze) ${table}`)
      return true
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== LOCK_NOT_AVAILABLE && code !== QUERY_CANCELED) throw error
      // A table that is too large is so the next time, too.
      if (code === QUERY_CANCELED || tries === TRIES_MAX) return false
      await Bun.sleep(PAUSE_MS)
    }
  }
}

/** What they may still see would be kept. False where one of them takes too long. */
async function awaitOlderTransactions(sql: ReservedSql): Promise<boolean> {
  const [us] = await sql`select pg_current_xact_id()::xid::text as xid`
  for (
    const startedAt = performance.now();
    performance.now() - startedAt < WAIT_MAX_MS;
    await Bun.sleep(LOOK_EVERY_MS)
  ) {
    const older = await sql`
      select from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and greatest(age(backend_xmin), age(backend_xid)) > age(${us!.xid}::text::xid) limit 1`
    if (older.length === 0) return true
  }
  return false
}
