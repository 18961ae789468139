import { m } from '#messages'
import { AppError, type FieldError } from '#src/errors.ts'

/** How long an access token opens anything by itself; the session behind it may end earlier, and is asked about every time. */
export const ACCESS_TOKEN_SECONDS = 10 * 60
/** How far the clocks of two of our processes may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 5
/** A client that refreshes when it has to needs some 2,000 in the longest life of a session. */
export const REFRESH_TOKENS_KEPT_MAX = 3000

/** What a program is given when it signed in, or refreshed. */
export type Tokens = { accessToken: string; refreshToken: string }

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

function wrongText(field: string, value: unknown): FieldError | undefined {
  if (value === undefined || value === null || value === '')
    return { field, code: 'required', message: m.auth_field_required() }
  if (typeof value !== 'string') return { field, code: 'type', message: m.auth_field_text() }
  if (value.length > FIELD_LENGTH_MAX)
    return { field, code: 'length', message: m.auth_field_long({ max: FIELD_LENGTH_MAX }) }
  return undefined
}
