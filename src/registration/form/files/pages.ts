import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { listDraftFiles, removeDraftFile } from '#src/documents/service.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { readForm } from '#src/http/form.ts'
import { BODY_WHOLE_FORM, bodyFile } from '#src/http/limits.ts'
import { oneFile } from '#src/http/multipart.ts'
import { HeldOrMissing } from '#views/registration/form-section.tsx'
import { type DraftForm, readSlot } from '../draft-form.ts'
import {
  type Asked,
  backToForm,
  formPart,
  isHtmx,
  orAbandon,
  propsOf,
  receive,
  receiverOf,
  toAnswer,
} from '../exchange/pages.ts'

/** One file at a time: sent as it was chosen, or taken out again. */
export const formFilePages = (ctx: AppContext) => {
  const body = bodyFile(ctx.config.maxFileSize)
  return new Elysia({ name: 'registration.form-file-pages' })
    .use(admit(ctx))
    .post('/register/files', (asked: Asked) => receiveOneFile(ctx, asked, body.maxBytes), {
      admit: { tier: 'file', public: true, body },
    })
    .post(
      '/register/files/removal',
      async (asked: Asked) => {
        const posted = await receive(ctx, asked)
        if (posted.draft.teamId !== null) return toAnswer(asked.request, posted.token)
        const slot = posted.fields.get('slot') ?? ''
        await removeDraftFile(ctx, posted.draft.id, slot)
        if (!isHtmx(asked.request)) return backToForm(ctx, asked, posted, '')
        return showFile(ctx, asked, { ...posted, draftId: posted.draft.id, slot, focus: slot })
      },
      { admit: { tier: 'draft', public: true, body: BODY_WHOLE_FORM } },
    )
}

/** `draft`, `slot` and `file`, in this order. */
async function receiveOneFile(ctx: AppContext, asked: Asked, maxBytes: number): Promise<Response> {
  const receiver = receiverOf(ctx, asked)
  const { id: draftId, form } = await orAbandon(receiver, async () => {
    await readForm(asked.request, asked.server, oneFile(ctx.config, maxBytes), {
      onField: receiver.onField,
      onFile: (_, name, __, content) => receiver.onFile(receiver.field('slot') ?? '', name, content, { isAlone: true }),
    })
    return receiver.draft()
  })
  const slot = receiver.field('slot') ?? ''
  return showFile(ctx, asked, { token: receiver.token(), draftId, form, slot, errors: receiver.wrongFiles })
}

type OneFile = {
  token: string
  draftId: string
  form: DraftForm
  slot: string
  errors?: readonly FieldError[]
  focus?: string
}

/** The file's place in the form as it is now; the progress and the review change with it. */
async function showFile(
  ctx: AppContext,
  asked: Asked,
  { draftId, slot, errors = [], ...shown }: OneFile,
): Promise<Response> {
  const place = readSlot(asked.tournament, slot)
  if (!place) throw new AppError('NOT_FOUND')
  const files = await listDraftFiles(ctx, draftId)
  const props = await propsOf(ctx, asked, { ...shown, isKept: true, files, errors })
  const view = HeldOrMissing({ ...props, ...place })
  return formPart(ctx, asked, shown.token, view, errors.length > 0 ? 422 : 200)
}
