import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError, type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { followLink } from '#src/http/follow-link.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { waitFields } from '#src/http/rate-limit-fields.ts'
import { networkOf } from '#src/lib/networks.ts'
import { canDeliver } from '#src/mail/model.ts'
import { PASSWORD_LENGTH } from '#src/staff/model.ts'
import { EmailChangePage, EmailDonePage } from '#views/staff/email-change.tsx'
import { InvitationPage } from '#views/staff/invitation.tsx'
import { NewPasswordPage, RequestResetPage } from '#views/staff/password-reset.tsx'
import { deviceOf } from '../../device.ts'
import { browserCookie, knownBrowserOf, sessionCookie, welcomeIn } from '../../pages.ts'
import { signOut } from '../../service.ts'
import { acceptInvitation, getInvitation } from '../accept.ts'
import { confirmEmailChange, getEmailChange, refuseEmailChange } from '../email-change.ts'
import { getReset, requestReset, resetPassword } from '../reset.ts'

const field = t.String({ default: '' })
/** Made anew for each route: Elysia writes into what a route declares. */
const page = () => ({ admit: { tier: 'public', public: true, body: BODY_NONE } }) as const
const write = () => ({ tier: 'write', public: true, body: BODY_FORM }) as const

/** What is behind the addresses sent to staff, and how somebody asks for one. */
export const staffLinkPages = (ctx: AppContext) =>
  new Elysia({ name: 'auth.accounts.link-pages' })
    .use(admit(ctx))
    .get(
      '/invitation/:token',
      ({ params: { token }, address }) => followLink(ctx, { token, address }, () => showInvitation(ctx, token)),
      page(),
    )
    .post(
      '/invitation/:token',
      ({ actor, params: { token }, body, address, request }) =>
        followLink(ctx, { token, address }, async () => {
          try {
            const device = deviceOf(request.headers.get('user-agent'))
            const { session, email } = await acceptInvitation(ctx, token, body, device)
            // The session before ends with the new one: a token never outlives a change of who holds it.
            if (actor.kind === 'staff') await signOut(ctx, actor)
            return welcomeIn(ctx, session, email)
          } catch (thrown) {
            return showInvitation(ctx, token, { name: body.name, errors: fieldErrorsOf(thrown) })
          }
        }),
      { admit: write(), body: t.Object({ name: field, newPassword: field }) },
    )
    .get('/password-reset', () => showRequest(ctx, {}), page())
    .post(
      '/password-reset',
      async ({ body, address, request }) => {
        try {
          const knownBrowser = knownBrowserOf(ctx, request)
          await requestReset(ctx, body.email, { address: networkOf(address), knownBrowser })
        } catch (thrown) {
          if (!(thrown instanceof AppError)) throw thrown
          const { code, message, retryAfterSeconds, usedUp, status } = thrown
          if (code !== 'RATE_LIMITED') return showRequest(ctx, { email: body.email, errors: fieldErrorsOf(thrown) })
          const headers = waitFields(retryAfterSeconds!, usedUp)
          return showRequest(ctx, { email: body.email, refused: message }, { status, headers })
        }
        return seeOther('/password-reset/sent')
      },
      { admit: write(), body: t.Object({ email: field }) },
    )
    .get('/password-reset/sent', () => showRequest(ctx, { isSent: true }), page())
    .get(
      '/password-reset/:token',
      ({ params: { token }, address }) => followLink(ctx, { token, address }, () => showReset(ctx, token)),
      page(),
    )
    .post(
      '/password-reset/:token',
      ({ params: { token }, body, address }) =>
        followLink(ctx, { token, address }, async () => {
          try {
            const { email } = await resetPassword(ctx, token, body.newPassword)
            return seeOther('/sign-in?notice=password', { 'set-cookie': browserCookie(ctx, email, { isByLink: true }) })
          } catch (thrown) {
            return showReset(ctx, token, fieldErrorsOf(thrown))
          }
        }),
      { admit: write(), body: t.Object({ newPassword: field }) },
    )
    .get(
      '/email-change/:token',
      ({ params: { token }, address }) =>
        followLink(ctx, { token, address }, async () => {
          const { side, change, link } = await getEmailChange(ctx, token)
          const { email } = change
          return html(EmailChangePage({ site: ctx.config.appTitle, token, side, email, present: link.email }))
        }),
      page(),
    )
    .post(
      '/email-change/:token',
      ({ params: { token }, address, actor }) =>
        followLink(ctx, { token, address }, async () => {
          const confirmed = await confirmEmailChange(ctx, token, actor)
          const { outcome } = confirmed
          const headers =
            outcome === 'changed' && confirmed.token !== null
              ? { 'set-cookie': sessionCookie(ctx, confirmed.token) }
              : undefined
          return html(EmailDonePage({ site: ctx.config.appTitle, outcome }), { headers })
        }),
      { admit: write(), body: t.Object({}) },
    )
    .post(
      '/email-change/:token/refusal',
      ({ params: { token }, address }) =>
        followLink(ctx, { token, address }, async () => {
          await refuseEmailChange(ctx, token)
          return html(EmailDonePage({ site: ctx.config.appTitle, outcome: 'refused' }))
        }),
      { admit: write(), body: t.Object({}) },
    )

async function showInvitation(
  ctx: AppContext,
  token: string,
  { name, errors = [] }: { name?: string; errors?: FieldError[] } = {},
): Promise<Response> {
  const invited = await getInvitation(ctx, token).catch(inWords(m.accounts_invitation_ended()))
  const { email } = invited
  const props = { site: ctx.config.appTitle, token, email, passwordMin: PASSWORD_LENGTH.min, errors }
  return html(InvitationPage({ ...props, name: name ?? invited.name }), { status: errors.length > 0 ? 422 : 200 })
}

async function showReset(ctx: AppContext, token: string, errors: FieldError[] = []): Promise<Response> {
  const { email } = await getReset(ctx, token).catch(inWords(m.accounts_reset_ended()))
  const props = { site: ctx.config.appTitle, token, email, passwordMin: PASSWORD_LENGTH.min, errors }
  return html(NewPasswordPage(props), { status: errors.length > 0 ? 422 : 200 })
}

/** Says of a link that is over how to come by another. */
const inWords = (message: string) => (thrown: unknown) => {
  if (!(thrown instanceof AppError) || thrown.code !== 'LINK_EXPIRED') throw thrown
  throw new AppError('LINK_EXPIRED', { message })
}

type Request = { email?: string; errors?: FieldError[]; refused?: string; isSent?: boolean }

function showRequest(
  ctx: AppContext,
  request: Request,
  { status, headers }: { status?: number; headers?: Record<string, string> } = {},
): Response {
  const canMail = canDeliver(ctx.config)
  const props = { site: ctx.config.appTitle, canMail, ...request }
  return html(RequestResetPage(props), { status: status ?? (request.errors ? 422 : 200), headers })
}
