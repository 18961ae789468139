import type { Actor } from '#src/permissions.ts'

/** How long entries are kept, and clients' addresses in them. The functions of audit.sql see to it that nothing goes before its time. */
export const AUDIT_DAYS = 3 * 365
export const ADDRESS_DAYS = 90

export type AuditRecord = Record<string, string | number | boolean | null>

/** Something that happened. `data` tells it by ids, numbers and words of ours: no name, address or number of a person. */
export type AuditEvent = {
  /** `feature.past-tense`, as in the log: `staff.added`. */
  event: string
  /** A whole actor, or as much of one as is known: somebody who is signing in has no session yet. */
  actor: { kind: Actor['kind']; id?: string }
  tournamentId?: string
  /** The team, person or document it happened to. */
  subjectId?: string
  data?: AuditRecord
  /** What was so and what became of it, under the same names; what is personal in it is masked (mask.ts). */
  before?: AuditRecord
  after?: AuditRecord
}

/** Which entries; what is left out leaves all. */
export type AuditFilter = {
  event?: string
  /** A member of staff. */
  actor?: string
  subject?: string
  tournament?: string
  /** Days of the tournament's zone, as `2026-11-21`; both are included. */
  from?: string
  to?: string
}

/** Where a page begins: beyond this entry, towards the older (`after`) or the newer. `at` is in microseconds since 1970. */
export type AuditPlace = { direction: 'after' | 'before'; at: string; id: string }

/** What an entry is about, as far as it is still there. `id` is of the page that shows it: a document's is its team's. */
export type AuditSubject = { kind: 'team' | 'document' | 'mail' | 'staff' | 'key'; id: string; name: string }
export type AuditRow = {
  id: number
  at: Date
  /** `at` in microseconds since 1970. */
  place: string
  event: string
  actorKind: Actor['kind']
  actorId: string | null
  /** Of staff and keys that are still there. */
  actorName: string | null
  tournamentName: string | null
  subjectId: string | null
  subject: AuditSubject | null
  data: AuditRecord
  before: AuditRecord | null
  after: AuditRecord | null
  isMasked: boolean
  address: string | null
  requestId: string | null
}

/** What the log can be narrowed down to. */
export type AuditChoices = Record<'staff' | 'tournaments', { id: string; name: string }[]>
