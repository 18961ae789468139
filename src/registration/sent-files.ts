import type { AppContext, Tournament } from '#src/context.ts'
import type { DocumentKind } from '#src/documents/model.ts'
import { keepSentFiles } from '#src/documents/service.ts'
import type { ReceivedFile } from '#src/files/storage.ts'
import type { NamedDocument } from './check-documents.ts'

/** A file that came with its form, of the team or one of its players by its place in the squad. */
export type SentFile = {
  field: string
  player: number | null
  kind: DocumentKind
  received: ReceivedFile
  originalName: string
}

/** `sender` is the client's network. */
export type SentFiles = { files: readonly SentFile[]; sender: string }

/** Puts the files into the store, durably, so that a registration can name them. */
export async function keepDocuments(
  ctx: AppContext,
  tournament: Tournament,
  { files, sender }: SentFiles,
): Promise<NamedDocument[]> {
  const uploadIds = await keepSentFiles(ctx, { tournamentId: tournament.id, sender }, files)
  return files.map(({ field, player, kind }, index) => ({ field, player, kind, uploadId: uploadIds[index]! }))
}

/** What a repetition has to bring again: the same bytes in the same fields. */
export const contentOfFiles = ({ files }: SentFiles) =>
  files.map(({ field, received }) => [field, received.digest.toString('hex')]).sort()
