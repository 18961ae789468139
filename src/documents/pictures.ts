import { bulkhead } from 'cockatiel'
import type { AppContext } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { PICTURE_SIZES, type PictureSize, pictureName } from '#src/files/picture-name.ts'
import { drawPictures } from '#src/files/pictures.ts'
import { drain } from '#src/lib/drain.ts'
import * as store from './store.ts'

/** A file whose pictures end the process is given up after so many starts. */
const TRIES_MAX = 3
/** Longer than drawing may take, wherever it is done. */
const TRY_MS = 120_000
const FILES_A_RUN = 200
/** Each takes up to 250 MB while it is drawn. */
const AT_ONCE = 1
const WAITING_MAX = 30

const places = bulkhead(AT_ONCE, WAITING_MAX)

/** Draws the pictures of documents that have none, one after another; how many files. */
export async function drawMissingPictures(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const batch = async () => {
    const now = ctx.now()
    const triedBefore = new Date(now.getTime() - TRY_MS)
    const file = await store.claimUndrawn(ctx.db.read, { now, triedBefore, triesMax: TRIES_MAX })
    if (file === undefined) return 0
    await places.execute(() => draw(ctx, file))
    return 1
  }
  return drain(batch, { size: 1, batchesMax: FILES_A_RUN, stopping })
}

/**
 * The picture of a file, drawn on the spot where nobody has come to it. Throws NOT_FOUND where there can be none, STORAGE_UNAVAILABLE
 * where the store does not answer or too many wait for theirs.
 */
export async function openPicture(ctx: AppContext, file: store.PicturedFile, size: PictureSize): Promise<Blob> {
  if (file.hasPictures === false) throw new AppError('NOT_FOUND')
  if (file.hasPictures === undefined) await drawNow(ctx, file)
  return ctx.files.open(file.tournamentId, pictureName(file.name, size))
}

async function drawNow(ctx: AppContext, file: store.PicturedFile): Promise<void> {
  const work = async () => {
    const hasPictures = (await store.findFile(ctx.db.read, file.id))?.hasPictures
    if (hasPictures !== undefined) return hasPictures
    return (await store.countPictureTry(ctx.db.read, file.id, TRIES_MAX, ctx.now())) && draw(ctx, file)
  }
  const hasPictures = await places.execute(work).catch((cause) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('STORAGE_UNAVAILABLE', { cause, retryAfterSeconds: TRY_MS / 1000 })
  })
  if (!hasPictures) throw new AppError('NOT_FOUND')
}

/** One attempt, which counts unless it is the store or the database that fails. */
async function draw(ctx: AppContext, file: store.FileRow): Promise<boolean> {
  try {
    return await drawAndKeep(ctx, file)
  } catch (error) {
    await store.uncountPictureTry(ctx.db.read, file.id)
    throw error
  }
}

/**
 * The pictures are durable before the row says that they are there, both under the file's lock: whoever deletes the file waits and takes
 * them with it, or was first, and none are left behind.
 */
async function drawAndKeep(ctx: AppContext, file: store.FileRow): Promise<boolean> {
  const content = await ctx.files.open(file.tournamentId, file.name)
  const pictures = await drawPictures(new Uint8Array(await content.arrayBuffer()), file.contentType)
  return ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'file', store.lockSubject(file.tournamentId, file.name))
    if (!(await store.findFile(tx, file.id))) return false
    for (const size of PICTURE_SIZES)
      if (pictures) await ctx.files.write(file.tournamentId, pictureName(file.name, size), pictures.drawn[size])
    await store.settlePictures(tx, file.id, ctx.now(), pictures)
    return pictures !== undefined
  })
}
