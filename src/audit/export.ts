import type { AppContext, Tournament } from '#src/context.ts'
import { outsideScope } from '#src/lib/scope.ts'
import { type Actor, idOf } from '#src/permissions.ts'
import { placeOf, requireSight, within } from './log.ts'
import { listRows } from './log-store.ts'
import type { AuditFilter, AuditPlace, AuditRow } from './model.ts'
import { record } from './service.ts'

/** Below its header, all that a spreadsheet takes. */
const ROWS_MAX = 1_048_575
const ROWS_READ_AT_ONCE = 1000
const encoder = new TextEncoder()

const COLUMNS: Record<string, (row: AuditRow) => string | number | null> = {
  id: ({ id }) => id,
  at: ({ at }) => at.toISOString(),
  event: ({ event }) => event,
  actor: ({ actorKind }) => actorKind,
  actor_id: ({ actorId }) => actorId,
  actor_name: ({ actorName }) => actorName,
  tournament: ({ tournamentName }) => tournamentName,
  subject: ({ subject }) => subject?.kind ?? null,
  subject_id: ({ subjectId }) => subjectId,
  subject_name: ({ subject }) => subject?.name ?? null,
  before: ({ before }) => json(before),
  after: ({ after }) => json(after),
  data: ({ data }) => json(data),
  masked: ({ isMasked }) => (isMasked ? 'yes' : 'no'),
  address: ({ address }) => address,
  request_id: ({ requestId }) => requestId,
}

/**
 * The log as CSV (RFC 4180, UTF-8 with a byte order mark), the newest entry first, read on as it is taken. What a spreadsheet would compute
 * is text: it has an apostrophe before it. That it was asked for is recorded, and is its first row where the filter leaves it. Throws
 * FORBIDDEN.
 */
export async function exportAudit(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  filter: AuditFilter,
): Promise<ReadableStream<Uint8Array>> {
  requireSight(actor)
  await ctx.db.write.begin((tx) => record(tx, { event: 'audit.exported', actor, data: { ...filter } }))
  ctx.log.info({ actorId: idOf(actor) }, 'audit.exported')
  const { stringify } = await import('csv-stringify/sync')
  const written = (cells: (string | number | null)[][]) =>
    encoder.encode(stringify(cells, { escape_formulas: true, record_delimiter: 'windows' }))
  const entries = within(filter, tournament.timeZone)
  const readOn = (place?: AuditPlace) => listRows(ctx.db.read, entries, { limit: ROWS_READ_AT_ONCE, place })
  let next: AuditRow[] | undefined = await readOn()
  let last: AuditPlace | undefined
  let rows = 0
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode('\uFEFF'))
      controller.enqueue(written([Object.keys(COLUMNS)]))
    },
    async pull(controller) {
      // The request has had its answer: how long its reader takes is no concern of its deadline's.
      const present = next ?? (await outsideScope(() => readOn(last)))
      next = undefined
      const taken = present.slice(0, ROWS_MAX - rows)
      rows += taken.length
      last = placeOf('after', taken.at(-1))
      if (taken.length > 0)
        controller.enqueue(written(taken.map((row) => Object.values(COLUMNS).map((cell) => cell(row)))))
      if (present.length < ROWS_READ_AT_ONCE || rows === ROWS_MAX) controller.close()
    },
  })
}

const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
