import type { Actor } from '#src/permissions.ts'

/** How long entries are kept, and clients' addresses in them. The functions of audit.sql see to it that nothing goes before its time. */
export const AUDIT_DAYS = 3 * 365
export const ADDRESS_DAYS = 90

export type AuditRecord = Record<string, string | number | boolean | null>

/** Something that happened. `data` tells it by ids, numbers and words of ours: no name, address or number of a person. */
export type AuditEvent = {
  /** `feature.past-tense`, as in the log: `staff.added`. */
  event: string
  actor: Actor
  tournamentId?: string
  /** The team, person or document it happened to. */
  subjectId?: string
  data?: AuditRecord
  /** What was so and what became of it, under the same names; what is personal in it is masked (mask.ts). */
  before?: AuditRecord
  after?: AuditRecord
}
