import { listUnfollowedEvents, record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { rewriteTables } from '#src/db/rewrite-tables.ts'
import { SYSTEM } from '#src/permissions.ts'

/** Whose rows an erasure empties or deletes; the audit log alone where something was found in it. */
const TABLES = [
  'teams',
  'players',
  'documents',
  'uploads',
  'drafts',
  'mails',
  'idempotency_keys',
  'decisions',
  'registration_moves',
]
const AUDIT = 'audit_entries'
const ERASURES_A_RUN = 1000

/**
 * Takes what was erased out of the database's files as well, where rows leave it behind until something else is written there. The audit
 * log tells for which erasures that is to be done, so that a crash forgets none. How many; 0 also where the tables are in use for too
 * long: then the next run does it.
 */
export async function removeTraces(ctx: AppContext): Promise<number> {
  const erasures = await listUnfollowedEvents(ctx, 'person.erased', 'person.traces-removed', ERASURES_A_RUN)
  if (erasures.length === 0) return 0
  const hasAudit = erasures.some(({ data }) => Number(data.auditEntries ?? 0) > 0)
  if (!(await rewriteTables(ctx.db, hasAudit ? [...TABLES, AUDIT] : TABLES))) {
    ctx.log.warn({ count: erasures.length }, 'person.traces-left')
    return 0
  }
  const subjectIds = [...new Set(erasures.map(({ subjectId }) => subjectId))]
  await ctx.db.write.begin(async (tx) => {
    for (const subjectId of subjectIds) await record(tx, { event: 'person.traces-removed', actor: SYSTEM, subjectId })
  })
  ctx.log.info({ count: erasures.length }, 'person.traces-removed')
  return erasures.length
}
