import type { FieldError } from '#src/errors.ts'

/** What became of a guess: what it opens, or what to say beside the field, or the seconds until the next one counts. */
export type Guess<Right> = Right | { outcome: 'wrong'; errors: FieldError[] } | { outcome: 'wait'; seconds: number }

/** A session ends when nobody used it for this long, or this long after the sign-in (OWASP ASVS 5, 7.3.1 and 7.3.2). */
export const SESSION_IDLE_MS = 12 * 3_600_000
export const SESSION_LIFE_MS = 14 * 86_400_000
/** How exactly the last use is known: a session's row is written at most this often. */
export const SEEN_EVERY_MS = 60_000
/** How long the one-time address for the first owner is good. */
export const SETUP_LIFE_MS = 30 * 60_000

/** Within this from the day the role was given, whoever needs a second factor signs in without one. */
export const ENROLMENT_GRACE_MS = 7 * 86_400_000

export const AFTER_SIGN_IN = '/admin'

const TOKEN = /^[A-Za-z0-9_-]{43}$/
const NEXT_LENGTH_MAX = 2000

/** Whether this can be one of our tokens at all: 256 bits in base64url. */
export const isToken = (value: string) => TOKEN.test(value)

/** Where to go after signing in: a path of this site, whatever the address asked for. */
export function safeNext(asked: string | undefined): string {
  if (asked === undefined || asked.length > NEXT_LENGTH_MAX || !asked.startsWith('/')) return AFTER_SIGN_IN
  const url = URL.parse(asked, 'http://here.invalid')
  if (url === null || url.origin !== 'http://here.invalid' || url.pathname.startsWith('//')) return AFTER_SIGN_IN
  return /^\/(?:sign-in|sign-out|confirm)(?:\/|$)/.test(url.pathname) ? AFTER_SIGN_IN : url.pathname + url.search
}
