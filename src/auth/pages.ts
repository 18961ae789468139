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
import { speaksJson } from '#src/http/request-state.ts'
import { emailKey } from '#src/lib/names.ts'
import type { Actor } from '#src/permissions.ts'
import { PASSWORD_LENGTH } from '#src/staff/model.ts'
import { SetupPage } from '#views/auth/setup.tsx'
import { deviceOf } from './device.ts'
import { digestOf, digestShown, findShownBy, type Shown } from './identity.ts'
import { KNOWN_BROWSER_SECONDS, newKnownBrowser } from './known-browser.ts'
import { AFTER_SIGN_IN, SESSION_LIFE_MS } from './model.ts'
import { checkSetup, claimSetup, signOut } from './service.ts'

const COOKIE = 'session'
const BROWSER_COOKIE = 'browser'
const field = t.String({ default: '' })

/** Who sent a request, for the context: whoever its access token, its key or its session cookie names, else nobody. */
export const identify = (ctx: AppContext, request: Request): Promise<Actor> => findShownBy(ctx, shownBy(ctx, request))

/** A digest of what a request wants to be identified by, whether there is such a one or not; for the context. */
export const credentialOf = (ctx: AppContext, request: Request): string | undefined =>
  digestShown(shownBy(ctx, request))

/** Tokens and keys are for programs: pages are shown to browsers, whose cookie is all that they tell people by. */
const shownBy = (ctx: AppContext, request: Request): Shown => ({
  authorization: speaksJson(ctx, request) ? request.headers.get('authorization') : null,
  cookie: readCookie(ctx, request, COOKIE),
})

/** A `Set-Cookie` that carries a session that has just begun. */
export function sessionCookie(ctx: AppContext, token: string): string {
  noteGoodCredential(ctx, digestOf(token))
  return cookie(ctx, COOKIE, token, { maxAgeSeconds: SESSION_LIFE_MS / 1000 })
}

/** A `Set-Cookie` by which an account knows again the browser that somebody signed in with, or chose its password in, by a link. */
export function browserCookie(ctx: AppContext, email: string, how: { isByLink?: true } = {}): string {
  const note = newKnownBrowser(ctx, emailKey(email.trim()), how)
  return cookie(ctx, BROWSER_COOKIE, note, { maxAgeSeconds: KNOWN_BROWSER_SECONDS })
}

/** What `browserCookie` left in the browser that a request comes from. */
export const knownBrowserOf = (ctx: AppContext, request: Request): string | undefined =>
  readCookie(ctx, request, BROWSER_COOKIE)

/** The first page of somebody who chose their password just now. */
export function welcomeIn(ctx: AppContext, token: string, email: string): Response {
  const answer = seeOther(AFTER_SIGN_IN, { 'set-cookie': sessionCookie(ctx, token) })
  answer.headers.append('set-cookie', browserCookie(ctx, email))
  return answer
}

/** Sign-out, and the first owner's set-up. */
export const authPages = (ctx: AppContext) =>
  new Elysia({ name: 'auth.pages' })
    .use(admit(ctx))
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
          return welcomeIn(ctx, token, body.email)
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
