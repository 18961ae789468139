import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may } from '#src/permissions.ts'
import { type EntryFilter, listChoices, listRows } from './log-store.ts'
import type { AuditChoices, AuditFilter, AuditPlace, AuditRow } from './model.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const EVENT = /^[a-z-]{1,40}\.[a-z-]{1,40}$/
const DAY = /^\d{4}-\d\d-\d\d$/
const NUMBER = /^\d{1,16}$/

export type AuditPage = { rows: AuditRow[]; newer?: AuditPlace; older?: AuditPlace; choices: AuditChoices }

/** One page of the log, the newest entry first, and what it can be narrowed down to. Throws FORBIDDEN. */
export async function listAudit(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  filter: AuditFilter,
  { limit, place }: { limit: number; place?: AuditPlace },
): Promise<AuditPage> {
  requireSight(actor)
  const [found, choices] = await Promise.all([
    listRows(ctx.db.read, within(filter, tournament.timeZone), { limit: limit + 1, place }),
    listChoices(ctx.db.read),
  ])
  const isBefore = place?.direction === 'before'
  const rows = isBefore ? found.slice(0, limit).toReversed() : found.slice(0, limit)
  const [hasMore, hasCome] = [found.length > limit, place !== undefined]
  return {
    rows,
    newer: (isBefore ? hasMore : hasCome) ? placeOf('before', rows[0]) : undefined,
    older: (isBefore ? hasCome : hasMore) ? placeOf('after', rows.at(-1)) : undefined,
    choices,
  }
}

/** Throws FORBIDDEN for whoever may not see the log. */
export function requireSight(actor: Actor): void {
  if (!may(actor, 'audit.see')) throw new AppError('FORBIDDEN')
}

export const placeOf = (direction: AuditPlace['direction'], row: AuditRow | undefined): AuditPlace | undefined =>
  row && { direction, at: row.place, id: String(row.id) }

/** A place as a cursor keeps it; undefined where it was not made by this list. */
export function readAuditPlace([direction, at = '', id = '']: readonly string[]): AuditPlace | undefined {
  if ((direction !== 'after' && direction !== 'before') || !NUMBER.test(at) || !NUMBER.test(id)) return undefined
  return { direction, at, id }
}

/** What a hand-written address gets wrong is left out rather than refused. */
export function readAuditFilter(query: Record<string, string | undefined>): AuditFilter {
  const field = (name: keyof AuditFilter, isRight: (value: string) => boolean) => {
    const value = query[name]?.trim()
    return value !== undefined && isRight(value) ? { [name]: value } : {}
  }
  const isId = (value: string) => UUID.test(value)
  return {
    ...field('event', (value) => EVENT.test(value)),
    ...field('actor', isId),
    ...field('subject', isId),
    ...field('tournament', isId),
    ...field('from', isDay),
    ...field('to', isDay),
  }
}

function isDay(value: string): boolean {
  try {
    return DAY.test(value) && Temporal.PlainDate.from(value) !== undefined
  } catch {
    return false
  }
}

/** Its days as moments in the zone: from the first's beginning to the last's end. */
export function within({ from, to, ...filter }: AuditFilter, timeZone: string): EntryFilter {
  const begin = (day: string, days: number) =>
    new Date(Temporal.PlainDate.from(day).add({ days }).toZonedDateTime(timeZone).epochMilliseconds)
  return {
    ...filter,
    ...(from !== undefined && { since: begin(from, 0) }),
    ...(to !== undefined && { until: begin(to, 1) }),
  }
}
