import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { EMAIL_LENGTH_MAX, emailKey } from '#src/lib/names.ts'
import { findByPassword, hasPassword, inTurn, preparePassword, setPassword } from '#src/staff/service.ts'
import { guessSubject, newKnownBrowser } from './known-browser.ts'
import { endSession, type StaffActor, startSession } from './sessions.ts'
import { deleteSessionsOf } from './store.ts'

export { KNOWN_BROWSER_SECONDS } from './known-browser.ts'
export { deleteEndedSessions, findActor, type StaffActor } from './sessions.ts'
export { checkSetup, claimSetup, newSetupAddress } from './setup.ts'

export type Guess<Right> = Right | { outcome: 'wrong'; errors: FieldError[] } | { outcome: 'wait'; seconds: number }
/** `knownBrowser` is the note that an earlier sign-in left in the browser. */
type SignIn = { email: string; password: string; address: string; device: string; knownBrowser?: string }

/**
 * Checks e-mail and password and begins a session. An unknown e-mail is answered as a wrong password is, in the same time; that an account
 * is disabled is told to nobody but who has its password. After too many wrong guesses, by e-mail or by address (a client's address or network),
 * the answer is how long to wait.
 */
export async function signIn(
  ctx: AppContext,
  { email, password, address, device, knownBrowser }: SignIn,
): Promise<Guess<{ outcome: 'signed-in'; token: string; knownBrowser: string }>> {
  const accountKey = emailKey(email.trim().slice(0, EMAIL_LENGTH_MAX))
  // Nobody's account, so it must not make everybody wait who leaves the field empty.
  if (accountKey === '') return { outcome: 'wrong', errors: [wrong('email', m.auth_wrong())] }
  const subject = guessSubject(ctx, accountKey, knownBrowser)
  const guess = await tryGuess(ctx, subject, address, () => findByPassword(ctx, email.trim(), password))
  if (guess.outcome !== 'right') {
    ctx.log.warn({ outcome: guess.outcome }, 'sign-in.refused')
    return guess.outcome === 'wait' ? guess : { outcome: 'wrong', errors: [wrong('password', m.auth_wrong())] }
  }
  if (guess.right.isDisabled) {
    ctx.log.warn({ outcome: 'disabled', staffId: guess.right.id }, 'sign-in.refused')
    return { outcome: 'wrong', errors: [{ field: 'password', code: 'disabled', message: m.auth_disabled() }] }
  }
  const session = { staffId: guess.right.id, device, isConfirmed: true }
  const token = await ctx.db.write.begin((tx) => startSession(tx, session, ctx.now()))
  ctx.log.info({ staffId: guess.right.id }, 'staff.signed-in')
  return { outcome: 'signed-in', token, knownBrowser: newKnownBrowser(ctx, accountKey) }
}

export async function signOut(ctx: AppContext, actor: StaffActor): Promise<void> {
  await ctx.db.write.begin((tx) => endSession(tx, actor))
  ctx.log.info({ staffId: actor.id }, 'staff.signed-out')
}

type PasswordChange = { currentPassword: string; newPassword: string; address: string; device: string }

/** Sets a new password; all sessions end and a new one begins, whose token is returned. */
export async function changePassword(
  ctx: AppContext,
  actor: StaffActor,
  change: PasswordChange,
): Promise<Guess<{ outcome: 'changed'; token: string }>> {
  const { currentPassword, newPassword, address, device } = change
  const guess = await tryGuess(
    ctx,
    `password ${actor.id}`,
    address,
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
      await deleteSessionsOf(tx, actor.id)
      return startSession(tx, { staffId: actor.id, device, isConfirmed: !actor.hasFactor }, ctx.now())
    })
    ctx.log.info({ staffId: actor.id }, 'staff.password-changed')
    return { outcome: 'changed', token }
  } catch (thrown) {
    return { outcome: 'wrong', errors: fieldErrorsOf(thrown) }
  }
}

const wrong = (field: string, message: string): FieldError => ({ field, code: 'wrong', message })

/** Guesses take their turn, as each takes memory and time. */
const tryGuess = <T>(ctx: AppContext, subject: string, address: string, check: () => Promise<T | undefined>) =>
  inTurn(() => ctx.limits.guesses.guess(subject, address, check))
