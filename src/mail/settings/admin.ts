import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { MailSettingsPage } from '#views/mail/settings.tsx'
import { whyUnable } from '../model.ts'
import { SENDER_LENGTH_MAX, saveMailSettings, type TypedMailSettings } from './service.ts'

const field = t.String({ default: '' })
const SettingsBody = t.Object({
  csrf: field,
  mailFromName: field,
  mailReplyTo: field,
  quietFrom: field,
  quietTo: field,
})

/** How the tournament's messages are sent: their sender, where answers go, quiet hours. */
export const mailSettingsAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'mail.settings-admin' })
    .use(admit(ctx))
    .get(
      '/admin/settings/mail',
      ({ actor, tournament, query }) =>
        showSettings(ctx, staffOf(actor), tournament, { isSaved: query.done === 'saved' }),
      { admit: { tier: 'admin', requires: 'tournament.configure', body: BODY_NONE } },
    )
    .post(
      '/admin/settings/mail',
      async ({ actor, tournament, body }) => {
        const { csrf, ...typed } = body
        checkCsrfToken(ctx, actor, csrf)
        try {
          await saveMailSettings(ctx, actor, tournament, typed)
        } catch (thrown) {
          return showSettings(ctx, staffOf(actor), tournament, { typed, errors: fieldErrorsOf(thrown) })
        }
        return seeOther('/admin/settings/mail?done=saved')
      },
      { admit: { tier: 'write', requires: 'tournament.configure', body: BODY_FORM }, body: SettingsBody },
    )

type Shown = { typed?: TypedMailSettings; errors?: FieldError[]; isSaved?: boolean }

function showSettings(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  { typed, errors = [], isSaved = false }: Shown,
): Response {
  const { mailFromName, mailReplyTo, quietFrom, quietTo, timeZone, name } = tournament
  const kept = {
    mailFromName: mailFromName ?? '',
    mailReplyTo: mailReplyTo ?? '',
    quietFrom: quietFrom ?? '',
    quietTo: quietTo ?? '',
  }
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    settings: typed ?? kept,
    defaultName: name,
    senderMax: SENDER_LENGTH_MAX,
    fromAddress: ctx.config.smtpFromEmail,
    timeZone,
    unable: whyUnable(ctx.config),
    errors,
    flash: isSaved ? ({ kind: 'success', text: m.mail_settings_saved() } as const) : undefined,
  }
  return html(MailSettingsPage(props), { status: errors.length > 0 ? 422 : 200 })
}
