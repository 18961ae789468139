import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import type { Document } from '#src/documents/model.ts'
import { fileAddress } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import type { PictureSize } from '#src/files/picture-name.ts'
import { type Actor, idOf, may } from '#src/permissions.ts'
import { UUID } from './board.ts'
import { findDocument } from './store.ts'

export {
  findFilterChoices,
  getOverview,
  getRegistration,
  listRegistrations,
  listTeamsWithDocuments,
  readPlace,
} from './board.ts'
export type { FilterChoices } from './board-store.ts'
export { approve, type Decision, type Outcome, reject } from './decide.ts'
export { closeOpenRequests as closeRequest, maskDecisions } from './store.ts'

/**
 * A short-lived address of one document, or of a picture of it, for one look at it, which is written down.
 * Throws NOT_FOUND, and FORBIDDEN for actors who may not see documents.
 */
export async function viewDocument(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  teamId: string,
  documentId: string,
  picture?: PictureSize,
): Promise<string> {
  if (!may(actor, 'documents.see', tournament.id)) throw new AppError('FORBIDDEN')
  const isId = UUID.test(teamId) && UUID.test(documentId)
  const document = isId ? await findDocument(ctx.db.read, tournament.id, teamId, documentId) : undefined
  if (!document) throw new AppError('NOT_FOUND')
  await ctx.db.write.begin((tx) =>
    record(tx, {
      event: 'document.viewed',
      actor,
      tournamentId: tournament.id,
      subjectId: document.id,
      data: picture === undefined ? { teamId } : { teamId, picture },
    }),
  )
  ctx.log.info({ documentId: document.id, teamId, actorId: idOf(actor) }, 'document.viewed')
  return fileAddress(ctx, {
    fileId: document.fileId,
    downloadName: document.fileName,
    contentType: document.contentType,
    picture,
  })
}

type ShownDocument = Pick<Document, 'id' | 'kind' | 'fileId' | 'contentType'>

/**
 * A short-lived address of a team's document that may be given out before anybody looks: each look by it is written down as the actor's.
 * Undefined for actors who may not see documents, and where the file was erased. The address ends in the document's kind: what a sender
 * called a file may name a person.
 */
export function documentAddress(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  teamId: string,
  { id: documentId, kind, fileId, contentType }: ShownDocument,
): string | undefined {
  const actorId = idOf(actor)
  const isShown = fileId !== null && contentType !== null
  if (!isShown || actorId === undefined || !may(actor, 'documents.see', tournament.id)) return undefined
  const look = { documentId, teamId, actor: { kind: actor.kind, id: actorId } }
  return fileAddress(ctx, { fileId, downloadName: kind, contentType, look })
}
