import type { AppContext, Tournament } from '#src/context.ts'
import { DOCUMENT_KINDS, type DocumentKind, type DraftFile, documentLabel } from '#src/documents/model.ts'
import type { FieldError } from '#src/errors.ts'
import { feeText } from '#src/tournaments/service.ts'
import type { FormProps } from '#views/registration/form.tsx'
import type { DraftForm } from './draft-form.ts'
import { checkDraft } from './send.ts'

type Shown = {
  base: string
  origin: string
  token: string
  isKept: boolean
  form: DraftForm
  files: readonly DraftFile[]
  club?: FormProps['club']
  errors?: readonly FieldError[]
  focus?: string
}

/** What the form's view needs to know of the tournament and the draft. */
export function formProps(ctx: AppContext, tournament: Tournament, shown: Shown): FormProps {
  return {
    tournamentName: tournament.name,
    clubLabel: tournament.clubLabel,
    feeText: feeText(tournament),
    hasFee: tournament.feeMinor > 0,
    squad: { min: tournament.squadMin, max: tournament.squadMax },
    roles: tournament.playerRoles,
    asks: { jerseyNumber: tournament.asksJerseyNumber, dateOfBirth: tournament.asksDateOfBirth },
    documents: tournament.documents.map(({ kind, required }) => ({
      kind,
      label: documentLabel(kind as DocumentKind),
      required,
      subject: DOCUMENT_KINDS[kind as DocumentKind].subject,
    })),
    maxFileBytes: ctx.config.maxFileSize,
    base: shown.base,
    token: shown.token,
    form: shown.form,
    files: new Map(shown.files.map((file) => [file.slot, { name: file.originalName, bytes: file.bytes }])),
    club: shown.club,
    errors: shown.errors ?? [],
    standing: checkDraft(tournament, shown),
    focus: shown.focus,
    isKept: shown.isKept,
    savedUrl: `${shown.origin}/draft/${shown.token}`,
  }
}

/** The cookie in which a browser keeps the token of the form it fills in for this tournament. */
export const draftCookie = (tournament: Tournament) => `draft-${tournament.slug}`
