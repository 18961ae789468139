import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { postStaffMail } from '#src/mail/service.ts'
import { type Actor, type StaffActor, SYSTEM } from '#src/permissions.ts'
import { findPerson } from '#src/staff/service.ts'
import { endChallenges } from '../challenges.ts'
import type { Guess } from '../model.ts'
import * as passkeys from '../passkeys/store.ts'
import { endOtherSessions } from '../sessions.ts'
import { deleteSessionsOf } from '../store.ts'
import { tidyTotpCode } from './model.ts'
import { makeRecoveryCodes, tidyRecoveryCode, useRecoveryCode } from './recovery.ts'
import * as store from './store.ts'
import { newSecret, stepOf, totpAddress } from './totp.ts'

export { findFactors } from './store.ts'

/** What goes on after a factor was set up: the codes, shown once, and the browser's session's next token; null of a program's. */
export type Enrolled = { codes: string[]; token: string | null }

/**
 * Takes a code of the person's authenticator app, or uses up one of their recovery codes; each is good once. After too many wrong ones, of
 * the person or from the address, the answer is how long to wait.
 */
export async function checkFactor(
  ctx: AppContext,
  staffId: string,
  code: string,
  address: string,
): Promise<Guess<{ outcome: 'right' }>> {
  const take = () => ctx.db.write.begin((tx) => takeCode(tx, ctx, staffId, code))
  const guess = await guessFactor(ctx, staffId, address, async () => (await take()) || undefined)
  return guess.outcome === 'right' ? { outcome: 'right' } : guess
}

/** One guess at somebody's second factor, counted like all others of theirs; `check` gives what it opens. */
export async function guessFactor<T>(
  ctx: AppContext,
  staffId: string,
  address: string | undefined,
  check: () => Promise<T | undefined>,
): Promise<Guess<{ outcome: 'right'; right: T }>> {
  const guess = await ctx.limits.guesses.guess(`second factor ${staffId}`, address, check)
  if (guess.outcome === 'right') return guess
  ctx.log.warn({ staffId, outcome: guess.outcome }, 'factor.refused')
  return guess.outcome === 'wait' ? guess : { outcome: 'wrong', errors: [wrongCode()] }
}

/** Whether it was a code of theirs, which is good no more. In the caller's transaction, so that it stays good when that fails. */
export async function takeCode(tx: Queryable, ctx: AppContext, staffId: string, typed: string): Promise<boolean> {
  const code = tidyTotpCode(typed)
  if (code !== undefined) return takeTotpCode(tx, ctx, staffId, code)
  const recoveryCode = tidyRecoveryCode(typed)
  const left = recoveryCode && (await useRecoveryCode(tx, ctx, staffId, recoveryCode))
  if (typeof left !== 'number') return false
  const person = await findPerson(tx, staffId)
  await record(tx, { event: 'factor.recovery-code-used', actor: SYSTEM, subjectId: staffId, data: { left } })
  if (person) await postStaffMail(tx, ctx, { kind: 'recovery_code_used', to: person, data: { left: String(left) } })
  return true
}

async function takeTotpCode(tx: Queryable, ctx: AppContext, staffId: string, code: string): Promise<boolean> {
  const row = await store.findTotp(tx, staffId)
  const secret = row?.isConfirmed ? ctx.keys.decrypt(row.secret) : undefined
  const step = secret && stepOf(ctx, secret, code)
  // Written anew, what was encrypted under SECRET_KEY_OLD is under the present key from then on.
  return typeof step === 'number' && store.updateStep(tx, staffId, step, ctx.keys.encrypt(secret!))
}

/** A secret for an authenticator app, in base32 and as an address; it counts once `enableTotp` was given its code. Throws CONFLICT where an app counts already. */
export async function beginTotp(ctx: AppContext, actor: StaffActor): Promise<{ secret: string; uri: string }> {
  const secret = newSecret()
  if (!(await store.insertTotp(ctx.db.read, actor.id, ctx.keys.encrypt(secret)))) throw new AppError('CONFLICT')
  return { secret, uri: totpAddress(secret, { site: ctx.config.appTitle, email: actor.email }) }
}

/** The secret that `beginTotp` gave out and nobody confirmed yet. */
export async function findBegunTotp(
  ctx: AppContext,
  actor: StaffActor,
): Promise<{ secret: string; uri: string } | undefined> {
  const row = await store.findTotp(ctx.db.read, actor.id)
  const secret = row && !row.isConfirmed ? ctx.keys.decrypt(row.secret) : undefined
  return secret === undefined
    ? undefined
    : { secret, uri: totpAddress(secret, { site: ctx.config.appTitle, email: actor.email }) }
}

