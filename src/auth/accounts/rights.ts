import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may, type Role } from '#src/permissions.ts'
import { managesStaff, mayChange, mayGive, type StaffAccount, seesAccount } from '#src/staff/model.ts'
import { deleteRole, getAccount, hasOwner, putRole, updateDisabled } from '#src/staff/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { endChallenges } from '../challenges.ts'
import { removeFactors } from '../factors/service.ts'
import { endOtherSessions } from '../sessions.ts'
import { deleteSessionsOf } from '../store.ts'
import { endEmailChanges } from './email-store.ts'
import { useLinksOf } from './link-store.ts'
import { LINK_PURPOSES, type RoleGiven } from './model.ts'

/** All changes of who may do what happen one after another. */
const LOCKED = 'rights'

type Changing = { tx: Queryable; account: StaffAccount; actor: Actor }

/**
 * Changes one account, alone: nobody else's rights change meanwhile, and the actor's are read again, as somebody may just have taken them.
 * Throws NOT_FOUND, FORBIDDEN; CONFLICT where nobody could sign in as owner afterwards.
 */
export async function changeAccount<T>(
  ctx: AppContext,
  actor: Actor,
  staffId: string,
  change: (changing: Changing) => Promise<T>,
): Promise<T> {
  const changing = ctx.db.write.begin(async (tx) => {
    const present = await lockRights(tx, actor)
    const account = await getAccount(tx, staffId)
    if (may(present, 'staff.invite') && !seesAccount(present, account)) throw new AppError('NOT_FOUND')
    if (!mayChange(present, account)) throw new AppError('FORBIDDEN')
    const hadOwner = await hasOwner(tx)
    const changed = await change({ tx, account, actor: present })
    if (hadOwner && !(await hasOwner(tx))) throw new AppError('CONFLICT', { message: m.accounts_last_owner() })
    return changed
  })
  return changing as Promise<T>
}

/** Waits until nobody else changes rights; the actor with those they still have. Throws FORBIDDEN where their account is disabled. */
export async function lockRights(tx: Queryable, actor: Actor): Promise<Actor> {
  await takeLock(tx, 'accounts', LOCKED)
  if (actor.kind !== 'staff') return actor
  const { grants, disabledAt } = await getAccount(tx, actor.id)
  if (disabledAt) throw new AppError('FORBIDDEN')
  return { ...actor, grants }
}

/**
 * Gives a role for a tournament, or for all, in place of what the person has there; an owner is one everywhere. Their sessions end; one's
 * own goes on under the token that is returned. Throws NOT_FOUND, FORBIDDEN, CONFLICT (the last owner).
 */
export async function giveRole(
  ctx: AppContext,
  actor: Actor,
  staffId: string,
  given: RoleGiven,
): Promise<string | null> {
  const { role } = given
  const tournamentId = role === 'owner' ? null : given.tournamentId
  if (tournamentId !== null) await getTournament(ctx, tournamentId)
  const token = await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    const before = roleIn(account, tournamentId)
    if (before === role) return null
    requireGiving(present, [role, ...(before ? [before] : [])], tournamentId)
    await putRole(tx, staffId, role, tournamentId, ctx.now())
    return changed(tx, actor, staffId, { tournamentId, before, after: role, now: ctx.now() })
  })
  ctx.log.info({ staffId, role }, 'staff.role-changed')
  return token
}

/** Takes what the person has for a tournament, or for all. As `giveRole`. */
export async function takeRole(
  ctx: AppContext,
  actor: Actor,
  staffId: string,
  tournamentId: string | null,
): Promise<string | null> {
  const token = await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    const before = roleIn(account, tournamentId)
    if (!before) throw new AppError('NOT_FOUND')
    requireGiving(present, [before], tournamentId)
    await deleteRole(tx, staffId, tournamentId)
    return changed(tx, actor, staffId, { tournamentId, before, after: null, now: ctx.now() })
  })
  ctx.log.info({ staffId, role: null }, 'staff.role-changed')
  return token
}

const roleIn = (account: StaffAccount, tournamentId: string | null): Role | null =>
  account.grants.find((grant) => grant.tournamentId === tournamentId)?.role ?? null

function requireGiving(actor: Actor, roles: readonly Role[], tournamentId: string | null): void {
  if (!roles.every((role) => mayGive(actor, role, tournamentId))) throw new AppError('FORBIDDEN')
}

type RoleChange = { tournamentId: string | null; before: Role | null; after: Role | null; now: Date }

/** One's own session goes on under another token, which is returned. */
async function changed(
  tx: Queryable,
  actor: Actor,
  staffId: string,
  { tournamentId, before, after, now }: RoleChange,
): Promise<string | null> {
  const about = { event: 'staff.role-changed', actor, subjectId: staffId, tournamentId: tournamentId ?? undefined }
  await record(tx, { ...about, before: { role: before }, after: { role: after } })
  if (actor.kind === 'staff' && actor.id === staffId) return endOtherSessions(tx, actor)
  await endSessionsAndInvitations(tx, staffId, now)
  return null
}

/** Whoever holds a link to an account, or a session of it, holds it with the rights that it had then. */
export async function endSessionsAndInvitations(tx: Queryable, staffId: string, now: Date): Promise<void> {
  await deleteSessionsOf(tx, staffId)
  await useLinksOf(tx, staffId, ['invitation'], now)
}

/** Sessions and links end at once. Throws NOT_FOUND, FORBIDDEN, CONFLICT (oneself, the last owner, somebody only invited). */
export async function disableAccount(ctx: AppContext, actor: Actor, staffId: string): Promise<void> {
  await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    requireManaging(present)
    if (actor.kind === 'staff' && actor.id === staffId)
      throw new AppError('CONFLICT', { message: m.accounts_not_oneself() })
    if (account.isInvited) throw new AppError('CONFLICT', { message: m.accounts_is_invited() })
    if (account.disabledAt) return
    await updateDisabled(tx, staffId, ctx.now())
    await deleteSessionsOf(tx, staffId)
    await endChallenges(tx, staffId)
    await useLinksOf(tx, staffId, LINK_PURPOSES, ctx.now())
    await endEmailChanges(tx, staffId, ctx.now())
    await record(tx, { event: 'staff.disabled', actor, subjectId: staffId })
  })
  ctx.log.info({ staffId }, 'staff.disabled')
}

/** Lets somebody sign in again, with the password and the roles they had. Throws NOT_FOUND, FORBIDDEN. */
export async function enableAccount(ctx: AppContext, actor: Actor, staffId: string): Promise<void> {
  await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    requireManaging(present)
    if (!account.disabledAt) return
    await updateDisabled(tx, staffId, null)
    await record(tx, { event: 'staff.enabled', actor, subjectId: staffId })
  })
  ctx.log.info({ staffId }, 'staff.enabled')
}

/** Takes every second factor from somebody who lost theirs; their sessions end. Throws NOT_FOUND, FORBIDDEN. */
export async function removeFactorsOf(ctx: AppContext, actor: Actor, staffId: string): Promise<void> {
  await changeAccount(ctx, actor, staffId, async ({ tx, actor: present }) => {
    requireManaging(present)
    await removeFactors(tx, staffId, actor)
  })
  ctx.log.info({ staffId }, 'staff.factors-removed')
}

/** Throws FORBIDDEN. */
export function requireManaging(actor: Actor): void {
  if (!managesStaff(actor)) throw new AppError('FORBIDDEN')
}
