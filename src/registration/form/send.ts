import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import type { DraftFile } from '#src/documents/model.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { countPlacesLeft } from '#src/tournaments/service.ts'
import { checkForm } from '../check.ts'
import { checkDocuments, type NamedDocument } from '../check-documents.ts'
import { type Registered, registerTeam, whyClosed } from '../service.ts'
import { bodyOf, type DraftForm, type DraftRow, errorsByField, filledRows, readSlot, slotOf } from './draft-form.ts'

type Draft = { id: string; form: DraftForm; files: readonly DraftFile[] }

/** Why a form would be refused whatever is in it, in a sentence; undefined while entries are taken. */
export async function whyRefused(ctx: AppContext, tournament: Tournament): Promise<string | undefined> {
  const closed = whyClosed(ctx, tournament)
  if (closed !== undefined || tournament.keepsWaitingList) return closed
  return (await countPlacesLeft(ctx, tournament)) === 0 ? m.registration_full() : undefined
}

/** Everything that is wrong with a draft as it stands, by the form's own field names. */
export function checkDraft(tournament: Tournament, { form, files }: Pick<Draft, 'form' | 'files'>): FieldError[] {
  const { rows, documents } = asRegistration(tournament, form, files)
  const { errors } = checkForm(tournament, bodyOf(form, rows))
  errors.push(...checkDocuments(tournament, documents, rows.length, missingField(rows)))
  return errorsByField(errors, rows)
}

/**
 * Registers the team of a draft, once however often it is sent. Throws as `registerTeam` does, with the form's own field names.
 * `wrongFiles` are what could not be taken of the files that came with it.
 */
export async function sendDraft(
  ctx: AppContext,
  tournament: Tournament,
  draft: Draft,
  token: string,
  wrongFiles: readonly FieldError[],
): Promise<Registered> {
  const { rows, documents } = asRegistration(tournament, draft.form, draft.files)
  try {
    return await registerTeam(ctx, tournament, {
      body: bodyOf(draft.form, rows),
      door: 'form',
      key: token,
      draft: { id: draft.id, documents },
      alsoWrong: wrongFiles,
      missingField: missingField(rows),
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.errors.length === 0) throw error
    throw new AppError(error.code, { message: error.message, errors: errorsByField(error.errors, rows), cause: error })
  }
}

function asRegistration(
  tournament: Tournament,
  form: DraftForm,
  files: readonly DraftFile[],
): { rows: DraftRow[]; documents: NamedDocument[] } {
  const rows = filledRows(tournament, form, new Set(files.map((file) => file.slot)))
  const documents = files.flatMap(({ slot, kind, uploadId }) => {
    const place = readSlot(tournament, slot)
    const player = place?.rowKey === undefined ? null : rows.findIndex((row) => row.key === place.rowKey)
    // A row that went took its files with it, but for one that was on its way.
    return !place || player === -1 ? [] : [{ field: slot, player, uploadId, kind }]
  })
  return { rows, documents }
}

const missingField = (rows: readonly DraftRow[]) => (kind: NamedDocument['kind'], player: number | null) =>
  slotOf(kind, player === null ? undefined : rows[player]?.key)
