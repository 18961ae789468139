import type { Queryable } from '#src/db/client.ts'
import { idOf } from '#src/permissions.ts'
import type { AuditEvent } from './service.ts'

export async function insertEntry(
  tx: Queryable,
  { event, actor, tournamentId, subjectId, data }: AuditEvent,
): Promise<void> {
  await tx`
    insert into audit_entries (event, actor_kind, actor_id, tournament_id, subject_id, data)
    values (${event}, ${actor.kind}, ${idOf(actor) ?? null}, ${tournamentId ?? null}, ${subjectId ?? null},
      ${JSON.stringify(data ?? {})}::text::jsonb)`
}

/** Whatever the pattern finds in the entries' data (a POSIX regular expression, case ignored) gives way to the placeholder. */
export async function maskEntries(tx: Queryable, pattern: string, placeholder: string): Promise<number> {
  const { count } = await tx`
    update audit_entries set data = (
      select jsonb_object_agg(key, case jsonb_typeof(value) when 'string'
        then to_jsonb(regexp_replace(value #>> '{}', ${pattern}, ${placeholder}, 'gi')) else value end)
      from jsonb_each(data))
    where exists (select from jsonb_each_text(data) where value ~* ${pattern})`
  return count
}

export type AuditEntry = { subjectId: string; data: AuditEvent['data'] & {} }

/** Entries of one event whose subject has none of the other event after it. */
export const listUnfollowed = (sql: Queryable, event: string, follower: string, most: number): Promise<AuditEntry[]> =>
  sql<AuditEntry[]>`
    select e.subject_id as "subjectId", e.data from audit_entries e
    where e.event = ${event} and e.subject_id is not null and not exists (
      select from audit_entries f where f.subject_id = e.subject_id and f.event = ${follower} and f.id > e.id)
    order by e.id limit ${most}`

export async function deleteOldEntries(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from audit_entries where id in (select id from audit_entries where at < ${before} order by id limit ${limit})`
  return count
}
