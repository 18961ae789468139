import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { KeyFormPage } from '#views/auth/keys/form.tsx'
import { KeysPage } from '#views/auth/keys/list.tsx'
import { KeyMadePage } from '#views/auth/keys/made.tsx'
import { KeyRevocationPage } from '#views/auth/keys/revocation.tsx'
import { LIFE_NAMES, mayReachAll, scopesToGive, type TypedKey } from './model.ts'
import { getKey, listKeys, makeKey, revokeKey } from './service.ts'

const field = t.String({ default: '' })
/** A ticked scope is a field of its own: `scope:documents.see`. */
const SCOPE = 'scope:'
const KeyBody = t.Object(
  { csrf: field, id: field, name: field, reach: field, life: field },
  { additionalProperties: true },
)

/** Keys of programs: made, shown once, listed, revoked. */
export const keysAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.keys-admin' })
    .use(admit(ctx))
    .get(
      '/admin/keys',
      async ({ actor, tournament, query }) => {
        const staff = staffOf(actor)
        const keys = await listKeys(ctx, staff, tournament)
        const flash = query.done === 'revoked' ? ({ kind: 'success', text: m.keys_revoked() } as const) : undefined
        const frame = staffFrame(ctx, staff, tournament)
        return html(KeysPage({ frame, keys, now: ctx.now(), timeZone: tournament.timeZone, flash }))
      },
      { admit: { tier: 'admin', requires: 'keys.manage', body: BODY_NONE } },
    )
    .get(
      '/admin/keys/new',
      ({ actor, tournament }) => showForm(ctx, staffOf(actor), tournament, { id: Bun.randomUUIDv7(), typed: BLANK }),
      { admit: { tier: 'admin', requires: 'keys.manage', confirmed: true, body: BODY_NONE } },
    )
    .post(
      '/admin/keys',
      async ({ actor, tournament, body, request }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const typed = readTyped(body)
        try {
          const key = await makeKey(ctx, staff, tournament, { ...typed, id: body.id })
          const frame = staffFrame(ctx, staff, tournament)
          return html(KeyMadePage({ frame, key, name: typed.name, origin: ownOrigin(ctx, request) }))
        } catch (thrown) {
          return showForm(ctx, staff, tournament, { id: body.id, typed, errors: fieldErrorsOf(thrown) })
        }
      },
      { admit: { tier: 'write', requires: 'keys.manage', confirmed: true, body: BODY_FORM }, body: KeyBody },
    )
    .get(
      '/admin/keys/:id/revocation',
      async ({ actor, tournament, params }) => {
        const staff = staffOf(actor)
        const key = await getKey(ctx, staff, tournament, params.id)
        const frame = staffFrame(ctx, staff, tournament)
        return html(KeyRevocationPage({ frame, key, timeZone: tournament.timeZone }))
      },
      { admit: { tier: 'admin', requires: 'keys.manage', confirmed: true, body: BODY_NONE } },
    )
    .post(
      '/admin/keys/:id/revocation',
      async ({ actor, tournament, params, body }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        await revokeKey(ctx, staff, tournament, params.id)
        return seeOther('/admin/keys?done=revoked')
      },
      {
        admit: { tier: 'write', requires: 'keys.manage', confirmed: true, body: BODY_FORM },
        body: t.Object({ csrf: field }),
      },
    )

const BLANK: TypedKey = { name: '', scopes: [], reach: 'tournament', life: '90' }

function readTyped(body: Record<string, unknown> & Omit<TypedKey, 'scopes'>): TypedKey {
  const scopes = Object.keys(body).filter((name) => name.startsWith(SCOPE))
  const { name, reach, life } = body
  return { name, reach, life, scopes: scopes.map((scope) => scope.slice(SCOPE.length)) }
}

type Shown = { id: string; typed: TypedKey; errors?: FieldError[] }

function showForm(ctx: AppContext, staff: StaffActor, tournament: Tournament, { id, typed, errors = [] }: Shown) {
  const props = {
    frame: staffFrame(ctx, staff, tournament),
    id,
    typed,
    errors,
    scopes: scopesToGive(staff, tournament.id),
    scopePrefix: SCOPE,
    lives: LIFE_NAMES,
    tournamentName: tournament.name,
    mayReachAll: mayReachAll(staff),
  }
  return html(KeyFormPage(props), { status: errors.length > 0 ? 422 : 200 })
}
