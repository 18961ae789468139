import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { renderSVG } from 'uqr'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_JSON, BODY_NONE } from '#src/http/limits.ts'
import { BODY_REFUSALS, jsonAnswer, jsonBody, refusals, STAFF_REFUSALS } from '#src/http/openapi.ts'
import { staffOf } from '#src/http/staff-frame.ts'
import { sessionCookie } from '../pages.ts'
import { guessRefused } from '../refused-guess.ts'
import { readTexts } from '../tokens/model.ts'
import { beginTotp, disableTotp, enableTotp } from './service.ts'

const TAGS = ['auth']

const SetupAnswer = t.Object(
  {
    secret: t.String({ description: 'In base32, to type it by hand.' }),
    otpauth_uri: t.String({ description: 'For the authenticator app.' }),
    qr_svg: t.String({ description: 'The same, to be read by the camera.' }),
  },
  { title: 'AppSetup' },
)
const CodeBody = t.Object(
  { code: t.String({ description: 'Six digits of the authenticator app.' }) },
  { title: 'Code' },
)
const CodesAnswer = t.Object(
  { recovery_codes: t.Array(t.String(), { description: 'Shown this once; each is good once.' }) },
  { title: 'RecoveryCodes' },
)

/** One's own authenticator app, for programs. */
export const factorsApi = (ctx: AppContext) =>
  new Elysia({ name: 'auth.factors-api' })
    .use(admit(ctx))
    .post(
      '/auth/2fa/setup',
      async ({ actor, set }) => {
        const { secret, uri } = await beginTotp(ctx, staffOf(actor))
        set.headers['cache-control'] = 'no-store'
        return { secret, otpauth_uri: uri, qr_svg: renderSVG(uri) }
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, enrols: true, body: BODY_NONE },
        detail: {
          summary: 'Begin to set up an authenticator app',
          description: 'It counts once auth/2fa/enable was given its first code.',
          tags: TAGS,
          responses: {
            200: jsonAnswer('What the app needs', SetupAnswer),
            ...refusals(...STAFF_REFUSALS, 'SECOND_FACTOR_REQUIRED', 'CSRF_FAILED', 'CONFLICT'),
          },
        },
      },
    )
    .post(
      '/auth/2fa/enable',
      async ({ actor, body, set }) => {
        const { code } = readTexts(body, ['code'])
        const enabled = await enableTotp(ctx, staffOf(actor), code)
        if (enabled.outcome !== 'enabled') throw guessRefused(ctx, enabled)
        set.headers['cache-control'] = 'no-store'
        if (enabled.token !== null) set.headers['set-cookie'] = sessionCookie(ctx, enabled.token)
        return { recovery_codes: enabled.codes }
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, enrols: true, body: BODY_JSON },
        detail: {
          summary: 'The authenticator app counts from its first code on',
          description: 'All other sessions of the person end; this one goes on.',
          tags: TAGS,
          requestBody: jsonBody(CodeBody, { code: '123456' }),
          responses: {
            200: jsonAnswer('Codes for when the app is lost', CodesAnswer),
            ...refusals(...BODY_REFUSALS, ...STAFF_REFUSALS, 'SECOND_FACTOR_REQUIRED', 'CONFLICT', 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .post(
      '/auth/2fa/disable',
      async ({ actor, set }) => {
        const { token } = await disableTotp(ctx, staffOf(actor))
        if (token !== null) set.headers['set-cookie'] = sessionCookie(ctx, token)
        set.status = 204
      },
      {
        admit: { tier: 'write', signedIn: true, confirmed: true, body: BODY_NONE },
        detail: {
          summary: 'The authenticator app counts no more',
          description: 'All other sessions of the person end; this one goes on.',
          tags: TAGS,
          responses: {
            204: { description: 'It counts no more' },
            ...refusals(...STAFF_REFUSALS, 'SECOND_FACTOR_REQUIRED', 'CSRF_FAILED', 'CONFLICT'),
          },
        },
      },
    )
