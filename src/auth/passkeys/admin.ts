import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { staffOf } from '#src/http/staff-frame.ts'
import { FactorsPage } from '#views/auth/factors.tsx'
import { factorsOf, nextOf, renewed, showCodes } from '../factors/admin.ts'
import { type Party, partyOf } from './model.ts'
import { addPasskey, beginPasskey, type Ceremony, removePasskey, renamePasskey } from './service.ts'

const PAGE = '/account/second-factor'
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const field = t.String({ default: '' })

/** One's own passkeys. */
export const passkeysAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.passkeys.admin' })
    .use(admit(ctx))
    .post(
      '/account/passkeys/challenge',
      async ({ actor, body, request }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        return ceremony(await beginPasskey(ctx, staff, partyHere(ctx, request)))
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field }),
      },
    )
    .post(
      '/account/passkeys',
      async ({ actor, body, request, tournament }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const added = await addPasskey(ctx, staff, partyHere(ctx, request), body)
        if (added.outcome === 'wrong') {
          const facts = await factorsOf(ctx, staff, tournament, request)
          return html(FactorsPage({ ...facts, errors: added.errors, next: body.next }), { status: 422 })
        }
        if (added.codes.length > 0) return showCodes(ctx, staff, added, tournament, body.next)
        return seeOther(`${PAGE}?notice=added${nextOf(body.next).replace('?', '&')}`, renewed(ctx, added.token))
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field, name: field, challenge: field, response: field, next: field }),
      },
    )
    .post(
      '/account/passkeys/:id/name',
      async ({ actor, body, params, request, tournament }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const renamed = await renamePasskey(ctx, staff, idOf(params.id), body.name)
        if (renamed.outcome === 'renamed') return seeOther(`${PAGE}?notice=renamed`)
        const facts = await factorsOf(ctx, staff, tournament, request)
        const errors = renamed.errors.map((error) => ({ ...error, field: `name-${params.id}` }))
        return html(FactorsPage({ ...facts, errors }), { status: 422 })
      },
      { admit: { tier: 'write', signedIn: true, body: BODY_FORM }, body: t.Object({ csrf: field, name: field }) },
    )
    .post(
      '/account/passkeys/:id/removal',
      async ({ actor, body, params }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const { token } = await removePasskey(ctx, staff, idOf(params.id))
        return seeOther(`${PAGE}?notice=removed`, renewed(ctx, token))
      },
      { admit: { tier: 'write', signedIn: true, confirmed: true, body: BODY_FORM }, body: t.Object({ csrf: field }) },
    )

function idOf(text: string): string {
  if (!UUID.test(text)) throw new AppError('NOT_FOUND')
  return text
}

/** For passkey.ts in the browser. */
export const ceremony = (asked: Ceremony): Response =>
  Response.json(asked, { headers: { 'cache-control': 'no-store' } })

/** Whom passkeys are made for at the address of this request. Throws CONFLICT where browsers make none. */
export function partyHere(ctx: AppContext, request: Request): Party {
  const party = partyOf(ownOrigin(ctx, request))
  if (!party) throw new AppError('CONFLICT', { message: m.passkey_unsafe_address() })
  return party
}
