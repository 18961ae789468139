import { Elysia, t } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { cookie, expiredCookie, readCookie } from '#src/http/cookies.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { guessWaitFields } from '#src/http/rate-limit-fields.ts'
import { networkOf } from '#src/lib/networks.ts'
import { canDeliver } from '#src/mail/model.ts'
import type { Actor } from '#src/permissions.ts'
import { SecondFactorPage } from '#views/auth/second-factor.tsx'
import { SignInPage } from '#views/auth/sign-in.tsx'
import { CHALLENGE_SECONDS, findChallenge } from '../challenges.ts'
import { deviceOf } from '../device.ts'
import { CODE_LENGTH_MAX } from '../factors/model.ts'
import { findFactors } from '../factors/service.ts'
import { safeNext } from '../model.ts'
import { browserCookie, knownBrowserOf, sessionCookie } from '../pages.ts'
import { ceremony, partyHere } from '../passkeys/admin.ts'
import { partyOf } from '../passkeys/model.ts'
import { askForPasskey } from '../passkeys/service.ts'
import { signOut } from '../service.ts'
import { startSession } from '../sessions.ts'
import { askForSecondFactor, finishSignInByPasskey, signInByPasskey } from './by-passkey.ts'
import { finishSignIn, type SignedIn, signIn, type Visitor } from './service.ts'

const CHALLENGE_COOKIE = 'sign-in'
const field = t.String({ default: '' })
const code = t.String({ default: '', maxLength: CODE_LENGTH_MAX })
const next = t.Optional(t.String())
const passkey = { challenge: field, response: field }
/** Whoever comes too late is shown the way with an app once more. */
const ANY_FACTOR = { hasTotp: true, passkeys: 0 }

/** The way in: e-mail and password, then the second factor where the account has one. */
export const signInPages = (ctx: AppContext) =>
  new Elysia({ name: 'auth.sign-in.pages' })
    .use(admit(ctx))
    .get(
      '/sign-in',
      ({ actor, query, request }) => {
        const next = safeNext(query.next)
        const isExpired = query.notice === 'expired'
        const isReset = query.notice === 'password'
        if (actor.kind === 'staff') return seeOther(next)
        return html(SignInPage({ ...doorOf(ctx, request, next), isExpired, isReset }))
      },
      { admit: { tier: 'public', public: true, body: BODY_NONE } },
    )
    .post(
      '/sign-in',
      async ({ actor, address, body, request }) => {
        const next = safeNext(body.next)
        const signedIn = await signIn(ctx, body, browserOf(ctx, request, address))
        if (signedIn.outcome === 'signed-in') return enter(ctx, actor, signedIn, next)
        if (signedIn.outcome === 'second-factor')
          return seeOther(`/sign-in/second-factor?next=${encodeURIComponent(next)}`, {
            'set-cookie': cookie(ctx, CHALLENGE_COOKIE, signedIn.challenge, { maxAgeSeconds: CHALLENGE_SECONDS }),
          })
        const page = { ...doorOf(ctx, request, next), email: body.email }
        if (signedIn.outcome !== 'wait') return html(SignInPage({ ...page, errors: signedIn.errors }), { status: 422 })
        const headers = guessWaitFields(ctx, signedIn.seconds)
        return html(SignInPage({ ...page, waitSeconds: signedIn.seconds }), { status: 429, headers })
      },
      {
        admit: { tier: 'write', public: true, body: BODY_FORM },
        body: t.Object({ email: field, password: field, next }),
      },
    )
    .get(
      '/sign-in/second-factor',
      async ({ query, request }) => {
        const next = safeNext(query.next)
        const challenge = readCookie(ctx, request, CHALLENGE_COOKIE) ?? ''
        if (!(await findChallenge(ctx, challenge, 'second-factor'))) return backToSignIn(ctx, next)
        return html(SecondFactorPage(await stepOf(ctx, request, next)))
      },
      { admit: { tier: 'public', public: true, body: BODY_NONE } },
    )
    .post(
      '/sign-in/second-factor',
      async ({ actor, address, body, request }) => {
        const next = safeNext(body.next)
        const challenge = readCookie(ctx, request, CHALLENGE_COOKIE) ?? ''
        const signedIn = await finishSignIn(ctx, { challenge, code: body.code }, browserOf(ctx, request, address))
        if (signedIn.outcome === 'signed-in') return enter(ctx, actor, signedIn, next)
        if (signedIn.outcome === 'expired') return backToSignIn(ctx, next)
        if (signedIn.outcome === 'disabled')
          return html(SignInPage({ ...doorOf(ctx, request, next), errors: signedIn.errors }), { status: 422 })
        const page = await stepOf(ctx, request, next)
        if (signedIn.outcome !== 'wait')
          return html(SecondFactorPage({ ...page, errors: signedIn.errors }), { status: 422 })
        const headers = guessWaitFields(ctx, signedIn.seconds)
        return html(SecondFactorPage({ ...page, waitSeconds: signedIn.seconds }), { status: 429, headers })
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM }, body: t.Object({ code, next }) },
    )
    .post(
      '/sign-in/passkey/challenge',
      async ({ request }) => ceremony(await askForPasskey(ctx, partyHere(ctx, request))),
      { admit: { tier: 'write', public: true, body: BODY_FORM } },
    )
    .post(
      '/sign-in/passkey',
      async ({ actor, address, body, request }) => {
        const next = safeNext(body.next)
        const signedIn = await signInByPasskey(ctx, partyHere(ctx, request), body, browserOf(ctx, request, address))
        if (signedIn.outcome === 'signed-in') return enter(ctx, actor, signedIn, next)
        return html(SignInPage({ ...doorOf(ctx, request, next), errors: signedIn.errors }), { status: 422 })
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM }, body: t.Object({ ...passkey, next }) },
    )
    .post(
      '/sign-in/second-factor/passkey/challenge',
      async ({ request }) => {
        const challenge = readCookie(ctx, request, CHALLENGE_COOKIE) ?? ''
        const asked = await askForSecondFactor(ctx, partyHere(ctx, request), challenge)
        if (!asked) throw new AppError('CONFLICT')
        return ceremony(asked)
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM } },
    )
    .post(
      '/sign-in/second-factor/passkey',
      async ({ actor, address, body, request }) => {
        const next = safeNext(body.next)
        const challenge = readCookie(ctx, request, CHALLENGE_COOKIE) ?? ''
        const visitor = browserOf(ctx, request, address)
        const step = { challenge, passkey: body }
        const signedIn = await finishSignInByPasskey(ctx, partyHere(ctx, request), step, visitor)
        if (signedIn.outcome === 'signed-in') return enter(ctx, actor, signedIn, next)
        if (signedIn.outcome === 'expired') return backToSignIn(ctx, next)
        if (signedIn.outcome === 'disabled')
          return html(SignInPage({ ...doorOf(ctx, request, next), errors: signedIn.errors }), { status: 422 })
        const page = await stepOf(ctx, request, next)
        return html(SecondFactorPage({ ...page, errors: signedIn.errors }), { status: 422 })
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM }, body: t.Object({ ...passkey, next }) },
    )

