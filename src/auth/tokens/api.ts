import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { mediaType } from '#src/http/body.ts'
import { expiredCookie } from '#src/http/cookies.ts'
import { BODY_JSON, BODY_JSON_OR_FORM, BODY_NONE } from '#src/http/limits.ts'
import { BODY_REFUSALS, jsonAnswer, jsonBody, jsonOrFormBody, refusals, STAFF_REFUSALS } from '#src/http/openapi.ts'
import { noteGoodCredential } from '#src/http/rate-limit.ts'
import { staffOf } from '#src/http/staff-frame.ts'
import { networkOf } from '#src/lib/networks.ts'
import { CHALLENGE_SECONDS } from '../challenges.ts'
import { deviceOf } from '../device.ts'
import { digestOf } from '../identity.ts'
import { wayInRefused } from '../refused-guess.ts'
import { signOut } from '../service.ts'
import { findActorOfSession } from '../sessions.ts'
import { finishSignIn, signIn, type Visitor } from '../sign-in/service.ts'
import {
  ACCESS_TOKEN_SECONDS,
  ChallengeAnswer,
  LoginBody,
  LoginForm,
  RefreshBody,
  readLogin,
  readTexts,
  TokensAnswer,
  VerifyBody,
} from './model.ts'
import { type Begun, beginTokens, openTokens, refreshTokens } from './service.ts'

const TAGS = ['auth']
const SESSION_COOKIE = 'session'
const NOT_STORED = 'no-store'

/** The way in for programs, and out again. */
export const tokensApi = (ctx: AppContext) =>
  new Elysia({ name: 'auth.tokens-api' })
    .use(admit(ctx))
    .post(
      '/auth/login',
      async ({ body, request, address, set }): Promise<TokensAnswer | ChallengeAnswer> => {
        const login = readLogin(body, mediaType(request) !== 'application/json')
        const signedIn = await signIn(ctx, login, programOf(ctx, request, address))
        set.headers['cache-control'] = NOT_STORED
        if (signedIn.outcome === 'signed-in') return answerOf(ctx, signedIn.session)
        if (signedIn.outcome !== 'second-factor') throw wayInRefused(ctx, signedIn)
        return { requires_2fa: true, challenge_token: signedIn.challenge, expires_in: CHALLENGE_SECONDS }
      },
      {
        admit: { tier: 'write', public: true, body: BODY_JSON_OR_FORM },
        detail: {
          summary: 'Sign in by e-mail and password',
          description:
            'As JSON, or as the password form of OAuth 2.0. With a second factor the answer is a challenge for auth/2fa/verify, and nothing is open yet. An unknown e-mail and a wrong password are answered alike.',
          tags: TAGS,
          requestBody: jsonOrFormBody(LoginBody, LoginForm, {
            email: 'meena@example.org',
            password: 'a rope for the marquee',
          }),
          responses: {
            200: jsonAnswer('Tokens, or a challenge', t.Union([TokensAnswer, ChallengeAnswer])),
            ...refusals(...BODY_REFUSALS, 'UNAUTHORIZED', 'FORBIDDEN', 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .post(
      '/auth/2fa/verify',
      async ({ body, request, address, set }): Promise<TokensAnswer> => {
        const { challenge_token: challenge, code } = readTexts(body, ['challenge_token', 'code'])
        const signedIn = await finishSignIn(ctx, { challenge, code }, programOf(ctx, request, address))
        set.headers['cache-control'] = NOT_STORED
        if (signedIn.outcome === 'signed-in') return answerOf(ctx, signedIn.session)
        if (signedIn.outcome === 'expired') throw new AppError('UNAUTHORIZED', { message: m.auth_challenge_over() })
        throw wayInRefused(ctx, signedIn)
      },
      {
        admit: { tier: 'write', public: true, body: BODY_JSON },
        detail: {
          summary: 'Sign in: the second factor',
          description:
            'A code of the authenticator app or a recovery code; each is good once. Whoever has a passkey alone comes in here by a recovery code, or has a key made.',
          tags: TAGS,
          requestBody: jsonBody(VerifyBody, { challenge_token: '…', code: '123456' }),
          responses: {
            200: jsonAnswer('Tokens', TokensAnswer),
            ...refusals(...BODY_REFUSALS, 'UNAUTHORIZED', 'FORBIDDEN', 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .post(
      '/auth/refresh',
      async ({ body, set }): Promise<TokensAnswer> => {
        const { refresh_token: token } = readTexts(body, ['refresh_token'])
        set.headers['cache-control'] = NOT_STORED
        return answerOf(ctx, await refreshTokens(ctx, token))
      },
      {
        admit: { tier: 'write', public: true, body: BODY_JSON_OR_FORM },
        detail: {
          summary: 'New tokens for a refresh token',
          description:
            'A refresh token is good once. One that is used again ends its whole session: somebody else has it. Of two requests with one token at the same time one gets the new pair; the other is refused with CONFLICT, which ends nothing, and goes on with what the first was given.',
          tags: TAGS,
          requestBody: jsonOrFormBody(RefreshBody, RefreshBody, { refresh_token: '…' }),
          responses: {
            200: jsonAnswer('Tokens', TokensAnswer),
            ...refusals(...BODY_REFUSALS, 'UNAUTHORIZED', 'CONFLICT', 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .post(
      '/auth/logout',
      async ({ actor, set }) => {
        const staff = staffOf(actor)
        await signOut(ctx, staff)
        if (staff.by === 'cookie') set.headers['set-cookie'] = expiredCookie(ctx, SESSION_COOKIE)
        set.status = 204
      },
      {
        admit: { tier: 'write', signedIn: true, enrols: true, body: BODY_NONE },
        detail: {
          summary: 'Sign out: the session ends with all its tokens',
          tags: TAGS,
          responses: { 204: { description: 'Signed out' }, ...refusals(...STAFF_REFUSALS, 'CSRF_FAILED') },
        },
      },
    )

const programOf = (ctx: AppContext, request: Request, address: string): Visitor<Begun> => ({
  kind: 'api',
  address: networkOf(address),
  device: deviceOf(request.headers.get('user-agent')),
  begin: (tx, session) => beginTokens(tx, session, ctx.now()),
})

async function answerOf(ctx: AppContext, begun: Begun): Promise<TokensAnswer> {
  const { accessToken, refreshToken } = await openTokens(ctx, begun)
  noteGoodCredential(ctx, digestOf(accessToken))
  const actor = await findActorOfSession(ctx, begun.sessionId)
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    requires_2fa: false,
    ...(actor.kind === 'staff' && actor.mustEnrol && { setup_required: true as const }),
  }
}