/**
 * Lets the app's codes count from its first right one on; the person's other sessions end, and this one goes on under a new token. The
 * recovery codes are new. Throws CONFLICT where no app is being set up.
 */
export async function enableTotp(
  ctx: AppContext,
  actor: StaffActor,
  code: string,
): Promise<Guess<{ outcome: 'enabled' } & Enrolled>> {
  const row = await store.findTotp(ctx.db.read, actor.id)
  const secret = row && !row.isConfirmed ? ctx.keys.decrypt(row.secret) : undefined
  if (!row || secret === undefined) throw new AppError('CONFLICT')
  const guess = await guessFactor(ctx, actor.id, undefined, async () => {
    const digits = tidyTotpCode(code)
    return digits === undefined ? undefined : stepOf(ctx, secret, digits)
  })
  if (guess.outcome !== 'right') return guess
  const enrolled = await ctx.db.write.begin(async (tx) => {
    const now = ctx.now()
    if (!(await store.updateConfirmed(tx, actor.id, { step: guess.right, secret: row.secret, now })))
      throw new AppError('CONFLICT')
    await record(tx, { event: 'factor.totp-enabled', actor, subjectId: actor.id })
    return enrol(tx, ctx, actor)
  })
  ctx.log.info({ staffId: actor.id }, 'factor.totp-enabled')
  return { outcome: 'enabled', ...enrolled }
}

/** What every new factor brings with it. */
export async function enrol(tx: Queryable, ctx: AppContext, actor: StaffActor): Promise<Enrolled> {
  const codes = await makeRecoveryCodes(tx, ctx, actor.id, actor)
  return { codes, token: await endOtherSessions(tx, actor, ctx.now()) }
}

/** The app's codes count no more; other sessions end, this one goes on under a new token. Throws CONFLICT where none counted. */
export async function disableTotp(ctx: AppContext, actor: StaffActor): Promise<{ token: string | null }> {
  const token = await ctx.db.write.begin(async (tx) => {
    if (!(await store.deleteTotp(tx, actor.id))) throw new AppError('CONFLICT')
    await record(tx, { event: 'factor.totp-disabled', actor, subjectId: actor.id })
    return endFactor(tx, actor)
  })
  ctx.log.info({ staffId: actor.id }, 'factor.totp-disabled')
  return { token }
}

/** After the last factor, its recovery codes open nothing; whoever is half-way in with it stays out. */
export async function endFactor(tx: Queryable, actor: StaffActor): Promise<string | null> {
  const { hasTotp, passkeys } = await store.findFactors(tx, actor.id)
  if (!hasTotp && passkeys === 0) await store.deleteRecoveryCodes(tx, actor.id)
  await endChallenges(tx, actor.id)
  return endOtherSessions(tx, actor)
}

/** Ten new codes in place of those that are left. Throws CONFLICT where there is no factor that they would stand for. */
export async function newRecoveryCodes(ctx: AppContext, actor: StaffActor): Promise<string[]> {
  const codes = await ctx.db.write.begin(async (tx) => {
    const { hasTotp, passkeys } = await store.findFactors(tx, actor.id)
    if (!hasTotp && passkeys === 0) throw new AppError('CONFLICT')
    return makeRecoveryCodes(tx, ctx, actor.id, actor)
  })
  ctx.log.info({ staffId: actor.id }, 'factor.recovery-codes-made')
  return codes
}

export const countRecoveryCodes = async (ctx: AppContext, staffId: string): Promise<number> =>
  (await store.listRecoveryCodes(ctx.db.read, staffId)).length

/** Takes all factors from somebody who lost them: app, passkeys, recovery codes. Their sessions end. By an owner, or by the shell. */
export async function removeFactors(tx: Queryable, staffId: string, actor: Actor): Promise<void> {
  await store.deleteTotp(tx, staffId)
  await store.deleteRecoveryCodes(tx, staffId)
  await passkeys.deletePasskeysOf(tx, staffId)
  await endChallenges(tx, staffId)
  await deleteSessionsOf(tx, staffId)
  await record(tx, { event: 'factor.removed', actor, subjectId: staffId })
}

const wrongCode = (): FieldError => ({ field: 'code', code: 'wrong', message: m.factor_wrong_code() })
