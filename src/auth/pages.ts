import { Elysia, t } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { cookie, expiredCookie, readCookie } from '#src/http/cookies.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { followLink } from '#src/http/follow-link.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { noteGoodCredential } from '#src/http/rate-limit.ts'
import { guessWaitFields } from '#src/http/rate-limit-fields.ts'
import { networkOf } from '#src/lib/networks.ts'
import type { Actor } from '#src/permissions.ts'
import { PASSWORD_LENGTH } from '#src/staff/model.ts'
import { SetupPage } from '#views/auth/setup.tsx'
import { SignInPage } from '#views/auth/sign-in.tsx'
import { deviceOf } from './device.ts'
import { digestOf, digestShown, findShownBy, type Shown } from './identity.ts'
import { AFTER_SIGN_IN, SESSION_LIFE_MS, safeNext } from './model.ts'
import { checkSetup, claimSetup, KNOWN_BROWSER_SECONDS, signIn, signOut } from './service.ts'

const COOKIE = 'session'
const BROWSER_COOKIE = 'browser'
const field = t.String({ default: '' })

/** Who sent a request, for the context: whoever its access token, its key or its session cookie names, else nobody. */
export const identify = (ctx: AppContext, request: Request): Promise<Actor> => findShownBy(ctx, shownBy(ctx, request))

/** A digest of what a request wants to be identified by, whether there is such a one or not; for the context. */
export const credentialOf = (ctx: AppContext, request: Request): string | undefined =>
  digestShown(shownBy(ctx, request))

const shownBy = (ctx: AppContext, request: Request): Shown => ({
  authorization: request.headers.get('authorization'),
  cookie: readCookie(ctx, request, COOKIE),
})

/** A `Set-Cookie` that carries a session that has just begun. */
export function sessionCookie(ctx: AppContext, token: string): string {
  noteGoodCredential(ctx, digestOf(token))
  return cookie(ctx, COOKIE, token, { maxAgeSeconds: SESSION_LIFE_MS / 1000 })
}

/** Sign-in, sign-out, and the first owner's set-up. */
export const authPages = (ctx: AppContext) =>
  new Elysia({ name: 'auth.pages' })
    .use(admit(ctx))
    .get(
      '/sign-in',
      ({ actor, query }) => {
        const next = safeNext(query.next)
        return actor.kind === 'staff' ? seeOther(next) : html(SignInPage({ site: ctx.config.appTitle, next }))
      },
      { admit: { tier: 'public', public: true, body: BODY_NONE } },
    )
    .post(
      '/sign-in',
      async ({ actor, address, body, request }) => {
        const next = safeNext(body.next)
        const knownBrowser = readCookie(ctx, request, BROWSER_COOKIE)
        const { email, password } = body
        const signedIn = await signIn(ctx, {
          email,
          password,
          address: networkOf(address),
          device: deviceOf(request.headers.get('user-agent')),
          knownBrowser,
        })
        if (signedIn.outcome === 'signed-in') {
          // The session before ends with the new one: a token never outlives a change of who holds it.
          if (actor.kind === 'staff') await signOut(ctx, actor)
          const answer = seeOther(next, { 'set-cookie': sessionCookie(ctx, signedIn.token) })
          const remembered = cookie(ctx, BROWSER_COOKIE, signedIn.knownBrowser, {
            maxAgeSeconds: KNOWN_BROWSER_SECONDS,
          })
          answer.headers.append('set-cookie', remembered)
          return answer
        }
        const page = { site: ctx.config.appTitle, next, email }
        if (signedIn.outcome === 'wrong') return html(SignInPage({ ...page, errors: signedIn.errors }), { status: 422 })
        const headers = guessWaitFields(ctx, signedIn.seconds)
        return html(SignInPage({ ...page, waitSeconds: signedIn.seconds }), { status: 429, headers })
      },
      {
        admit: { tier: 'write', public: true, body: BODY_FORM },
        body: t.Object({ email: field, password: field, next: t.Optional(t.String()) }),
      },
    )
    .post(
      '/sign-out',
      async ({ actor, body }) => {
        if (actor.kind === 'staff') {
          checkCsrfToken(ctx, actor, body.csrf)
          await signOut(ctx, actor)
        }
        return seeOther('/sign-in', { 'set-cookie': expiredCookie(ctx, COOKIE) })
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM }, body: t.Object({ csrf: field }) },
    )
    .get(
      '/setup/:token',
      async ({ params, address }) => {
        await followLink(ctx, { token: params.token, address }, () => checkSetup(ctx, params.token))
        return html(SetupPage({ site: ctx.config.appTitle, token: params.token, passwordMin: PASSWORD_LENGTH.min }))
      },
      { admit: { tier: 'public', public: true, body: BODY_NONE } },
    )
    .post(
      '/setup/:token',
      async ({ params, body, address, request }) => {
        try {
          const link = { token: params.token, address }
          const token = await followLink(ctx, link, () =>
            claimSetup(ctx, params.token, body, deviceOf(request.headers.get('user-agent'))),
          )
          return seeOther(AFTER_SIGN_IN, { 'set-cookie': sessionCookie(ctx, token) })
        } catch (thrown) {
          const { name, email } = body
          const page = { site: ctx.config.appTitle, token: params.token, passwordMin: PASSWORD_LENGTH.min, name, email }
          return html(SetupPage({ ...page, errors: fieldErrorsOf(thrown) }), { status: 422 })
        }
      },
      {
        admit: { tier: 'write', public: true, body: BODY_FORM },
        body: t.Object({ name: field, email: field, password: field }),
      },
    )
