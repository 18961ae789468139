import { m } from '#messages'
import type { Tournament } from '#src/context.ts'
import { DOCUMENT_KINDS, type DocumentKind, documentLabel } from '#src/documents/model.ts'
import type { FieldError } from '#src/errors.ts'

/** A file that a registration names: whose document it is and the upload that holds it. */
export type NamedDocument = { field: string; player: number | null; uploadId: string; kind: DocumentKind }

/** Where a door tells of a document that is missing. */
export type MissingField = (kind: DocumentKind, player: number | null) => string

/** Each document with whom it belongs to, and everything the tournament asks for. */
export function checkDocuments(
  tournament: Tournament,
  documents: readonly Omit<NamedDocument, 'uploadId'>[],
  players: number,
  missingField: MissingField,
): FieldError[] {
  const errors: FieldError[] = []
  for (const { field, player, kind } of documents) {
    if (DOCUMENT_KINDS[kind].subject === 'team' && player !== null)
      errors.push({ field, code: 'subject', message: m.rules_upload_subject_player() })
    if (DOCUMENT_KINDS[kind].subject === 'player' && player === null)
      errors.push({ field, code: 'subject', message: m.rules_upload_subject_team() })
  }
  const require = (kind: DocumentKind, player: number | null) => {
    if (documents.some((document) => document.kind === kind && document.player === player)) return
    errors.push({
      field: missingField(kind, player),
      code: 'required',
      message: m.rules_document_missing({ kind: documentLabel(kind) }),
    })
  }
  for (const asked of tournament.documents) {
    const kind = asked.kind as DocumentKind
    if (!asked.required) continue
    if (DOCUMENT_KINDS[kind].subject === 'team') require(kind, null)
    else for (let player = 0; player < players; player += 1) require(kind, player)
  }
  return errors
}
