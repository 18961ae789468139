import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { emailKey, tidy } from '#src/lib/names.ts'
import { canDeliver } from '#src/mail/model.ts'
import { countStaffMails, postStaffMail } from '#src/mail/service.ts'
import type { Actor, Role, StaffActor } from '#src/permissions.ts'
import { checkInvited, managesStaff, mayGive, type StaffAccount } from '#src/staff/model.ts'
import { deleteInvited, findAccountByEmail, insertInvited, putRole } from '#src/staff/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { roleWord } from '#views/staff/words.ts'
import { newStaffLink } from './links.ts'
import { INVITATION_MS, INVITATIONS_A_DAY_MAX, type RoleGiven } from './model.ts'
import { changeAccount, endSessionsAndInvitations, lockRights } from './rights.ts'

const DAY_MS = 86_400_000

/** How an address reaches its person: by mail, or by whoever asked for it. */
export type Sending = 'mail' | 'link'
export type NewInvitation = RoleGiven & { email: string; name: string; sending: Sending }
/** `path` is the address to pass on; `added`: the person has an account, and the role was added to it. */
export type Invited = { outcome: 'mailed' } | { outcome: 'link'; path: string } | { outcome: 'added' }

/**
 * Makes an account that its person has still to accept, with one role. Where somebody has the e-mail already, those who keep all accounts
 * are told so; those who may only invite see none of it: the role is added to what the person has. Throws VALIDATION_FAILED (`email`,
 * `name`), FORBIDDEN, NOT_FOUND, MAIL_NOT_SET_UP.
 */
export async function invite(ctx: AppContext, actor: StaffActor, given: NewInvitation): Promise<Invited> {
  const { role, sending } = given
  const person = { name: tidy(given.name), email: given.email.trim() }
  const tournamentId = role === 'owner' ? null : given.tournamentId
  if (tournamentId !== null) await getTournament(ctx, tournamentId)
  const errors = checkInvited(person)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  requireDelivery(ctx, sending)
  const invited = await ctx.db.write.begin(async (tx) => {
    const present = await lockRights(tx, actor)
    if (!mayGive(present, role, tournamentId)) throw new AppError('FORBIDDEN')
    const id = await insertInvited(tx, person)
    if (id === undefined) {
      if (managesStaff(present)) throw new AppError('VALIDATION_FAILED', { errors: [taken()] })
      return addRole({ tx, ctx, actor, present }, person.email, { role, tournamentId, sending })
    }
    await putRole(tx, id, role, tournamentId, ctx.now())
    await record(tx, { event: 'staff.invited', actor, subjectId: id, ...of(tournamentId), data: { role } })
    const account = { id, ...person, grants: [{ role, tournamentId }] }
    return send({ tx, ctx, actor, present }, account, { role, tournamentId, sending })
  })
  ctx.log.info({ role, outcome: invited.outcome, actorId: actor.id }, 'staff.invited')
  return invited
}

const taken = () => ({ field: 'email', code: 'taken', message: m.staff_email_taken() })
const of = (tournamentId: string | null) => (tournamentId === null ? {} : { tournamentId })

type Inviting = RoleGiven & { sending: Sending }
/** `present`: the actor with the rights of this moment. */
type Doing = { tx: Queryable; ctx: AppContext; actor: StaffActor; present: Actor }

/** What somebody has in that tournament, or for all, stays: it may be more. */
async function addRole(doing: Doing, email: string, inviting: Inviting): Promise<Invited> {
  const { tx, ctx, actor, present } = doing
  const { role, tournamentId } = inviting
  const account = (await findAccountByEmail(tx, emailKey(email)))!
  const hasOne = account.grants.some((held) => held.tournamentId === null || held.tournamentId === tournamentId)
  if (!hasOne) {
    await putRole(tx, account.id, role, tournamentId, ctx.now())
    await endSessionsAndInvitations(tx, account.id, ctx.now())
  }
  const event = { event: 'staff.invited', actor, subjectId: account.id, ...of(tournamentId) }
  await record(tx, { ...event, data: { role: hasOne ? null : role } })
  if (account.isInvited) {
    const sending = givesAll(present, account) ? inviting.sending : 'mail'
    if (sending === 'link' || canDeliver(ctx.config)) return send(doing, account, { ...inviting, sending })
  } else if (
    !hasOne &&
    !account.disabledAt &&
    canDeliver(ctx.config) &&
    (await mayWrite(doing, 'staff_role_given', email))
  )
    await postStaffMail(tx, ctx, {
      kind: 'staff_role_given',
      to: account,
      ...of(tournamentId),
      data: { inviterName: actor.name, role: roleWord(role) },
    })
  return { outcome: 'added' }
}

