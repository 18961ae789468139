import { listUnfollowedEvents, record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { rewriteTables } from '#src/db/rewrite-tables.ts'
import { SYSTEM } from '#src/permissions.ts'

/**
 * Whose rows an erasure empties or deletes; the audit log alone where something was found in it. The other way round than a registration
 * takes them: it meets us once, not at each of them.
 */
const TABLES = [
  'idempotency_keys',
  'mails',
  'registration_moves',
  'decisions',
  'uploads',
  'drafts',
  'documents',
  'players',
  'teams',
]
const AUDIT = 'audit_entries'
const ERASURES_A_RUN = 1000

/** For how long a table may be kept from others while it is written anew: so long that nobody minds, or at night as long as it takes. */
const LOCKED_MAX_MS = { byDay: 1500, byNight: 120_000 }
/** Full hours by the clock of the default tournament. */
const NIGHT = { from: 2, to: 5 }

/**
 * Takes what was erased out of the database's files as well, where rows leave it behind until something else is written there. The audit
 * log tells for which erasures that is to be done, so that a crash forgets none. How many; 0 also where somebody reads the tables for too
 * long, then the next run does it, or where one is too large for the day, then the night's.
 */
export async function removeTraces(ctx: AppContext): Promise<number> {
  const erasures = await listUnfollowedEvents(ctx, 'person.erased', 'person.traces-removed', ERASURES_A_RUN)
  if (erasures.length === 0) return 0
  const hasAudit = erasures.some(({ data }) => Number(data.auditEntries ?? 0) > 0)
  const maxMs = lockedMaxMs(ctx.now(), (await ctx.findTournament())?.timeZone ?? 'UTC')
  if (!(await rewriteTables(ctx.db, hasAudit ? [...TABLES, AUDIT] : TABLES, maxMs))) {
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

/** How long a table may be kept from others at that moment, in milliseconds. */
export function lockedMaxMs(now: Date, timeZone: string): number {
  const { hour } = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  return hour >= NIGHT.from && hour < NIGHT.to ? LOCKED_MAX_MS.byNight : LOCKED_MAX_MS.byDay
}
