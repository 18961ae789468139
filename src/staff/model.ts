import { m } from '#messages'
import type { FieldError } from '#src/errors.ts'
import { checkEmail, checkPersonName, tidy, type Wrong } from '#src/lib/names.ts'
import { type Actor, type Grant, may, ROLE_NAMES, ROLES, type Role } from '#src/permissions.ts'
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

/** A name that may be left to the person, and the address to write to. */
export const checkInvited = ({ name, email }: { name: string; email: string }): FieldError[] =>
  [asError('name', name === '' ? undefined : checkPersonName(name)), asError('email', checkEmail(email))].filter(
    (error) => error !== undefined,
  )

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

/** A member of staff as others see them. */
export type StaffAccount = {
  id: string
  /** Empty while somebody who was invited has not said it. */
  name: string
  email: string
  /** No password was chosen yet. */
  isInvited: boolean
  disabledAt: Date | null
  createdAt: Date
  grants: readonly Grant[]
}

/** What those who may only invite can give. */
const GIVEN_BY_INVITERS: ReadonlySet<Role> = new Set(['viewer', 'reviewer'])

/** Whether every account is theirs to keep: the owner's, and the shell's. */
export const managesStaff = (actor: Actor): boolean => actor.kind === 'system' || may(actor, 'staff.manage')

/** Whether the actor may give, change or take this role there; `tournamentId` null: for all tournaments. */
export function mayGive(actor: Actor, role: Role, tournamentId: string | null): boolean {
  if (managesStaff(actor)) return true
  if (!GIVEN_BY_INVITERS.has(role)) return false
  return tournamentId === null ? invitesForAll(actor) : may(actor, 'staff.invite', tournamentId)
}

const invitesForAll = (actor: Actor): boolean =>
  actor.kind === 'staff' &&
  !actor.mustEnrol &&
  actor.grants.some(({ role, tournamentId }) => tournamentId === null && ROLES[role].includes('staff.invite'))

/** Whether the actor may change anything about this account: those who only invite keep off owners, administrators and themselves. */
export const mayChange = (actor: Actor, account: Pick<StaffAccount, 'id' | 'grants'>): boolean =>
  managesStaff(actor) ||
  (may(actor, 'staff.invite') &&
    actor.kind === 'staff' &&
    actor.id !== account.id &&
    account.grants.every(({ role }) => GIVEN_BY_INVITERS.has(role)))

/** Whether the actor may know of this account. */
export function seesAccount(actor: Actor, { grants }: Pick<StaffAccount, 'grants'>): boolean {
  const seen = seesStaffOf(actor)
  if (seen === null || seen === 'all') return seen === 'all'
  return grants.some(({ tournamentId }) => tournamentId === null || seen.includes(tournamentId))
}

/** Whose accounts the actor may see: all, those with a role in one of the tournaments they invite to, or (null) nobody's. */
export function seesStaffOf(actor: Actor): 'all' | string[] | null {
  if (may(actor, 'staff.manage') || (may(actor, 'staff.invite') && invitesForAll(actor))) return 'all'
  if (actor.kind !== 'staff' || !may(actor, 'staff.invite')) return null
  return actor.grants.flatMap(({ tournamentId }) =>
    tournamentId !== null && may(actor, 'staff.invite', tournamentId) ? [tournamentId] : [],
  )
}
