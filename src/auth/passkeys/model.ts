import { m } from '#messages'
import type { FieldError } from '#src/errors.ts'
import { tidy } from '#src/lib/names.ts'

/** Of one person. */
export const PASSKEYS_MAX = 10
export const PASSKEY_NAME_LENGTH_MAX = 60

/** For whom a passkey is made (WebAuthn Level 3, section 5.1.3): a name of the site's address, and the whole origin. */
export type Party = { id: string; origin: string }

/**
 * Undefined where browsers make no passkeys: at an address that is a number, or has no https, this machine's own aside (WebAuthn Level 3,
 * section 5: secure contexts; section 4: an RP id is a domain).
 */
export function partyOf(origin: string): Party | undefined {
  const url = URL.parse(origin)
  if (!url || /^\[|^[\d.]+$/.test(url.hostname)) return undefined
  const isSecure = url.protocol === 'https:' || url.hostname === 'localhost' || url.hostname.endsWith('.localhost')
  return isSecure ? { id: url.hostname, origin: url.origin } : undefined
}

/** What somebody calls their passkey, tidied, or what is wrong with it. */
export function readPasskeyName(typed: string): { name: string } | { errors: FieldError[] } {
  const name = tidy(typed)
  if (name === '') return { errors: [{ field: 'name', code: 'required', message: m.passkey_name_required() }] }
  if ([...name].length > PASSKEY_NAME_LENGTH_MAX || /\p{Cc}/u.test(name)) {
    const message = m.passkey_name_length({ max: PASSKEY_NAME_LENGTH_MAX })
    return { errors: [{ field: 'name', code: 'length', message }] }
  }
  return { name }
}
