import type { AppContext } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import { PICTURE_SIZES, pictureName } from '#src/files/picture-name.ts'
import { drain } from '#src/lib/drain.ts'
import * as store from './store.ts'
import * as uploadStore from './upload-store.ts'

const HOUR_MS = 3_600_000
/** A file that was just put belongs to a registration that is still on its way. */
export const UNCLAIMED_MS = 24 * HOUR_MS
/** So that a registration which found its uploads valid still finds them when it commits. */
const EXPIRY_GRACE_MS = HOUR_MS
const UPLOADS_A_BATCH = 5000
const UPLOAD_BATCHES_MAX = 20
const FILES_A_BATCH = 500
const FILE_BATCHES_MAX = 200

/** Removes uploads that were valid once, at most `UPLOAD_BATCHES_MAX` batches; their files are orphans then. How many. */
export function expireUploads(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const before = new Date(ctx.now().getTime() - EXPIRY_GRACE_MS)
  return drain((size) => uploadStore.removeExpiredUploads(ctx.db.read, before, size), {
    size: UPLOADS_A_BATCH,
    batchesMax: UPLOAD_BATCHES_MAX,
    stopping,
  })
}

/**
 * Deletes files that no document, draft or upload names and that nobody has put for a day, at most `FILE_BATCHES_MAX` batches, and what
 * broken receptions left in the store. How many files.
 */
export async function collectOrphans(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  await expireUploads(ctx, stopping)
  await ctx.files.removeLeftovers()
  const lastPut = new Date(ctx.now().getTime() - UNCLAIMED_MS)
  const batch = async (size: number) => {
    let removed = 0
    for (const file of await store.listOrphans(ctx.db.read, lastPut, size))
      if (!stopping?.aborted && (await collect(ctx, file, lastPut))) removed += 1
    return removed
  }
  return drain(batch, { size: FILES_A_BATCH, batchesMax: FILE_BATCHES_MAX, stopping })
}

/**
 * Deletes at once a file that was let go of, where nothing else names it and nobody has put it since: who has may be about to name it.
 * What cannot be deleted now is left to the collector, and charged to its sender until then.
 */
export async function releaseFile(ctx: AppContext, { fileId, putAt }: store.Claim): Promise<void> {
  try {
    const file = await store.findFile(ctx.db.read, fileId)
    if (file) await collect(ctx, file, putAt)
  } catch (error) {
    ctx.log.warn({ fileId, err: error }, 'file.left')
  }
}

/** Under the file's lock from the check to the unlink: a put that comes meanwhile waits, and then writes the file anew. */
async function collect(ctx: AppContext, file: store.FileRow, lastPut: Date): Promise<boolean> {
  return ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'file', store.lockSubject(file.tournamentId, file.name))
    if (!(await store.isOrphan(tx, file.id, lastPut))) return false
    // The row first: where something has come to name it, this fails and the file stays.
    await store.removeFile(tx, file.id)
    await ctx.files.remove(file.tournamentId, file.name)
    await removePictures(ctx, file)
    return true
  })
}

async function removePictures(ctx: AppContext, { tournamentId, name }: store.FileRow): Promise<void> {
  for (const size of PICTURE_SIZES) await ctx.files.remove(tournamentId, pictureName(name, size))
}
