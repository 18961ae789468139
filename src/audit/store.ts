import type { Queryable } from '#src/db/client.ts'
import { currentScope } from '#src/lib/scope.ts'
import type { AuditEvent, AuditRecord } from './model.ts'

/** With the id and the client's address of the request that is answered now, where there is one. */
export async function insertEntry(
  tx: Queryable,
  { event, actor, tournamentId, subjectId, data = {}, before, after }: AuditEvent,
): Promise<void> {
  const { requestId, address } = currentScope() ?? {}
  await tx`
    insert into audit_entries (event, actor_kind, actor_id, tournament_id, subject_id, data, before, after, request_id, address)
    values (${event}, ${actor.kind}, ${actor.id ?? null}, ${tournamentId ?? null}, ${subjectId ?? null},
      ${JSON.stringify(data)}::text::jsonb, ${jsonOf(before)}::text::jsonb, ${jsonOf(after)}::text::jsonb,
      ${requestId ?? null}, ${address ?? null})`
}

const jsonOf = (record: AuditRecord | undefined) => (record === undefined ? null : JSON.stringify(record))

/** Whatever the pattern finds in the entries (a POSIX regular expression, case ignored) gives way to `…`. How many entries. */
export async function maskEntries(tx: Queryable, pattern: string): Promise<number> {
  const [row] = await tx<{ masked: number }[]>`select mask_audit(${pattern}) as masked`
  return row!.masked
}

export type AuditEntry = { subjectId: string; data: AuditRecord }

/** Entries of one event whose subject has none of the other event after it. */
export const listUnfollowed = (sql: Queryable, event: string, follower: string, most: number): Promise<AuditEntry[]> =>
  sql<AuditEntry[]>`
    select e.subject_id as "subjectId", e.data from audit_entries e
    where e.event = ${event} and e.subject_id is not null and not exists (
      select from audit_entries f where f.subject_id = e.subject_id and f.event = ${follower} and f.id > e.id)
    order by e.id limit ${most}`

/** Of the oldest batches, `most` at once. How many entries. */
export async function deleteOldEntries(sql: Queryable, most: number): Promise<number> {
  const [row] = await sql<{ expired: number }[]>`select expire_audit(${most}) as expired`
  return row!.expired
}

/** From the oldest entries that have one. How many. */
export async function removeOldAddresses(sql: Queryable, most: number): Promise<number> {
  const [row] = await sql<{ removed: number }[]>`select remove_audit_addresses(${most}) as removed`
  return row!.removed
}
