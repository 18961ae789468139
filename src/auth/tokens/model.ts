import { type Static, Type as t } from '@sinclair/typebox'
import { m } from '#messages'
import { AppError, type FieldError } from '#src/errors.ts'
import { checkEmail } from '#src/lib/names.ts'

/** How long an access token opens anything by itself; the session behind it may end earlier, and is asked about every time. */
export const ACCESS_TOKEN_SECONDS = 10 * 60
/** How far the clocks of two of our processes may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 5
/** Sessions of one person's programs: whoever signs in anew for each request ends their own oldest. */
export const PROGRAMS_MAX = 100
/** A client that refreshes when it has to needs some 2,000 in the longest life of a session. */
export const REFRESH_TOKENS_KEPT_MAX = 3000

/** What a program is given when it signed in, or refreshed. */
export type Tokens = { accessToken: string; refreshToken: string }

export const LoginBody = t.Object(
  {
    email: t.String({ format: 'email' }),
    password: t.String(),
  },
  { title: 'Login' },
)
/** The same as OAuth 2.0 has it (RFC 6749, section 4.3.2). */
export const LoginForm = t.Object(
  {
    grant_type: t.Optional(t.Literal('password')),
    username: t.String({ format: 'email' }),
    password: t.String(),
  },
  { title: 'LoginForm' },
)

export const TokensAnswer = t.Object(
  {
    access_token: t.String({ description: 'Shown with each request: Authorization: Bearer …' }),
    refresh_token: t.String({ description: 'Good once, for the next pair.' }),
    token_type: t.Literal('bearer'),
    expires_in: t.Integer({ description: 'Seconds that the access token is good for.' }),
    requires_2fa: t.Literal(false),
    setup_required: t.Optional(
      t.Literal(true, { description: 'A second factor has to be set up: the token opens nothing else.' }),
    ),
  },
  { title: 'Tokens' },
)
export type TokensAnswer = Static<typeof TokensAnswer>

export const ChallengeAnswer = t.Object(
  {
    requires_2fa: t.Literal(true),
    challenge_token: t.String({ description: 'For auth/2fa/verify, with a code.' }),
    expires_in: t.Integer({ description: 'Seconds that the code is waited for.' }),
  },
  { title: 'Challenge' },
)
export type ChallengeAnswer = Static<typeof ChallengeAnswer>

export const VerifyBody = t.Object(
  { challenge_token: t.String(), code: t.String({ description: 'Of the authenticator app, or a recovery code.' }) },
  { title: 'Verify' },
)
export const RefreshBody = t.Object({ refresh_token: t.String() }, { title: 'Refresh' })

const FIELD_LENGTH_MAX = 1000

/**
 * Text fields of a JSON object or a form, each of which has to be there; whatever else there is is not looked at.
 * Throws VALIDATION_FAILED with every missing or malformed one.
 */
export function readTexts<Name extends string>(body: unknown, names: readonly Name[]): Record<Name, string> {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const errors = names.map((name) => wrongText(name, given[name])).filter((error) => error !== undefined)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  return Object.fromEntries(names.map((name) => [name, given[name]])) as Record<Name, string>
}

/** E-mail and password, as JSON or as the form of OAuth 2.0 names them. Throws VALIDATION_FAILED with every missing or malformed field. */
export function readLogin(body: unknown, isForm: boolean): { email: string; password: string } {
  const name = isForm ? 'username' : 'email'
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const email = wrongText(name, given[name]) ?? wrongEmail(name, String(given[name]))
  const password = wrongText('password', given.password)
  const isOther = isForm && given.grant_type !== undefined && given.grant_type !== 'password'
  const grant = isOther ? { field: 'grant_type', code: 'choice', message: m.auth_grant_type() } : undefined
  const errors = [grant, email, password].filter((error) => error !== undefined)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  return { email: String(given[name]), password: String(given.password) }
}

function wrongEmail(field: string, email: string): FieldError | undefined {
  const wrong = checkEmail(email.trim())
  return wrong && { field, ...wrong }
}

function wrongText(field: string, value: unknown): FieldError | undefined {
  if (value === undefined || value === null || value === '')
    return { field, code: 'required', message: m.auth_field_required() }
  if (typeof value !== 'string') return { field, code: 'type', message: m.auth_field_text() }
  if (value.length > FIELD_LENGTH_MAX)
    return { field, code: 'length', message: m.auth_field_long({ max: FIELD_LENGTH_MAX }) }
  return undefined
}
