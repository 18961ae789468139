import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { retryTransient } from '#src/db/retry.ts'
import { AppError } from '#src/errors.ts'
import { hashToken } from '#src/lib/keys.ts'
import { checkEmail, emailKey } from '#src/lib/names.ts'
import { countStaffMails, postStaffMail } from '#src/mail/service.ts'
import { type Actor, NOBODY, SYSTEM } from '#src/permissions.ts'
import type { StaffAccount } from '#src/staff/model.ts'
import { findAccountByEmail, getAccount, lockAccount, preparePassword, setPassword } from '#src/staff/service.ts'
import { doAfterwards } from '#src/vitals/afterwards.ts'
import { endChallenges } from '../challenges.ts'
import { guessAddress, guessSubject, isKnownBrowser } from '../known-browser.ts'
import { deleteSessionsOf } from '../store.ts'
import { endEmailChanges } from './email-store.ts'
import { requireDelivery, type Sending } from './invite.ts'
import { type FoundLink, useLink, useLinksOf } from './link-store.ts'
import { getLink, newStaffLink } from './links.ts'
import { KNOWN_RESETS_A_DAY_MAX, RESET_MS, RESETS_A_DAY_MAX } from './model.ts'
import { changeAccount, requireManaging } from './rights.ts'

const DAY_MS = 86_400_000

/**
 * Somebody asks for a new password. Whether the address has an account, and one that may sign in, is told by nothing, not even by time:
 * what is done about it begins when the answer is gone. Each asking counts as a wrong guess of the address asked for and of the network
 * asked from; a browser that the account knows is counted apart, so that no stranger uses up what it may ask for. Throws VALIDATION_FAILED
 * (`email`), RATE_LIMITED, MAIL_NOT_SET_UP.
 */
export async function requestReset(
  ctx: AppContext,
  typed: string,
  from: { address: string; knownBrowser?: string },
): Promise<void> {
  requireDelivery(ctx, 'mail')
  const email = typed.trim()
  const wrong = checkEmail(email)
  if (wrong) throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'email', ...wrong }] })
  const { guesses } = ctx.limits
  const key = emailKey(email)
  const address = guessAddress(ctx, key, from)
  const asked = await guesses.guess(guessSubject(ctx, key, from.knownBrowser, 'reset'), address, async () => undefined)
  if (asked.outcome === 'wait') {
    const { seconds } = asked
    const { usedUp } = guesses
    throw new AppError('RATE_LIMITED', {
      retryAfterSeconds: seconds,
      message: m.entry_link_wait({ seconds }),
      usedUp,
    })
  }
  const most = isKnownBrowser(ctx, key, from.knownBrowser) ? KNOWN_RESETS_A_DAY_MAX : RESETS_A_DAY_MAX
  doAfterwards(ctx.vitals, () => postReset(ctx, key, most))
}

async function postReset(ctx: AppContext, key: string, most: number): Promise<void> {
  try {
    const mails = await retryTransient(
      () =>
        ctx.db.write.begin(async (tx) => {
          const account = await findAccountByEmail(tx, key)
          if (!account || account.isInvited || account.disabledAt) return 0
          // One after another, so that many who ask at once do not overtake the count.
          await lockAccount(tx, account.id)
          const since = new Date(ctx.now().getTime() - DAY_MS)
          const posted = await countStaffMails(tx, 'password_reset', account, { since, most })
          if (posted >= most) return 0
          await mailReset(tx, ctx, account)
          await record(tx, { event: 'staff.reset-requested', actor: NOBODY, subjectId: account.id })
          return 1
        }),
      { safe: 'anyway' },
    )
    ctx.log.info({ mails }, 'staff.reset-requested')
  } catch (error) {
    ctx.log.error({ err: error }, 'staff.reset-request-failed')
  }
}

const mailReset = (tx: Parameters<typeof postStaffMail>[0], ctx: AppContext, account: StaffAccount) =>
  postStaffMail(tx, ctx, {
    kind: 'password_reset',
    to: account,
    data: { staffId: account.id, validUntil: new Date(ctx.now().getTime() + RESET_MS).toISOString() },
  })

/**
 * An address at which somebody chooses a new password, mailed to them or to be passed on: then its path. Throws NOT_FOUND, FORBIDDEN,
 * CONFLICT where they cannot sign in, MAIL_NOT_SET_UP.
 */
export async function issueReset(
  ctx: AppContext,
  actor: Actor,
  staffId: string,
  sending: Sending,
): Promise<string | undefined> {
  requireDelivery(ctx, sending)
  const path = await changeAccount(ctx, actor, staffId, async ({ tx, account, actor: present }) => {
    requireManaging(present)
    requireUsed(account)
    await record(tx, { event: 'staff.reset-issued', actor, subjectId: staffId, data: { by: sending } })
    const expiresAt = new Date(ctx.now().getTime() + RESET_MS)
    if (sending === 'link') return newStaffLink(tx, { staffId, purpose: 'password', expiresAt })
    await mailReset(tx, ctx, account)
    return undefined
  })
  ctx.log.info({ staffId, by: sending }, 'staff.reset-issued')
  return path
}

/** Whose password this link sets. Throws NOT_FOUND, LINK_EXPIRED. */
export const getReset = (ctx: AppContext, token: string): Promise<FoundLink> =>
  getLink(ctx.db.read, 'password', token, ctx.now())

/**
 * Sets a new password by a link, once; returns whose. All sessions end, and whoever it is signs in: the second factor is asked for as always.
 * Throws as `getReset` does, and VALIDATION_FAILED (`newPassword`).
 */
export async function resetPassword(ctx: AppContext, token: string, newPassword: string): Promise<{ email: string }> {
  const { staffId, name, email } = await getReset(ctx, token)
  const hash = await preparePassword(ctx, { name, email }, newPassword)
  await ctx.db.write.begin(async (tx) => {
    await getLink(tx, 'password', token, ctx.now())
    if (!(await useLink(tx, hashToken(token), ctx.now()))) throw new AppError('LINK_EXPIRED')
    await replacePassword(tx, ctx, staffId, hash, SYSTEM)
  })
  ctx.log.info({ staffId }, 'staff.password-reset')
  return { email }
}

/** Sets somebody's password from the shell. Throws VALIDATION_FAILED (`newPassword`), NOT_FOUND, CONFLICT as `issueReset`. */
export async function setPasswordOf(ctx: AppContext, staffId: string, newPassword: string): Promise<void> {
  const hash = await preparePassword(ctx, await getAccount(ctx.db.read, staffId), newPassword)
  await changeAccount(ctx, SYSTEM, staffId, ({ tx, account }) => {
    requireUsed(account)
    return replacePassword(tx, ctx, staffId, hash, SYSTEM)
  })
  ctx.log.info({ staffId }, 'staff.password-reset')
}

/** Throws CONFLICT for an account that nobody can sign in to, whatever its password. */
function requireUsed({ isInvited, disabledAt }: StaffAccount): void {
  if (isInvited) throw new AppError('CONFLICT', { message: m.accounts_is_invited() })
  if (disabledAt) throw new AppError('CONFLICT', { message: m.accounts_is_disabled() })
}

async function replacePassword(
  tx: Parameters<typeof setPassword>[0],
  ctx: AppContext,
  staffId: string,
  hash: string,
  actor: Actor,
): Promise<void> {
  await setPassword(tx, staffId, hash, actor)
  await deleteSessionsOf(tx, staffId)
  await endChallenges(tx, staffId)
  await useLinksOf(tx, staffId, ['password', 'email'], ctx.now())
  await endEmailChanges(tx, staffId, ctx.now())
}
