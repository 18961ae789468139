import { Elysia, t } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { guessWaitFields } from '#src/http/rate-limit-fields.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { ConfirmPage } from '#views/auth/confirm.tsx'
import { renewed } from '../factors/admin.ts'
import { CODE_LENGTH_MAX } from '../factors/model.ts'
import { findFactors } from '../factors/service.ts'
import { safeNext } from '../model.ts'
import { ceremony, partyHere } from '../passkeys/admin.ts'
import { partyOf } from '../passkeys/model.ts'
import { askForPasskey } from '../passkeys/service.ts'
import { confirmByPasskey, confirmSession } from './confirm.ts'

const field = t.String({ default: '' })
const code = t.String({ default: '', maxLength: CODE_LENGTH_MAX })

/** That it is still the person who signed in, before what cannot be taken back. */
export const confirmAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.sign-in.admin' })
    .use(admit(ctx))
    .get(
      '/confirm',
      async ({ actor, query, request, tournament }) =>
        html(ConfirmPage(await wayOf(ctx, staffOf(actor), tournament, request, safeNext(query.next)))),
      { admit: { tier: 'admin', signedIn: true, enrols: true, body: BODY_NONE } },
    )
    .post(
      '/confirm',
      async ({ actor, body, request, tournament }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const next = safeNext(body.next)
        const confirmed = await confirmSession(ctx, staff, body)
        if (confirmed.outcome === 'confirmed') return seeOther(next, renewed(ctx, confirmed.token))
        const page = await wayOf(ctx, staff, tournament, request, next)
        if (confirmed.outcome === 'wrong')
          return html(ConfirmPage({ ...page, errors: confirmed.errors }), { status: 422 })
        const headers = guessWaitFields(ctx, confirmed.seconds)
        return html(ConfirmPage({ ...page, waitSeconds: confirmed.seconds }), { status: 429, headers })
      },
      {
        admit: { tier: 'write', signedIn: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field, code, password: field, next: field }),
      },
    )
    .post(
      '/confirm/passkey/challenge',
      async ({ actor, body, request }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        return ceremony(await askForPasskey(ctx, partyHere(ctx, request), staff.id))
      },
      {
        admit: { tier: 'write', signedIn: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field }),
      },
    )
    .post(
      '/confirm/passkey',
      async ({ actor, body, request, tournament }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const next = safeNext(body.next)
        const confirmed = await confirmByPasskey(ctx, staff, partyHere(ctx, request), body)
        if (confirmed.outcome === 'confirmed') return seeOther(next, renewed(ctx, confirmed.token))
        const page = await wayOf(ctx, staff, tournament, request, next)
        return html(ConfirmPage({ ...page, errors: confirmed.errors }), { status: 422 })
      },
      {
        admit: { tier: 'write', signedIn: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field, challenge: field, response: field, next: field }),
      },
    )

/** By what they can confirm, at this address. */
async function wayOf(ctx: AppContext, staff: StaffActor, tournament: Tournament, request: Request, next: string) {
  const { hasTotp, passkeys } = await findFactors(ctx.db.read, staff.id)
  const hasPasskey = passkeys > 0 && partyOf(ownOrigin(ctx, request)) !== undefined
  return {
    frame: staffFrame(ctx, staff, tournament),
    email: staff.email,
    hasTotp,
    hasFactor: hasTotp || passkeys > 0,
    hasPasskey,
    next,
  }
}
