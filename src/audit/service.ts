import type { Queryable } from '#src/db/client.ts'
import type { Actor } from '#src/permissions.ts'
import { insertEntry } from './store.ts'

/** Something that happened, told by ids only: no name, address or number of a person. */
export type AuditEvent = {
  /** `feature.past-tense`, as in the log: `staff.added`. */
  event: string
  actor: Actor
  tournamentId?: string
  /** The team, person or document it happened to. */
  subjectId?: string
  data?: Record<string, string | number | boolean | null>
}

/** Writes the entry in the transaction it tells of, so that one never stands without the other. */
export const record = (tx: Queryable, event: AuditEvent): Promise<void> => insertEntry(tx, event)
