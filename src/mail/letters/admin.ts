import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError, type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import type { Actor } from '#src/permissions.ts'
import { FramedErrors } from '#views/mail/framed-errors.tsx'
import { MessagePage } from '#views/mail/message.tsx'
import { MessagesPage } from '#views/mail/messages.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { canDeliver, isMailKind, type MailKind } from '../model.ts'
import { FRAMED_LETTER } from '../preview.ts'
import { getTemplate, listTemplates, mayWord, previewTemplate, resetTemplate, saveTemplate } from './edit.ts'
import { LETTERS, type Template } from './kinds.ts'
import { sampleValues } from './samples.ts'
import { BODY_LENGTH_MAX, SUBJECT_LENGTH_MAX } from './template.ts'
import { htmlOf, noLink } from './write.ts'

const field = t.String({ default: '' })
const TemplateBody = t.Object({ csrf: field, subject: field, body: field })
const FormBody = t.Object({ csrf: field })
/** Made anew for each route: Elysia writes into what a route declares. */
const page = () => ({ admit: { tier: 'admin', requires: 'tournament.configure', body: BODY_NONE } }) as const
const write = () => ({ tier: 'write', requires: 'tournament.configure', body: BODY_FORM }) as const

/** The words of every kind of message: as they are, as they would read, and the tournament's own in their place. */
export const lettersAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'mail.letters-admin' })
    .use(admit(ctx))
    .get(
      '/admin/mail/messages',
      async ({ actor, tournament }) => {
        const templates = await listTemplates(ctx, tournament)
        const own = templates.filter(({ kind }) => mayWord(actor, kind))
        const messages = own.map(({ kind, subject, changedAt }) => ({
          kind,
          subject,
          changedAt,
          to: LETTERS[kind].to,
        }))
        const { timeZone } = tournament
        return html(MessagesPage({ frame: staffFrame(ctx, staffOf(actor), tournament), messages, timeZone }))
      },
      page(),
    )
    .get(
      '/admin/mail/messages/:kind',
      ({ actor, tournament, params, query }) =>
        showMessage(ctx, staffOf(actor), tournament, kindOf(actor, params.kind), { flash: DONE.get(query.done ?? '') }),
      page(),
    )
    .get(
      '/admin/mail/messages/:kind/letter',
      async ({ actor, tournament, params }) => {
        const kind = kindOf(actor, params.kind)
        return framed(ctx, tournament, kind, await getTemplate(ctx, tournament, kind))
      },
      page(),
    )
    .post(
      '/admin/mail/messages/:kind/preview',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return framed(ctx, tournament, kindOf(actor, params.kind), body)
      },
      { admit: write(), body: TemplateBody },
    )
    .post(
      '/admin/mail/messages/:kind',
      async ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const kind = kindOf(actor, params.kind)
        try {
          await saveTemplate(ctx, actor, tournament, kind, body)
        } catch (thrown) {
          return showMessage(ctx, staffOf(actor), tournament, kind, { typed: body, errors: fieldErrorsOf(thrown) })
        }
        return seeOther(`/admin/mail/messages/${kind}?done=saved`)
      },
      { admit: write(), body: TemplateBody },
    )
    .post(
      '/admin/mail/messages/:kind/default',
      async ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const kind = kindOf(actor, params.kind)
        await resetTemplate(ctx, actor, tournament, kind)
        return seeOther(`/admin/mail/messages/${kind}?done=reset`)
      },
      { admit: write(), body: FormBody },
    )

const DONE: ReadonlyMap<string, FlashMessage> = new Map([
  ['saved', { kind: 'success', text: m.letters_done_saved() }],
  ['reset', { kind: 'success', text: m.letters_done_reset() }],
])

/** Throws NOT_FOUND for what is none, FORBIDDEN for one whose words are not theirs. */
function kindOf(actor: Actor, given: string): MailKind {
  if (!isMailKind(given)) throw new AppError('NOT_FOUND')
  if (!mayWord(actor, given)) throw new AppError('FORBIDDEN')
  return given
}

/** How the words would read, for the frame of the page; what is wrong with them stands there, too. */
function framed(ctx: AppContext, tournament: Tournament, kind: MailKind, typed: Template): Response {
  try {
    const letter = previewTemplate(ctx, tournament, kind, typed)
    return new Response(htmlOf(letter, undefined), { headers: FRAMED_LETTER })
  } catch (thrown) {
    return html(FramedErrors({ errors: fieldErrorsOf(thrown) }), { status: 422, headers: FRAMED_LETTER })
  }
}

type Shown = { typed?: Template; errors?: FieldError[]; flash?: FlashMessage }

async function showMessage(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  kind: MailKind,
  { typed, errors = [], flash }: Shown,
): Promise<Response> {
  const { changedAt, ...kept } = await getTemplate(ctx, tournament, kind)
  const { subject, body } = typed ?? kept
  const values = sampleValues(ctx, tournament)
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    kind,
    to: LETTERS[kind].to,
    subject,
    body,
    changedAt,
    placeholders: LETTERS[kind].placeholders.map((name) => ({
      name,
      example: name === 'link' ? noLink() : (values[name] ?? ''),
    })),
    subjectMax: SUBJECT_LENGTH_MAX,
    bodyMax: BODY_LENGTH_MAX,
    timeZone: tournament.timeZone,
    canTest: canDeliver(ctx.config),
    errors,
    flash,
  }
  return html(MessagePage(props), { status: errors.length > 0 ? 422 : 200 })
}