const doorOf = (ctx: AppContext, request: Request, next: string) => ({
  site: ctx.config.appTitle,
  next,
  hasPasskeys: partyOf(ownOrigin(ctx, request)) !== undefined,
  canMail: canDeliver(ctx.config),
})

/** What the second step offers to whoever is half-way in. */
async function stepOf(ctx: AppContext, request: Request, next: string) {
  const challenge = await findChallenge(ctx, readCookie(ctx, request, CHALLENGE_COOKIE) ?? '', 'second-factor')
  const { hasTotp, passkeys } = challenge?.staffId ? await findFactors(ctx.db.read, challenge.staffId) : ANY_FACTOR
  return {
    site: ctx.config.appTitle,
    next,
    hasTotp,
    hasPasskey: passkeys > 0,
    canPasskey: partyOf(ownOrigin(ctx, request)) !== undefined,
  }
}

const browserOf = (ctx: AppContext, request: Request, address: string): Visitor<string> => ({
  kind: 'browser',
  address: networkOf(address),
  device: deviceOf(request.headers.get('user-agent')),
  knownBrowser: knownBrowserOf(ctx, request),
  begin: (tx, session) => startSession(tx, session, ctx.now()),
})

/** The session before ends with the new one: a token never outlives a change of who holds it. */
async function enter(ctx: AppContext, actor: Actor, signedIn: SignedIn<string>, next: string): Promise<Response> {
  if (actor.kind === 'staff') await signOut(ctx, actor)
  const answer = seeOther(next, { 'set-cookie': sessionCookie(ctx, signedIn.session) })
  answer.headers.append('set-cookie', browserCookie(ctx, signedIn.email))
  answer.headers.append('set-cookie', expiredCookie(ctx, CHALLENGE_COOKIE))
  return answer
}

const backToSignIn = (ctx: AppContext, next: string): Response =>
  seeOther(`/sign-in?notice=expired&next=${encodeURIComponent(next)}`, {
    'set-cookie': expiredCookie(ctx, CHALLENGE_COOKIE),
  })
