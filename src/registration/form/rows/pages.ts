import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { listDraftFiles, removeDraftFile } from '#src/documents/service.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_WHOLE_FORM } from '#src/http/limits.ts'
import { SquadSection } from '#views/registration/form-section.tsx'
import { addRow, type DraftForm, removeRow } from '../draft-form.ts'
import { saveDraft } from '../drafts.ts'
import {
  type Asked,
  backToForm,
  formPart,
  isHtmx,
  propsOfPosted,
  receive,
  saverOf,
  toAnswer,
} from '../exchange/pages.ts'
import { checkDraft } from '../send.ts'

const OF_A_FORM = { tier: 'draft', public: true, body: BODY_WHOLE_FORM } as const

/** The squad's rows, one more or one less; the rest of the form is kept with them. */
export const squadRowPages = (ctx: AppContext) =>
  new Elysia({ name: 'registration.squad-row-pages' })
    .use(admit(ctx))
    .post(
      '/register/players',
      async (asked: Asked) =>
        changeRows(ctx, asked, (form) => {
          const changed = addRow(asked.tournament, form)
          return { form: changed, focus: nameOf(changed, changed.rows.length - 1) }
        }),
      { admit: OF_A_FORM },
    )
    .post(
      '/register/players/removal',
      async (asked: Asked) =>
        changeRows(ctx, asked, (form, key) => {
          const changed = removeRow(form, key)
          const next = form.rows.findIndex((row) => row.key === key)
          return { form: changed, focus: nameOf(changed, Math.min(next, changed.rows.length - 1)) }
        }),
      { admit: OF_A_FORM },
    )

/** The field to go on in: a row's name. */
const nameOf = ({ rows }: DraftForm, index: number) => rows[index] && `players.${rows[index].key}.name`

async function changeRows(
  ctx: AppContext,
  asked: Asked,
  change: (form: DraftForm, key: string) => { form: DraftForm; focus: string | undefined },
): Promise<Response> {
  const posted = await receive(ctx, asked)
  if (posted.draft.teamId !== null) return toAnswer(asked.request, posted.token)
  const { form, focus } = change(posted.form, posted.fields.get('row-removed') ?? '')
  await saveDraft(ctx, asked.tournament, posted.token, form, saverOf(asked))
  const gone = posted.form.rows.filter((row) => !form.rows.includes(row)).map((row) => row.key)
  const all = await listDraftFiles(ctx, posted.draft.id)
  const orphaned = all.filter((file) => gone.some((key) => file.slot.startsWith(`players.${key}.`)))
  for (const file of orphaned) await removeDraftFile(ctx, posted.draft.id, file.slot)
  if (!isHtmx(asked.request)) return backToForm(ctx, asked, { ...posted, form }, '#players')
  const files = all.filter((file) => !orphaned.includes(file))
  // What is not filled in yet is told when its row is left.
  const errors = checkDraft(asked.tournament, { form, files }).filter(
    (error) => error.field.startsWith('players.') && error.code !== 'required',
  )
  const props = await propsOfPosted(ctx, asked, { ...posted, form }, { files, errors, focus })
  return formPart(ctx, asked, posted.token, SquadSection(props))
}
