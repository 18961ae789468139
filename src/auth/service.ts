import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError, type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { hasPassword, inTurn, preparePassword, setPassword } from '#src/staff/service.ts'
import { useLinksOf } from './accounts/link-store.ts'
import { endChallenges } from './challenges.ts'
import type { Guess } from './model.ts'
import { endSession, type StaffActor, startSession } from './sessions.ts'
import { deleteSession, deleteSessionsOf } from './store.ts'

export { deleteEndedChallenges } from './challenges.ts'
export { removeFactors } from './factors/service.ts'
export type { Guess } from './model.ts'
export { deleteEndedSessions, findActor, type StaffActor } from './sessions.ts'
export { checkSetup, claimSetup, newSetupAddress } from './setup.ts'
export { confirmSession } from './sign-in/confirm.ts'
export { type Disabled, finishSignIn, type SignedIn, signIn, type Visitor } from './sign-in/service.ts'

export async function signOut(ctx: AppContext, actor: StaffActor): Promise<void> {
  await ctx.db.write.begin((tx) => endSession(tx, actor))
  ctx.log.info({ staffId: actor.id }, 'staff.signed-out')
}

type PasswordChange = { currentPassword: string; newPassword: string; device: string }

/** Sets a new password; all sessions end and a new one begins, whose token is returned. */
export async function changePassword(
  ctx: AppContext,
  actor: StaffActor,
  change: PasswordChange,
): Promise<Guess<{ outcome: 'changed'; token: string }>> {
  const { currentPassword, newPassword, device } = change
  const guess = await tryGuess(
    ctx,
    `password ${actor.id}`,
    async () => (await hasPassword(ctx, actor.id, currentPassword)) || undefined,
  )
  if (guess.outcome !== 'right') {
    ctx.log.warn({ staffId: actor.id, outcome: guess.outcome }, 'staff.password-refused')
    return guess.outcome === 'wait'
      ? guess
      : { outcome: 'wrong', errors: [wrong('currentPassword', m.auth_wrong_password())] }
  }
  try {
    const hash = await preparePassword(ctx, actor, newPassword)
    const token = await ctx.db.write.begin(async (tx) => {
      await setPassword(tx, actor.id, hash, actor)
      // Whoever reset the password or disabled the account meanwhile ended it.
      if (!(await deleteSession(tx, actor.sessionId))) throw new AppError('UNAUTHORIZED')
      await deleteSessionsOf(tx, actor.id)
      await endChallenges(tx, actor.id)
      await useLinksOf(tx, actor.id, ['password'], ctx.now())
      return startSession(tx, { staffId: actor.id, device, isConfirmed: !actor.hasFactor }, ctx.now())
    })
    ctx.log.info({ staffId: actor.id }, 'staff.password-changed')
    return { outcome: 'changed', token }
  } catch (thrown) {
    return { outcome: 'wrong', errors: fieldErrorsOf(thrown) }
  }
}

const wrong = (field: string, message: string): FieldError => ({ field, code: 'wrong', message })

/** Guesses take their turn, as each takes memory and time. Whoever is signed in waits for no neighbour's. */
const tryGuess = <T>(ctx: AppContext, subject: string, check: () => Promise<T | undefined>) =>
  inTurn(() => ctx.limits.guesses.guess(subject, undefined, check))
