import type { ReservedSql } from 'postgres'
import type { Database } from './client.ts'

/** Others wait behind us for no longer than this before a table is ours; and we for transactions that are older. */
const WAIT_MAX_MS = 2000
const LOOK_EVERY_MS = 25
const REWRITE_MAX_MS = 120_000
/** PostgreSQL that can forget what it knows of a column. */
const FORGETS_SAMPLES = 180_000
/** lock_not_available, query_canceled (PostgreSQL, Appendix A). */
const TOOK_TOO_LONG = ['55P03', '57014']

/**
 * Writes tables anew without what was deleted from them or overwritten, with their indexes and with what the planner remembers of their
 * values: until then all that stands in their files. Locks one after the other for as long as that takes. False where it could not be
 * done, as somebody reads them in a long transaction; what is done stays done. Needs as much disk as the largest of them.
 */
export async function rewriteTables(db: Database, tables: readonly string[]): Promise<boolean> {
  const sql = await db.write.reserve()
  try {
    await sql.unsafe(`set lock_timeout = ${WAIT_MAX_MS}; set statement_timeout = ${REWRITE_MAX_MS}`)
    if (!(await awaitOlderTransactions(sql))) return false
    const [server] = await sql`select current_setting('server_version_num')::int >= ${FORGETS_SAMPLES} as "canForget"`
    for (const table of tables) {
      // Of a table that is empty by now, the analysis would leave them.
      if (server!.canForget)
        await sql`
          select pg_clear_attribute_stats(schemaname::text, tablename::text, attname::text, inherited)
          from pg_stats where schemaname = current_schema() and tablename = ${table}`
      await sql.unsafe(`vacuum (full, analyze) ${table}`)
    }
    return true
  } catch (error) {
    if (TOOK_TOO_LONG.includes((error as { code?: string }).code ?? '')) return false
    throw error
  } finally {
    await sql.unsafe('reset lock_timeout; reset statement_timeout').catch(() => {})
    sql.release()
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