/** Whether the address was not yet written to so often that it fills. */
async function mayWrite(
  { tx, ctx }: Doing,
  kind: 'staff_invited' | 'staff_role_given',
  email: string,
): Promise<boolean> {
  const since = new Date(ctx.now().getTime() - DAY_MS)
  const posted = await countStaffMails(tx, kind, { email }, { since, most: INVITATIONS_A_DAY_MAX })
  return posted < INVITATIONS_A_DAY_MAX
}

/** Whether every role of the account is the actor's to give: then what opens it may be shown to them, as it opens nothing else. */
const givesAll = (actor: Actor, { grants }: Pick<StaffAccount, 'grants'>): boolean =>
  grants.every(({ role, tournamentId }) => mayGive(actor, role, tournamentId))

/** Throws FORBIDDEN for a link to an account that may do more than the actor may give, CONFLICT after too many mails to it in a day. */
async function send(
  doing: Doing,
  account: Pick<StaffAccount, 'id' | 'name' | 'email' | 'grants'>,
  { role, tournamentId, sending }: Inviting,
): Promise<Invited> {
  const { tx, ctx, actor, present } = doing
  const { id, name, email } = account
  const expiresAt = new Date(ctx.now().getTime() + INVITATION_MS)
  if (sending === 'link') {
    if (!givesAll(present, account)) throw new AppError('FORBIDDEN', { message: m.accounts_invited_by_others() })
    const path = await newStaffLink(tx, { staffId: id, purpose: 'invitation', expiresAt })
    return { outcome: 'link', path: path! }
  }
  if (!(await mayWrite(doing, 'staff_invited', email)))
    throw new AppError('CONFLICT', { message: m.accounts_invited_too_often() })
  await postStaffMail(tx, ctx, {
    kind: 'staff_invited',
    to: { name: name || email, email },
    ...of(tournamentId),
    data: {
      staffId: id,
      inviterName: actor.name,
      role: roleWord(role),
      validUntil: expiresAt.toISOString(),
    },
  })
  return { outcome: 'mailed' }
}

/** A further address for somebody who has not accepted. Throws NOT_FOUND, FORBIDDEN, CONFLICT, MAIL_NOT_SET_UP. */
export async function inviteAgain(
  ctx: AppContext,
  actor: StaffActor,
  staffId: string,
  sending: Sending,
): Promise<Invited> {
  requireDelivery(ctx, sending)
  const invited = await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    requireInvited(account)
    const { role, tournamentId } = account.grants[0] ?? { role: 'viewer' as Role, tournamentId: null }
    await record(tx, { event: 'staff.invited-again', actor, subjectId: staffId })
    return send({ tx, ctx, actor, present }, account, { role, tournamentId, sending })
  })
  ctx.log.info({ staffId, actorId: actor.id }, 'staff.invited-again')
  return invited
}

/** The account goes, as nobody ever used it. Throws NOT_FOUND, CONFLICT, FORBIDDEN (also where others invited the same person). */
export async function withdrawInvitation(ctx: AppContext, actor: StaffActor, staffId: string): Promise<void> {
  await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    requireInvited(account)
    if (!givesAll(present, account)) throw new AppError('FORBIDDEN', { message: m.accounts_invited_by_others() })
    await deleteInvited(tx, staffId)
    await record(tx, { event: 'staff.invitation-withdrawn', actor, subjectId: staffId })
  })
  ctx.log.info({ staffId, actorId: actor.id }, 'staff.invitation-withdrawn')
}

function requireInvited({ isInvited }: StaffAccount): void {
  if (!isInvited) throw new AppError('CONFLICT', { message: m.accounts_not_invited() })
}

export function requireDelivery(ctx: AppContext, sending: Sending): void {
  if (sending === 'mail' && !canDeliver(ctx.config)) throw new AppError('MAIL_NOT_SET_UP')
}
