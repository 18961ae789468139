import { Elysia, t } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { guessWaitFields } from '#src/http/rate-limit-fields.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { networkOf } from '#src/lib/networks.ts'
import { PASSWORD_LENGTH } from '#src/staff/model.ts'
import { AccountPage } from '#views/auth/account.tsx'
import { deviceOf } from './device.ts'
import { sessionCookie } from './pages.ts'
import { changePassword } from './service.ts'

const field = t.String({ default: '' })

/** One's own account, whatever one's role and tournament. */
export const authAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.admin' })
    .use(admit(ctx))
    .get(
      '/account',
      ({ actor, query }) => {
        const staff = staffOf(actor)
        return html(AccountPage({ ...account(ctx, staff), isChanged: query.notice === 'changed' }))
      },
      { admit: { tier: 'admin', signedIn: true, enrols: true, body: BODY_NONE } },
    )
    .post(
      '/account/password',
      async ({ actor, address, body, request }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const change = await changePassword(ctx, staff, {
          ...body,
          address: networkOf(address),
          device: deviceOf(request.headers.get('user-agent')),
        })
        if (change.outcome === 'changed')
          return seeOther('/account?notice=changed', { 'set-cookie': sessionCookie(ctx, change.token) })
        if (change.outcome === 'wrong')
          return html(AccountPage({ ...account(ctx, staff), errors: change.errors }), { status: 422 })
        const headers = guessWaitFields(ctx, change.seconds)
        return html(AccountPage({ ...account(ctx, staff), waitSeconds: change.seconds }), { status: 429, headers })
      },
      {
        admit: { tier: 'write', signedIn: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field, currentPassword: field, newPassword: field }),
      },
    )

const account = (ctx: AppContext, staff: StaffActor) => ({
  frame: staffFrame(ctx, staff),
  email: staff.email,
  roles: [...new Set(staff.grants.map((grant) => grant.role))],
  passwordMin: PASSWORD_LENGTH.min,
})
