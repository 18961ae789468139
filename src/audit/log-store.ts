import type { Queryable } from '#src/db/client.ts'
import type { AuditChoices, AuditFilter, AuditPlace, AuditRow } from './model.ts'

const CHOICES_MAX = 500

const ROW = `
  e.id::float8 as id, e.at, (extract(epoch from e.at) * 1000000)::bigint::text as place, e.event, e.actor_kind as "actorKind",
  e.actor_id as "actorId", coalesce(actor.name, key.name) as "actorName", o.name as "tournamentName", e.subject_id as "subjectId",
  case
    when t.id is not null then json_build_object('kind', 'team', 'id', t.id, 'name', t.code || ' ' || t.name)
    when d.id is not null then json_build_object('kind', 'document', 'id', dt.id, 'name', dt.code || ' ' || dt.name)
    when l.id is not null then json_build_object('kind', 'mail', 'id', l.id, 'name', l.kind)
    when s.id is not null then json_build_object('kind', 'staff', 'id', s.id, 'name', s.name)
    when k.id is not null then json_build_object('kind', 'key', 'id', k.id, 'name', k.name)
  end as subject,
  e.data, e.before, e.after, e.masked_at is not null as "isMasked", e.address, e.request_id as "requestId"`

/** A filter whose days were made moments: from the first on, before the second. */
export type EntryFilter = Pick<AuditFilter, 'event' | 'actor' | 'subject' | 'tournament'> & {
  since?: Date
  until?: Date
}

/** The newest first, or, before a place, those nearest to it first. */
export async function listRows(
  sql: Queryable,
  { event, actor, subject, tournament, since, until }: EntryFilter,
  { limit, place }: { limit: number; place?: AuditPlace },
): Promise<AuditRow[]> {
  const isBefore = place?.direction === 'before'
  const key = place && sql`(timestamptz 'epoch' + ${place.at}::bigint * interval '1 microsecond', ${place.id}::bigint)`
  const conditions = [
    sql`true`,
    ...(event === undefined ? [] : [sql`event = ${event}`]),
    ...(actor === undefined ? [] : [sql`actor_id = ${actor}`]),
    ...(subject === undefined ? [] : [sql`subject_id = ${subject}`]),
    ...(tournament === undefined ? [] : [sql`tournament_id = ${tournament}`]),
    ...(since === undefined ? [] : [sql`at >= ${since}`]),
    ...(until === undefined ? [] : [sql`at < ${until}`]),
    ...(key === undefined ? [] : [isBefore ? sql`(at, id) > ${key}` : sql`(at, id) < ${key}`]),
  ]
  const where = conditions.flatMap((condition, index) => (index === 0 ? [condition] : [sql`and`, condition]))
  const order = isBefore ? sql`asc` : sql`desc`
  return sql<AuditRow[]>`
    select ${sql.unsafe(ROW)}
    from (select * from audit_entries where ${where} order by at ${order}, id ${order} limit ${limit}) e
    left join staff actor on actor.id = e.actor_id left join api_keys key on key.id = e.actor_id
    left join tournaments o on o.id = e.tournament_id
    left join teams t on t.id = e.subject_id
    left join documents d on d.id = e.subject_id left join teams dt on dt.id = d.team_id
    left join mails l on l.id = e.subject_id
    left join staff s on s.id = e.subject_id
    left join api_keys k on k.id = e.subject_id
    order by e.at ${order}, e.id ${order}`
}

/** By their names; who was invited and did nothing yet may have none. */
export async function listChoices(sql: Queryable): Promise<AuditChoices> {
  const rows = await sql<{ of: keyof AuditChoices; id: string; name: string }[]>`
    (select 'staff' as of, id, name from staff where name <> '' order by name limit ${CHOICES_MAX})
    union all (select 'tournaments', id, name from tournaments order by name limit ${CHOICES_MAX})`
  const of = (which: keyof AuditChoices) => rows.filter((row) => row.of === which).map(({ id, name }) => ({ id, name }))
  return { staff: of('staff'), tournaments: of('tournaments') }
}
