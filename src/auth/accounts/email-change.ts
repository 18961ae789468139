import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { hashToken } from '#src/lib/keys.ts'
import { checkEmail, emailKey } from '#src/lib/names.ts'
import { canDeliver } from '#src/mail/model.ts'
import { postStaffMail } from '#src/mail/service.ts'
import { type Actor, type StaffActor, SYSTEM } from '#src/permissions.ts'
import { findAccountByEmail, lockAccount, updateEmail } from '#src/staff/service.ts'
import { endChallenges } from '../challenges.ts'
import { endOtherSessions } from '../sessions.ts'
import { deleteSessionsOf } from '../store.ts'
import {
  countEmailChanges,
  type EmailChange,
  endEmailChanges,
  findEmailChange,
  insertEmailChange,
  updateConfirmed,
} from './email-store.ts'
import { type FoundLink, useLink, useLinksOf } from './link-store.ts'
import { getLink } from './links.ts'
import { EMAIL_CHANGE_MS, EMAIL_CHANGES_A_DAY_MAX, type Side } from './model.ts'
import { lockRights } from './rights.ts'

const DAY_MS = 86_400_000

/**
 * Asks both addresses, the present one and the one to come, whether it may become the account's; what was asked before ends. Whether
 * somebody else has it is told to its holder alone, by mail: the answer here is the same (OWASP, "Authentication Cheat Sheet"). Throws
 * VALIDATION_FAILED (`email`), MAIL_NOT_SET_UP, CONFLICT after too many in a day.
 */
export async function requestEmailChange(ctx: AppContext, actor: StaffActor, typed: string): Promise<void> {
  const email = typed.trim()
  const wrong =
    checkEmail(email) ??
    (emailKey(email) === emailKey(actor.email) ? { code: 'same', message: m.accounts_email_same() } : undefined)
  if (wrong) throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'email', ...wrong }] })
  if (!canDeliver(ctx.config)) throw new AppError('MAIL_NOT_SET_UP')
  const id = Bun.randomUUIDv7()
  await ctx.db.write.begin(async (tx) => {
    const now = ctx.now()
    await lockAccount(tx, actor.id)
    const since = new Date(now.getTime() - DAY_MS)
    if ((await countEmailChanges(tx, actor.id, since, EMAIL_CHANGES_A_DAY_MAX)) >= EMAIL_CHANGES_A_DAY_MAX)
      throw new AppError('CONFLICT', { message: m.accounts_email_too_often() })
    await endChange(tx, actor.id, now)
    const expiresAt = new Date(now.getTime() + EMAIL_CHANGE_MS)
    await insertEmailChange(tx, { id, staffId: actor.id, email, emailKey: emailKey(email), expiresAt, now })
    await record(tx, { event: 'staff.email-change-requested', actor, subjectId: actor.id })
    const data = { staffId: actor.id, emailChangeId: id, newEmail: email, validUntil: expiresAt.toISOString() }
    await postStaffMail(tx, ctx, { kind: 'email_change', to: actor, data: { ...data, side: 'present' } })
    const other = await findAccountByEmail(tx, emailKey(email))
    if (other) await postStaffMail(tx, ctx, { kind: 'email_taken', to: { name: other.name || email, email }, data: {} })
    else
      await postStaffMail(tx, ctx, {
        kind: 'email_confirm',
        to: { name: actor.name, email },
        data: { ...data, side: 'coming' },
      })
  })
  ctx.log.info({ staffId: actor.id }, 'staff.email-change-requested')
}

/** Gives up what the account waits for. Returns whether there was anything. */
export const cancelEmailChange = (ctx: AppContext, actor: StaffActor): Promise<boolean> => cancel(ctx, actor.id, actor)

async function cancel(ctx: AppContext, staffId: string, actor: Actor): Promise<boolean> {
  const isEnded = await ctx.db.write.begin(async (tx) => {
    if (!(await endChange(tx, staffId, ctx.now()))) return false
    await record(tx, { event: 'staff.email-change-cancelled', actor, subjectId: staffId })
    return true
  })
  if (isEnded) ctx.log.info({ staffId }, 'staff.email-change-cancelled')
  return isEnded
}

