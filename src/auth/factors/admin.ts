import { Elysia, t } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { guessWaitFields } from '#src/http/rate-limit-fields.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { isConfirmed } from '#src/permissions.ts'
import { AppPage } from '#views/auth/app.tsx'
import { FactorsPage, type FactorsProps } from '#views/auth/factors.tsx'
import { RecoveryCodesPage } from '#views/auth/recovery-codes.tsx'
import { safeNext } from '../model.ts'
import { sessionCookie } from '../pages.ts'
import { PASSKEYS_MAX, partyOf } from '../passkeys/model.ts'
import { listPasskeys } from '../passkeys/service.ts'
import { CODE_LENGTH_MAX, RECOVERY_CODES_FEW } from './model.ts'
import { qrCode } from './qr.ts'
import {
  beginTotp,
  countRecoveryCodes,
  disableTotp,
  type Enrolled,
  enableTotp,
  findBegunTotp,
  findFactors,
  newRecoveryCodes,
} from './service.ts'

const PAGE = '/account/second-factor'
const field = t.String({ default: '' })
const code = t.String({ default: '', maxLength: CODE_LENGTH_MAX })
const NOTICES: ReadonlySet<unknown> = new Set(['removed', 'added', 'renamed'])

/** One's own second factors: the authenticator app and the recovery codes. What changes them is confirmed first. */
export const factorsAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.factors.admin' })
    .use(admit(ctx))
    .get(
      PAGE,
      async ({ actor, query, tournament, request }) => {
        const notice = NOTICES.has(query.notice) ? (query.notice as FactorsProps['notice']) : undefined
        const facts = await factorsOf(ctx, staffOf(actor), tournament, request)
        return html(FactorsPage({ ...facts, next: query.next && safeNext(query.next), notice }))
      },
      { admit: { tier: 'admin', signedIn: true, enrols: true, body: BODY_NONE } },
    )
    .post(
      `${PAGE}/app`,
      async ({ actor, body }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        await beginTotp(ctx, staff)
        return seeOther(`${PAGE}/app${nextOf(body.next)}`)
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field, next: field }),
      },
    )
    .get(
      `${PAGE}/app`,
      async ({ actor, query, tournament }) => {
        const staff = staffOf(actor)
        const begun = await findBegunTotp(ctx, staff)
        if (!begun) return seeOther(`${PAGE}${nextOf(query.next)}`)
        const frame = staffFrame(ctx, staff, tournament)
        return html(AppPage({ frame, ...begun, qr: qrCode(begun.uri), next: query.next }))
      },
      { admit: { tier: 'admin', signedIn: true, confirmed: true, enrols: true, body: BODY_NONE } },
    )
    .post(
      `${PAGE}/app/code`,
      async ({ actor, body, tournament }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const begun = await findBegunTotp(ctx, staff)
        // Sent again, as by who loads the page with the codes anew.
        if (!begun) return seeOther(`${PAGE}${nextOf(body.next)}`)
        const enabled = await enableTotp(ctx, staff, body.code)
        if (enabled.outcome === 'enabled') return showCodes(ctx, staff, enabled, tournament, body.next)
        const page = { frame: staffFrame(ctx, staff, tournament), ...begun, qr: qrCode(begun.uri), next: body.next }
        if (enabled.outcome === 'wrong') return html(AppPage({ ...page, errors: enabled.errors }), { status: 422 })
        const headers = guessWaitFields(ctx, enabled.seconds)
        return html(AppPage({ ...page, waitSeconds: enabled.seconds }), { status: 429, headers })
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, enrols: true, body: BODY_FORM },
        body: t.Object({ csrf: field, code, next: field }),
      },
    )
    .post(
      `${PAGE}/app/removal`,
      async ({ actor, body }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const { token } = await disableTotp(ctx, staff)
        return seeOther(`${PAGE}?notice=removed`, renewed(ctx, token))
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, body: BODY_FORM },
        body: t.Object({ csrf: field }),
      },
    )
    .post(
      `${PAGE}/recovery-codes`,
      async ({ actor, body, tournament }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const codes = await newRecoveryCodes(ctx, staff)
        return showCodes(ctx, staff, { codes, token: null }, tournament)
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, body: BODY_FORM },
        body: t.Object({ csrf: field }),
      },
    )

/** What the page shows of somebody's factors. */
export async function factorsOf(
  ctx: AppContext,
  staff: StaffActor,
  tournament: Tournament,
  request: Request,
): Promise<FactorsProps> {
  const { hasTotp } = await findFactors(ctx.db.read, staff.id)
  return {
    frame: staffFrame(ctx, staff, tournament),
    hasTotp,
    codesLeft: await countRecoveryCodes(ctx, staff.id),
    codesFew: RECOVERY_CODES_FEW,
    passkeys: await listPasskeys(ctx, staff.id),
    passkeysMax: PASSKEYS_MAX,
    canAddPasskey: partyOf(ownOrigin(ctx, request)) !== undefined,
    isConfirmed: isConfirmed(staff, ctx.now()),
    timeZone: tournament.timeZone,
  }
}

/** The codes, this once, and the session's next token with them. */
export function showCodes(
  ctx: AppContext,
  staff: StaffActor,
  { codes, token }: Enrolled,
  tournament: Tournament,
  next?: string,
): Response {
  const frame = staffFrame(ctx, { ...staff, hasFactor: true, enrolBy: null, mustEnrol: false }, tournament)
  return html(RecoveryCodesPage({ frame, codes, next: next ? safeNext(next) : PAGE }), { headers: renewed(ctx, token) })
}

/** The session goes on under this token. */
export const renewed = (ctx: AppContext, token: string | null): Record<string, string> =>
  token === null ? {} : { 'set-cookie': sessionCookie(ctx, token) }

export const nextOf = (asked: string | undefined): string =>
  asked ? `?next=${encodeURIComponent(safeNext(asked))}` : ''
