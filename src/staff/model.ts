import { m } from '#messages'
import type { FieldError } from '#src/errors.ts'
import { checkEmail, checkPersonName, tidy, type Wrong } from '#src/lib/names.ts'
import { ROLE_NAMES, type Role } from '#src/permissions.ts'
import { isCommonPassword } from './common-passwords.ts'

/** OWASP ASVS 5, 6.2.1 and 6.2.9: at least 8 characters (15 advised), and 64 or more must be allowed. */
export const PASSWORD_LENGTH = { min: 12, max: 128 } as const

export type NewStaff = { name: string; email: string; password: string; role: Role }

/** As it is stored; a password is never changed (ASVS 5, 6.2.8). */
export const tidyStaff = (given: NewStaff): NewStaff => ({
  ...given,
  name: tidy(given.name),
  email: given.email.trim(),
})

/** Every wrong field of a new account at once. `installation` is this server's own name, which no password may consist of. */
export function checkStaff(given: NewStaff, installation: string): FieldError[] {
  return [
    asError('name', checkPersonName(given.name)),
    asError('email', checkEmail(given.email)),
    asError('password', checkPassword(given.password, [given.name, given.email, installation])),
    asError(
      'role',
      ROLE_NAMES.includes(given.role)
        ? undefined
        : { code: 'role', message: m.staff_role({ roles: ROLE_NAMES.join(', ') }) },
    ),
  ].filter((error) => error !== undefined)
}

/** Any characters, no rule of composition (ASVS 5, 6.2.5); never one of the common ones or the person's own names (6.2.4, 6.2.11). */
export function checkPassword(password: string, ownWords: readonly string[]): Wrong | undefined {
  const { min, max } = PASSWORD_LENGTH
  const length = [...password].length
  if (length === 0) return { code: 'required', message: m.staff_password_required() }
  if (length < min || length > max) return { code: 'length', message: m.staff_password_length({ min, max }) }
  if (isCommonPassword(password, ownWords)) return { code: 'common', message: m.staff_password_common() }
  return undefined
}

const asError = (field: string, wrong: Wrong | undefined): FieldError | undefined => wrong && { field, ...wrong }
