import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { drain } from '#src/lib/drain.ts'
import type { Actor } from '#src/permissions.ts'
import { type AuditEntry, deleteOldEntries, insertEntry, listUnfollowed, maskEntries } from './store.ts'

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

/**
 * Takes what the pattern finds out of all entries, should something personal have come into one; in the caller's transaction. Returns how
 * many there were.
 */
export const maskAudit = (tx: Queryable, pattern: string, placeholder: string): Promise<number> =>
  maskEntries(tx, pattern, placeholder)

/** What is to be followed by something else and was not yet, oldest first. */
export const listUnfollowedEvents = (
  ctx: AppContext,
  event: string,
  follower: string,
  most: number,
): Promise<AuditEntry[]> => listUnfollowed(ctx.db.read, event, follower, most)

/** How long entries are kept. */
export const AUDIT_DAYS = 3 * 365
const DAY_MS = 86_400_000
const ENTRIES_A_BATCH = 5000
const ENTRY_BATCHES_MAX = 20

/** Deletes entries older than `AUDIT_DAYS`, at most `ENTRY_BATCHES_MAX` batches. How many. */
export function expireAudit(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const before = new Date(ctx.now().getTime() - AUDIT_DAYS * DAY_MS)
  const batch = (size: number) => deleteOldEntries(ctx.db.read, before, size)
  return drain(batch, { size: ENTRIES_A_BATCH, batchesMax: ENTRY_BATCHES_MAX, stopping })
}
