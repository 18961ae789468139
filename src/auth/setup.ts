import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { SYSTEM } from '#src/permissions.ts'
import { hasOwner, insertStaff, prepareStaff } from '#src/staff/service.ts'
import { isToken, SETUP_LIFE_MS } from './model.ts'
import { startSession } from './sessions.ts'
import * as store from './store.ts'

const LOCKED = 'owner'

/**
 * A fresh one-time path where the first owner sets name, e-mail and password; undefined once there is an owner. Earlier ones that
 * nobody claimed end with it.
 */
export async function newSetupAddress(ctx: AppContext): Promise<string | undefined> {
  return ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'setup', LOCKED)
    if (await hasOwner(tx)) return undefined
    const token = newToken()
    await store.expireSetupTokens(tx, ctx.now())
    await store.insertSetupToken(tx, hashToken(token), new Date(ctx.now().getTime() + SETUP_LIFE_MS))
    return `/setup/${token}`
  })
}

/** Throws NOT_FOUND for an address that never was, LINK_EXPIRED for one that was used, is over, or comes after an owner. */
export async function checkSetup(
  ctx: AppContext,
  token: string,
  sql = ctx.db.read as Parameters<typeof hasOwner>[0],
): Promise<void> {
  const found = isToken(token) ? await store.findSetupToken(sql, hashToken(token)) : undefined
  if (!found) throw new AppError('NOT_FOUND')
  if (found.claimedAt !== null || found.expiresAt <= ctx.now() || (await hasOwner(sql)))
    throw new AppError('LINK_EXPIRED')
}

/**
 * Makes the first owner, once, and signs them in; returns the session's token.
 * Throws as `checkSetup` does, and VALIDATION_FAILED with every wrong field.
 */
export async function claimSetup(
  ctx: AppContext,
  token: string,
  given: { name: string; email: string; password: string },
  device: string,
): Promise<string> {
  await checkSetup(ctx, token)
  const owner = await prepareStaff(ctx, { ...given, role: 'owner' })
  const session = await ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'setup', LOCKED)
    await checkSetup(ctx, token, tx)
    await insertStaff(tx, owner, SYSTEM)
    await store.updateSetupClaimed(tx, hashToken(token), ctx.now())
    await record(tx, { event: 'setup.claimed', actor: SYSTEM, subjectId: owner.id })
    return startSession(tx, { staffId: owner.id, device, isConfirmed: true }, ctx.now())
  })
  ctx.log.info({ staffId: owner.id }, 'setup.claimed')
  return session
}
