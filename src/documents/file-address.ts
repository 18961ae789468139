import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { cleanFileName } from '#src/files/file-name.ts'
import type { ContentType } from '#src/files/file-type.ts'
import { PICTURE_SIZES, type PictureSize } from '#src/files/picture-name.ts'
import type { Actor } from '#src/permissions.ts'
import { openPicture } from './pictures.ts'
import { findFile } from './store.ts'

/** Long enough to look at a team's documents; whoever needs more opens the page again. */
const VALID_SECONDS = 15 * 60
const SECOND_MS = 1000
const PURPOSE = 'file address'
const LOOK_PURPOSE = 'file look'
const PICTURE_TYPE = 'image/webp'

/** Whose look at which document an address is for. */
export type Look = { documentId: string; teamId: string; actor: { kind: Actor['kind']; id: string } }

type Addressed = {
  fileId: string
  downloadName: string
  contentType: ContentType
  picture?: PictureSize
  seconds?: number
  /** With it each use of the address is written down; without, the address was given for one look that is. */
  look?: Look
}

/**
 * A short-lived address of one private file, `/files/<token>/<name>`, for somebody who was found to be allowed to see it. The token
 * names the file and its end and is signed; the name only tells browsers what to save it as. With `picture` it is the address of the file
 * drawn anew in that size.
 */
export function fileAddress(
  ctx: AppContext,
  { fileId, downloadName, contentType, picture, seconds = VALID_SECONDS, look }: Addressed,
): string {
  const endsAt = Math.floor(ctx.now().getTime() / SECOND_MS) + seconds
  const parts = look
    ? [look.documentId, look.teamId, look.actor.kind, look.actor.id]
    : picture === undefined
      ? []
      : [picture]
  const token = ctx.keys.sign(look ? LOOK_PURPOSE : PURPOSE, [endsAt.toString(36), fileId, ...parts].join('.'))
  return `/files/${token}/${encodeURIComponent(cleanFileName(downloadName, picture ? PICTURE_TYPE : contentType))}`
}

/** The file that a token of `fileAddress` names. Throws NOT_FOUND, LINK_EXPIRED, STORAGE_UNAVAILABLE. */
export async function openByToken(
  ctx: AppContext,
  token: string,
): Promise<{ content: Blob; contentType: ContentType }> {
  const { endsAt, fileId, picture, look } = readToken(ctx, token)
  if (endsAt === undefined || fileId === undefined) throw new AppError('NOT_FOUND')
  if (Number.parseInt(endsAt, 36) * SECOND_MS < ctx.now().getTime()) throw new AppError('LINK_EXPIRED')
  const file = await findFile(ctx.db.read, fileId)
  if (file === undefined) throw new AppError('NOT_FOUND')
  if (look) await writeDown(ctx, file.tournamentId, look)
  const size = PICTURE_SIZES.find((known) => String(known) === picture)
  if (size !== undefined) return { content: await openPicture(ctx, file, size), contentType: PICTURE_TYPE }
  return { content: await ctx.files.open(file.tournamentId, file.name), contentType: file.contentType }
}

type Named = { endsAt?: string; fileId?: string; picture?: string; look?: Look }

function readToken(ctx: AppContext, token: string): Named {
  const looked = ctx.keys.verify(LOOK_PURPOSE, token)?.split('.')
  if (looked === undefined) {
    const [endsAt, fileId, picture] = ctx.keys.verify(PURPOSE, token)?.split('.') ?? []
    return { endsAt, fileId, picture }
  }
  const [endsAt, fileId, documentId, teamId, kind, id] = looked as [
    string,
    string,
    string,
    string,
    Actor['kind'],
    string,
  ]
  return { endsAt, fileId, look: { documentId, teamId, actor: { kind, id } } }
}

async function writeDown(ctx: AppContext, tournamentId: string, { documentId, teamId, actor }: Look): Promise<void> {
  await ctx.db.write.begin((tx) =>
    record(tx, {
      event: 'document.viewed',
      // Of whoever acts an entry keeps kind and id.
      actor: actor as Actor,
      tournamentId,
      subjectId: documentId,
      data: { teamId },
    }),
  )
  ctx.log.info({ documentId, teamId, actorId: actor.id }, 'document.viewed')
}
