import { Elysia, t } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { guessWaitFields } from '#src/http/rate-limit-fields.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { canDeliver } from '#src/mail/model.ts'
import { isConfirmed } from '#src/permissions.ts'
import { PASSWORD_LENGTH } from '#src/staff/model.ts'
import { OwnAccountPage, type OwnAccountProps } from '#views/staff/own-account.tsx'
import { SessionsPage } from '#views/staff/sessions.tsx'
import { deviceOf } from '../../device.ts'
import { sessionCookie } from '../../pages.ts'
import { changePassword } from '../../service.ts'
import { cancelEmailChange, requestEmailChange } from '../email-change.ts'
import { doneFlash, refusedFlash } from '../form.ts'
import { changeName, getPendingEmail, roleTexts } from '../own.ts'
import { endOtherOwnSessions, endOwnSession, listOwnSessions } from '../sessions.ts'

const field = t.String({ default: '' })
const FormBody = t.Object({ csrf: field })
/** Made anew for each route: Elysia writes into what a route declares. */
const page = () => ({ admit: { tier: 'admin', signedIn: true, body: BODY_NONE } }) as const
const write = () => ({ tier: 'write', signedIn: true, body: BODY_FORM }) as const

/** One's own account, whatever one's role and tournament. */
export const ownAccountAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.accounts.own-admin' })
    .use(admit(ctx))
    .get(
      '/account',
      ({ actor, tournament, query }) => showOwn(ctx, staffOf(actor), tournament, { flash: doneFlash(query.done) }),
      page(),
    )
    .post(
      '/account/name',
      async ({ actor, tournament, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        try {
          await changeName(ctx, staff, body.name)
        } catch (thrown) {
          const errors = fieldErrorsOf(thrown)
          return showOwn(ctx, staff, tournament, { typed: { name: body.name }, errors }, { status: 422 })
        }
        return seeOther('/account?done=name')
      },
      { admit: write(), body: t.Object({ csrf: field, name: field }) },
    )
    .post(
      '/account/password',
      async ({ actor, tournament, body, request }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const change = await changePassword(ctx, staff, {
          ...body,
          device: deviceOf(request.headers.get('user-agent')),
        })
        if (change.outcome === 'changed')
          return seeOther('/account?done=changed', { 'set-cookie': sessionCookie(ctx, change.token) })
        if (change.outcome === 'wrong')
          return showOwn(ctx, staff, tournament, { errors: change.errors }, { status: 422 })
        const headers = guessWaitFields(ctx, change.seconds)
        return showOwn(ctx, staff, tournament, { waitSeconds: change.seconds }, { status: 429, headers })
      },
      {
        admit: write(),
        body: t.Object({ csrf: field, currentPassword: field, newPassword: field }),
      },
    )
    .post(
      '/account/email',
      async ({ actor, tournament, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        try {
          await requestEmailChange(ctx, staff, body.email)
        } catch (thrown) {
          const refused = refusedFlash(thrown)
          const typed = { email: body.email }
          if (refused) return showOwn(ctx, staff, tournament, { typed, flash: refused.flash }, refused)
          return showOwn(ctx, staff, tournament, { typed, errors: fieldErrorsOf(thrown) }, { status: 422 })
        }
        return seeOther('/account?done=email')
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, body: BODY_FORM },
        body: t.Object({ csrf: field, email: field }),
      },
    )
    .post(
      '/account/email/cancellation',
      async ({ actor, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        await cancelEmailChange(ctx, staffOf(actor))
        return seeOther('/account?done=cancelled')
      },
      { admit: write(), body: FormBody },
    )
    .get(
      '/account/sessions',
      async ({ actor, tournament, query }) => {
        const staff = staffOf(actor)
        const props = {
          frame: staffFrame(ctx, staff, tournament),
          sessions: await listOwnSessions(ctx, staff),
          timeZone: tournament.timeZone,
          isConfirmed: isConfirmed(staff, ctx.now()),
          flash: doneFlash(query.done),
        }
        return html(SessionsPage(props))
      },
      page(),
    )
    .post(
      '/account/sessions/ending',
      async ({ actor, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        await endOtherOwnSessions(ctx, staffOf(actor))
        return seeOther('/account/sessions?done=sessions')
      },
      { admit: { ...write(), confirmed: true }, body: FormBody },
    )
    .post(
      '/account/sessions/:id/ending',
      async ({ actor, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        await endOwnSession(ctx, staffOf(actor), params.id)
        return seeOther('/account/sessions?done=sessions')
      },
      { admit: { ...write(), confirmed: true }, body: FormBody },
    )

type Shown = Pick<OwnAccountProps, 'typed' | 'errors' | 'waitSeconds' | 'flash'>

async function showOwn(
  ctx: AppContext,
  staff: StaffActor,
  tournament: Tournament,
  shown: Shown,
  { status, headers }: { status?: number; headers?: Record<string, string> } = {},
): Promise<Response> {
  const [pending, roles] = await Promise.all([getPendingEmail(ctx, staff), roleTexts(ctx, staff)])
  const props = {
    frame: staffFrame(ctx, staff, tournament),
    email: staff.email,
    roles,
    hasFactor: staff.hasFactor,
    pending,
    passwordMin: PASSWORD_LENGTH.min,
    timeZone: tournament.timeZone,
    canMail: canDeliver(ctx.config),
    isConfirmed: isConfirmed(staff, ctx.now()),
    ...shown,
  }
  return html(OwnAccountPage(props), { status, headers })
}
