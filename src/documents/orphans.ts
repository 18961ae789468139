import type { AppContext } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import { type FileRow, isOrphan, listOrphans, lockSubject, removeExpiredUploads, removeFile } from './store.ts'

const HOUR_MS = 3_600_000
/** A file that was just put belongs to a registration that is still on its way. */
const UNCLAIMED_MS = 24 * HOUR_MS
/** So that a registration which found its uploads valid still finds them when it commits. */
const EXPIRY_GRACE_MS = HOUR_MS
const UPLOADS_A_RUN = 5000
const FILES_A_RUN = 500

/** Removes uploads that were valid once, at most `UPLOADS_A_RUN`; their files are orphans then. How many. */
export function expireUploads(ctx: AppContext): Promise<number> {
  return removeExpiredUploads(ctx.db.read, new Date(ctx.now().getTime() - EXPIRY_GRACE_MS), UPLOADS_A_RUN)
}

/**
 * Deletes files that no document, draft or upload names and that nobody has put for a day, at most `FILES_A_RUN`, and what broken
 * receptions left in the store. How many files.
 */
export async function collectOrphans(ctx: AppContext): Promise<number> {
  await expireUploads(ctx)
  await ctx.files.removeLeftovers()
  const before = new Date(ctx.now().getTime() - UNCLAIMED_MS)
  let removed = 0
  for (const file of await listOrphans(ctx.db.read, before, FILES_A_RUN))
    if (await collect(ctx, file, before)) removed += 1
  return removed
}

/** Under the file's lock from the check to the unlink: a put that comes meanwhile waits, and then writes the file anew. */
async function collect(ctx: AppContext, file: FileRow, before: Date): Promise<boolean> {
  return ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'file', lockSubject(file.tournamentId, file.name))
    if (!(await isOrphan(tx, file.id, before))) return false
    // The row first: where something has come to name it, this fails and the file stays.
    await removeFile(tx, file.id)
    await ctx.files.remove(file.tournamentId, file.name)
    return true
  })
}
