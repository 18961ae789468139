import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { cleanFileName } from '#src/files/file-name.ts'
import type { ContentType } from '#src/files/file-type.ts'
import { PICTURE_SIZES, type PictureSize } from '#src/files/picture-name.ts'
import { openPicture } from './pictures.ts'
import { findFile } from './store.ts'

/** Long enough to look at a team's documents; whoever needs more opens the page again. */
const VALID_SECONDS = 15 * 60
const SECOND_MS = 1000
const PURPOSE = 'file address'
const PICTURE_TYPE = 'image/webp'

type Addressed = {
  fileId: string
  downloadName: string
  contentType: ContentType
  picture?: PictureSize
  seconds?: number
}

/**
 * A short-lived address of one private file, `/files/<token>/<name>`, for somebody who was found to be allowed to see it. The token
 * names the file and its end and is signed; the name only tells browsers what to save it as. With `picture` it is the address of the file
 * drawn anew in that size.
 */
export function fileAddress(
  ctx: AppContext,
  { fileId, downloadName, contentType, picture, seconds = VALID_SECONDS }: Addressed,
): string {
  const endsAt = Math.floor(ctx.now().getTime() / SECOND_MS) + seconds
  const token = ctx.keys.sign(PURPOSE, [endsAt.toString(36), fileId, ...(picture ? [picture] : [])].join('.'))
  return `/files/${token}/${encodeURIComponent(cleanFileName(downloadName, picture ? PICTURE_TYPE : contentType))}`
}

/** The file that a token of `fileAddress` names. Throws NOT_FOUND, LINK_EXPIRED, STORAGE_UNAVAILABLE. */
export async function openByToken(
  ctx: AppContext,
  token: string,
): Promise<{ content: Blob; contentType: ContentType }> {
  const [endsAt, fileId, picture] = ctx.keys.verify(PURPOSE, token)?.split('.') ?? []
  if (endsAt === undefined || fileId === undefined) throw new AppError('NOT_FOUND')
  if (Number.parseInt(endsAt, 36) * SECOND_MS < ctx.now().getTime()) throw new AppError('LINK_EXPIRED')
  const file = await findFile(ctx.db.read, fileId)
  if (file === undefined) throw new AppError('NOT_FOUND')
  const size = PICTURE_SIZES.find((known) => String(known) === picture)
  if (size !== undefined) return { content: await openPicture(ctx, file, size), contentType: PICTURE_TYPE }
  return { content: await ctx.files.open(file.tournamentId, file.name), contentType: file.contentType }
}
