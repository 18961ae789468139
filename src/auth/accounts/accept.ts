import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { checkPersonName, tidy } from '#src/lib/names.ts'
import { SYSTEM } from '#src/permissions.ts'
import { preparePassword, updateAccepted } from '#src/staff/service.ts'
import { startSession } from '../sessions.ts'
import type { FoundLink } from './link-store.ts'
import { useLinksOf } from './link-store.ts'
import { getLink } from './links.ts'

/** Who is invited by this link. Throws NOT_FOUND, LINK_EXPIRED. */
export const getInvitation = (ctx: AppContext, token: string): Promise<FoundLink> =>
  getLink(ctx.db.read, 'invitation', token, ctx.now())

/**
 * Somebody who was invited says their name, chooses a password, and is signed in: the session's token is returned. Once: of two at the same
 * time one is told LINK_EXPIRED. Throws as `getInvitation` does, and VALIDATION_FAILED (`name`, `newPassword`).
 */
export async function acceptInvitation(
  ctx: AppContext,
  token: string,
  given: { name: string; newPassword: string },
  device: string,
): Promise<{ session: string; email: string }> {
  const { staffId, email } = await getInvitation(ctx, token)
  const name = tidy(given.name)
  const wrong = checkPersonName(name)
  const passwordHash = await preparePassword(ctx, { name, email }, given.newPassword).catch((thrown) => {
    if (wrong && thrown instanceof AppError && thrown.code === 'VALIDATION_FAILED')
      throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'name', ...wrong }, ...thrown.errors] })
    throw thrown
  })
  if (wrong) throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'name', ...wrong }] })
  const session = await ctx.db.write.begin(async (tx) => {
    const now = ctx.now()
    await getLink(tx, 'invitation', token, now)
    if (!(await updateAccepted(tx, { id: staffId, name, passwordHash, now }))) throw new AppError('LINK_EXPIRED')
    await useLinksOf(tx, staffId, ['invitation'], now)
    await record(tx, { event: 'staff.invitation-accepted', actor: SYSTEM, subjectId: staffId })
    return startSession(tx, { staffId, device, isConfirmed: true }, now)
  })
  ctx.log.info({ staffId }, 'staff.invitation-accepted')
  return { session, email }
}
