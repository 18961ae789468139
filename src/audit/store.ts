import type { Queryable } from '#src/db/client.ts'
import type { AuditEvent } from './service.ts'

export async function insertEntry(
  tx: Queryable,
  { event, actor, tournamentId, subjectId, data }: AuditEvent,
): Promise<void> {
  await tx`
    insert into audit_entries (event, actor_kind, actor_id, tournament_id, subject_id, data)
    values (${event}, ${actor.kind}, ${actor.kind === 'staff' ? actor.id : null}, ${tournamentId ?? null}, ${subjectId ?? null},
      ${JSON.stringify(data ?? {})}::text::jsonb)`
}

/** Whatever the pattern finds in the entries' data (a POSIX regular expression, case ignored) gives way to the placeholder. */
export async function maskEntries(tx: Queryable, pattern: string, placeholder: string): Promise<void> {
  await tx`
    update audit_entries set data = regexp_replace(data::text, ${pattern}, ${placeholder}, 'gi')::jsonb where data::text ~* ${pattern}`
}

export async function deleteOldEntries(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from audit_entries where id in (select id from audit_entries where at < ${before} order by id limit ${limit})`
  return count
}
