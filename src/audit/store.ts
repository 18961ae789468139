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
