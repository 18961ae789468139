import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { emailKey } from '#src/lib/names.ts'
import { type Actor, idOf, type Role, SYSTEM } from '#src/permissions.ts'
import { checkPassword, checkStaff, type NewStaff, type StaffAccount, tidyStaff } from './model.ts'
import { hashInTurn, hashPassword, inTurn, isOutdated, isPassword } from './passwords.ts'
import * as store from './store.ts'

export type { Credentials } from './store.ts'

/** As we write them: ids are compared letter by letter. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** An account that passed its checks, its password hashed. */
export type PreparedStaff = store.StaffRow & { passwordHash: string; role: Role }

/** Adds an account whose role counts for all tournaments; returns its id. Throws VALIDATION_FAILED with every wrong field. */
export async function addStaff(ctx: AppContext, given: NewStaff, actor: Actor = SYSTEM): Promise<string> {
  const prepared = await prepareStaff(ctx, given)
  await ctx.db.write.begin((tx) => insertStaff(tx, prepared, actor))
  ctx.log.info({ staffId: prepared.id, role: prepared.role, actorId: idOf(actor) }, 'staff.added')
  return prepared.id
}

/** Checks a new account and hashes its password: the slow part, done before a transaction. Throws VALIDATION_FAILED. */
export async function prepareStaff(ctx: AppContext, given: NewStaff): Promise<PreparedStaff> {
  const staff = tidyStaff(given)
  const errors = checkStaff(staff, ctx.config.appTitle)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  const { name, email, role } = staff
  return {
    id: Bun.randomUUIDv7(),
    name,
    email,
    emailKey: emailKey(email),
    role,
    passwordHash: await hashPassword(staff.password),
  }
}

/** The role counts for a tournament, or for all (null). Throws VALIDATION_FAILED where somebody has the e-mail already, ignoring case. */
export async function insertStaff(
  tx: Queryable,
  staff: PreparedStaff,
  actor: Actor,
  tournamentId: string | null = null,
): Promise<void> {
  if (!(await store.insertStaff(tx, staff)))
    throw new AppError('VALIDATION_FAILED', {
      errors: [{ field: 'email', code: 'taken', message: m.staff_email_taken() }],
    })
  await store.insertRole(tx, staff.id, staff.role, tournamentId)
  const about = { actor, tournamentId: tournamentId ?? undefined, subjectId: staff.id }
  await record(tx, { event: 'staff.added', ...about, data: { role: staff.role } })
}

/**
 * The account of this e-mail if the password is its own, disabled or not; the same time is taken for unknown ones. `noteTried` hears whose
 * it is before the password is looked at.
 */
export async function findByPassword(
  ctx: AppContext,
  email: string,
  password: string,
  noteTried: (staffId: string) => void = () => {},
): Promise<store.Credentials | undefined> {
  const staff = await store.findCredentialsByEmail(ctx.db.read, emailKey(email))
  if (staff) noteTried(staff.id)
  const matches = await isPassword(password, staff?.passwordHash)
  if (!matches || !staff) return undefined
  const former = staff.passwordHash!
  if (!isOutdated(former)) return staff
  const passwordHash = await hashInTurn(password)
  await store.renewHash(ctx.db.read, staff.id, former, passwordHash)
  return { ...staff, passwordHash }
}

/**
 * Whether these still are the credentials of an account that may sign in; they stay so to the end of the transaction. Checking a password
 * takes a while, in which somebody else may change it.
 */
export const holdCredentials = (tx: Queryable, { id, passwordHash }: store.Credentials): Promise<boolean> =>
  store.lockCredentials(tx, id, passwordHash!)

export type Person = Pick<store.Credentials, 'id' | 'name' | 'email' | 'isDisabled'>

export const findPerson = (sql: Queryable, id: string): Promise<Person | undefined> => store.findCredentials(sql, id)

/** Whether the account may sign in; neither that nor its password changes until the transaction ends. */
export const holdPerson = (tx: Queryable, id: string): Promise<boolean> => store.lockEnabled(tx, id)

/** Whether this is the person's present password. */
export async function hasPassword(ctx: AppContext, staffId: string, password: string): Promise<boolean> {
  const staff = await store.findCredentials(ctx.db.read, staffId)
  return isPassword(password, staff?.passwordHash)
}

/** Checks a new password and hashes it. Throws VALIDATION_FAILED, naming the field `newPassword`. */
export async function preparePassword(
  ctx: AppContext,
  person: { name: string; email: string },
  password: string,
): Promise<string> {
  const wrong = checkPassword(password, [person.name, person.email, ctx.config.appTitle])
  if (wrong) throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'newPassword', ...wrong }] })
  return hashPassword(password)
}

/** Puts a prepared password in place of the present one. */
export async function setPassword(tx: Queryable, staffId: string, passwordHash: string, actor: Actor): Promise<void> {
  await store.updatePassword(tx, staffId, passwordHash)
  await record(tx, { event: 'staff.password-changed', actor, subjectId: staffId })
}

export const hasOwner = async (sql: Queryable): Promise<boolean> => (await store.findOwner(sql)) !== undefined

/** A member of staff. Throws NOT_FOUND. */
export async function getAccount(sql: Queryable, id: string): Promise<StaffAccount> {
  const person = UUID.test(id) ? await store.findAccount(sql, id) : undefined
  if (!person) throw new AppError('NOT_FOUND')
  return person
}

/** Makes an account without a password, for whoever accepts. Returns its id; undefined where somebody has the e-mail already. */
export async function insertInvited(
  tx: Queryable,
  { name, email }: { name: string; email: string },
): Promise<string | undefined> {
  const id = Bun.randomUUIDv7()
  const isNew = await store.insertStaff(tx, { id, name, email, emailKey: emailKey(email), passwordHash: null })
  return isNew ? id : undefined
}

export {
  deleteInvited,
  deleteRole,
  findAccountByEmail,
  listOwners,
  lockAccount,
  putRole,
  updateAccepted,
  updateDisabled,
  updateEmail,
  updateName,
} from './store.ts'
export { inTurn }
