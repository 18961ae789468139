import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { drain } from '#src/lib/drain.ts'
import { maskRecord } from './mask.ts'
import type { AuditEvent } from './model.ts'
import {
  type AuditEntry,
  deleteOldEntries,
  insertEntry,
  listUnfollowed,
  maskEntries,
  removeOldAddresses,
} from './store.ts'

export { ADDRESS_DAYS, AUDIT_DAYS, type AuditEvent } from './model.ts'
export { sealAudit } from './seal.ts'
export { type Breach, type Verdict, verifyAudit } from './verify.ts'

/**
 * Writes the entry in the transaction it tells of, so that one never stands without the other. `before` and `after` may be handed over as
 * they are.
 */
export const record = (tx: Queryable, event: AuditEvent): Promise<void> =>
  insertEntry(tx, { ...event, before: maskRecord(event.before), after: maskRecord(event.after) })

/** Takes what the pattern finds out of all entries, should something personal have come into one; in the caller's transaction. How many. */
export const maskAudit = (tx: Queryable, pattern: string): Promise<number> => maskEntries(tx, pattern)

/** What is to be followed by something else and was not yet, oldest first. */
export const listUnfollowedEvents = (
  ctx: AppContext,
  event: string,
  follower: string,
  most: number,
): Promise<AuditEntry[]> => listUnfollowed(ctx.db.read, event, follower, most)

const ADDRESSES_A_ROUND = 5000
const ADDRESS_ROUNDS_MAX = 20
const BATCHES_A_ROUND = 50
const BATCH_ROUNDS_MAX = 20

/** Deletes batches whose entries are all older than `AUDIT_DAYS`, and addresses older than `ADDRESS_DAYS`. How many entries went. */
export async function expireAudit({ db }: AppContext, stopping?: AbortSignal): Promise<number> {
  const remove = (size: number) => removeOldAddresses(db.read, size)
  await drain(remove, { size: ADDRESSES_A_ROUND, batchesMax: ADDRESS_ROUNDS_MAX, stopping })
  let all = 0
  for (let round = 0; round < BATCH_ROUNDS_MAX && !stopping?.aborted; round += 1) {
    const expired = await deleteOldEntries(db.read, BATCHES_A_ROUND)
    all += expired
    if (expired === 0) break
  }
  return all
}
