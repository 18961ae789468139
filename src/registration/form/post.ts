import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { receiveFile, saveDraftFile } from '#src/documents/service.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { type DraftForm, readDraftForm, readSlot } from './draft-form.ts'
import type { Draft } from './draft-store.ts'
import { isDraftToken, newDraftToken } from './draft-token.ts'
import { dropDraft, ensureDraft, saveDraft } from './drafts.ts'
import type { Saver } from './new-draft.ts'

/** Refusals of one file that are told beside it while the rest of the form goes on. */
const OF_ONE_FILE: ReadonlySet<string> = new Set([
  'FILE_TOO_LARGE',
  'UNSUPPORTED_FILE_TYPE',
  'VALIDATION_FAILED',
  'BODY_TOO_LARGE',
  'RATE_LIMITED',
  'STORAGE_UNAVAILABLE',
])

/** A refusal that is over so soon is not told beside a file sent alone: the page's script sends that again by itself. */
const SOON_SECONDS = 60

/** A form as it was posted: kept in its draft, files first, before anything is checked. */
export type PostedForm = {
  token: string
  draft: Draft
  form: DraftForm
  fields: ReadonlyMap<string, string>
  wrongFiles: FieldError[]
}

/** Collects what a posted form brings, part by part; `keep` then puts what was typed into the draft. */
export function formReceiver(
  ctx: AppContext,
  tournament: Tournament,
  { saver, cookieToken }: { saver: Saver; cookieToken: string | undefined },
) {
  const fields: [name: string, value: string][] = []
  const wrongFiles: FieldError[] = []
  const own = cookieToken && isDraftToken(ctx.keys, cookieToken) ? cookieToken : undefined
  let named = own
  const fresh = newDraftToken(ctx.keys)
  let draft: Promise<Draft> | undefined

  const token = () => named ?? fresh

  return {
    onField(name: string, value: string): void {
      if (name !== 'draft' || value === '') fields.push([name, value])
      // Once a file is in the draft, the form is that one’s.
      else if (!draft) named = value
    },

    /** Puts the file into its slot as soon as it has arrived whole, so that a form that breaks off keeps it. */
    async onFile(
      slot: string,
      originalName: string,
      content: AsyncIterable<Uint8Array>,
      { isAlone = false } = {},
    ): Promise<void> {
      const place = readSlot(tournament, slot)
      if (!place)
        return void wrongFiles.push({ field: slot.slice(0, 100), code: 'slot', message: m.form_file_kind_unknown() })
      try {
        draft ??= ensureDraft(ctx, tournament, token(), saver)
        const { id: draftId } = await draft
        const received = await receiveFile(ctx, content, saver.sender)
        const { fileId } = await saveDraftFile(ctx, {
          draftId,
          tournamentId: tournament.id,
          slot,
          kind: place.kind,
          received,
          originalName,
          sender: saver.sender,
        })
        ctx.log.info({ fileId, draftId, kind: place.kind, bytes: received.bytes }, 'upload.kept')
      } catch (error) {
        if (error instanceof AppError) ctx.log.warn({ kind: place.kind, code: error.code }, 'upload.refused')
        if (!(error instanceof AppError) || !OF_ONE_FILE.has(error.code)) throw error
        if (isAlone && error.retryAfterSeconds !== undefined && error.retryAfterSeconds <= SOON_SECONDS) throw error
        wrongFiles.push({
          field: slot,
          code: error.code.toLowerCase(),
          message: error.errors[0]?.message ?? error.message,
        })
      }
    },

    async keep(): Promise<PostedForm> {
      const form = readDraftForm(tournament, fields)
      const kept = await saveDraft(ctx, tournament, token(), form, saver)
      return { token: token(), draft: kept, form, fields: new Map(fields), wrongFiles }
    },

    /** For one file sent alone: its draft, whatever else the form holds. */
    async draft(): Promise<Draft> {
      return ensureDraft(ctx, tournament, token(), saver)
    },

    /** After a form that broke off: what it brought stays for whoever knows its token; where nobody was told it, it goes. */
    async abandon(): Promise<void> {
      if (named !== undefined) return
      const begun = await draft?.catch(() => undefined)
      if (begun) await dropDraft(ctx, begun.id)
    },

    field: (name: string) => fields.findLast(([other]) => other === name)?.[1],
    token,
    wrongFiles,
  }
}
