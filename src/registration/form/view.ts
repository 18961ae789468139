import type { AppContext, Tournament } from '#src/context.ts'
import { DOCUMENT_KINDS, type DocumentKind, type DraftFile, documentLabel } from '#src/documents/model.ts'
import type { FieldError } from '#src/errors.ts'
import { feeText } from '#src/tournaments/service.ts'
import type { FormProps } from '#views/registration/form.tsx'
import type { DraftForm } from './draft-form.ts'

type Shown = {
  base: string
  origin: string
  token: string
  isKept: boolean
  form: DraftForm
  files: readonly DraftFile[]
  errors?: readonly FieldError[]
}

/** What the form's view needs to know of the tournament and the draft. */
export function formProps(ctx: AppContext, tournament: Tournament, shown: Shown): FormProps {
  return {
    tournamentName: tournament.name,
    clubLabel: tournament.clubLabel,
    feeText: feeText(tournament),
    squad: { min: tournament.squadMin, max: tournament.squadMax },
    roles: tournament.playerRoles,
    asks: { jerseyNumber: tournament.asksJerseyNumber, dateOfBirth: tournament.asksDateOfBirth },
    documents: tournament.documents.map((asked) => askedDocument(asked.kind as DocumentKind, asked.required)),
    maxFileBytes: ctx.config.maxFileSize,
    base: shown.base,
    token: shown.token,
    form: shown.form,
    files: new Map(shown.files.map((file) => [file.slot, { name: file.originalName, bytes: file.bytes }])),
    errors: shown.errors ?? [],
    isKept: shown.isKept,
    savedUrl: `${shown.origin}/draft/${shown.token}`,
  }
}

export const askedDocument = (kind: DocumentKind, required: boolean) => ({
  kind,
  label: documentLabel(kind),
  required,
  subject: DOCUMENT_KINDS[kind].subject,
})

/** The cookie in which a browser keeps the token of the form it fills in for this tournament. */
export const draftCookie = (tournament: Tournament) => `draft-${tournament.slug}`