async function endChange(tx: Queryable, staffId: string, now: Date): Promise<boolean> {
  await useLinksOf(tx, staffId, ['email'], now)
  return endEmailChanges(tx, staffId, now)
}

export type AskedEmail = { link: FoundLink; side: Side; change: EmailChange }

/** The change that a link asks about. Throws NOT_FOUND, LINK_EXPIRED. */
export const getEmailChange = (ctx: AppContext, token: string): Promise<AskedEmail> =>
  readChange(ctx.db.read, token, ctx.now())

async function readChange(sql: Queryable, token: string, now: Date): Promise<AskedEmail> {
  const link = await getLink(sql, 'email', token, now)
  const change = await findEmailChange(sql, link.emailChangeId!)
  if (!change || change.endedAt || change.expiresAt <= now) throw new AppError('LINK_EXPIRED')
  return { link, side: link.side!, change }
}

/** The other side has still to confirm; or the address is the account's, and the session that is left has this token. */
export type ConfirmedEmail = { outcome: 'waiting' } | { outcome: 'changed'; token: string | null }

/**
 * One of the two addresses says yes, once; with the second one the change happens: all sessions end but the one it is confirmed in, and the
 * former address is told. Throws as `getEmailChange` does, LINK_EXPIRED also where somebody took the address meanwhile.
 */
export async function confirmEmailChange(ctx: AppContext, token: string, actor: Actor): Promise<ConfirmedEmail> {
  const { link } = await getEmailChange(ctx, token)
  const { staffId } = link
  const confirmed = await ctx.db.write.begin(async (tx): Promise<ConfirmedEmail> => {
    const now = ctx.now()
    await lockRights(tx, SYSTEM)
    const { side, change } = await readChange(tx, token, now)
    if (!(await useLink(tx, hashToken(token), now))) throw new AppError('LINK_EXPIRED')
    await updateConfirmed(tx, change.id, side, now)
    await record(tx, { event: 'staff.email-confirmed', actor: SYSTEM, subjectId: staffId, data: { side } })
    const isOther = side === 'present' ? change.comingConfirmedAt : change.presentConfirmedAt
    if (!isOther) return { outcome: 'waiting' }
    if (await findAccountByEmail(tx, change.emailKey)) throw new AppError('LINK_EXPIRED')
    return { outcome: 'changed', token: await changeEmail(tx, ctx, change, link, actor) }
  })
  if (confirmed.outcome === 'changed') ctx.log.info({ staffId }, 'staff.email-changed')
  else ctx.log.info({ staffId }, 'staff.email-confirmed')
  return confirmed
}

async function changeEmail(
  tx: Queryable,
  ctx: AppContext,
  { staffId, email, emailKey: key }: EmailChange,
  former: FoundLink,
  actor: Actor,
): Promise<string | null> {
  await updateEmail(tx, staffId, email, key)
  await endEmailChanges(tx, staffId, ctx.now())
  await useLinksOf(tx, staffId, ['password', 'email'], ctx.now())
  await endChallenges(tx, staffId)
  const before = { email: former.email }
  await record(tx, { event: 'staff.email-changed', actor: SYSTEM, subjectId: staffId, before, after: { email } })
  await postStaffMail(tx, ctx, { kind: 'email_changed', to: former, data: { newEmail: email } })
  if (actor.kind === 'staff' && actor.id === staffId) return endOtherSessions(tx, actor)
  await deleteSessionsOf(tx, staffId)
  return null
}

/** The holder of an address says no: the change ends. Throws as `getEmailChange` does. */
export async function refuseEmailChange(ctx: AppContext, token: string): Promise<void> {
  const { link } = await getEmailChange(ctx, token)
  await cancel(ctx, link.staffId, SYSTEM)
}
