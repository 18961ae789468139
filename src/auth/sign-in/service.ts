import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import type { FieldError } from '#src/errors.ts'
import { EMAIL_LENGTH_MAX, emailKey } from '#src/lib/names.ts'
import { postStaffMail } from '#src/mail/service.ts'
import { findByPassword, findPerson, holdCredentials, holdPerson, inTurn, type Person } from '#src/staff/service.ts'
import { findChallenge, newChallenge, takeChallenge } from '../challenges.ts'
import { findFactors, guessFactor, takeCode } from '../factors/service.ts'
import { guessAddress, guessSubject, isKnownBrowser } from '../known-browser.ts'
import type { Guess } from '../model.ts'
import type { NewSession } from '../sessions.ts'
import { hasProgram } from '../store.ts'

/** Who signs in from where, and how their session begins: in the transaction, with whatever goes with it. */
export type Visitor<Session> = {
  kind: 'browser' | 'api'
  /** The client's address or network. */
  address: string
  /** In words: `Firefox on Linux`. */
  device: string
  /** The note that an earlier sign-in left in a browser. */
  knownBrowser?: string
  begin: (tx: Queryable, session: NewSession) => Promise<Session>
}
export type SignedIn<Session> = { outcome: 'signed-in'; session: Session; staffId: string; email: string }
/** Told to nobody but who has the account's password, or passkey. */
export type Disabled = { outcome: 'disabled'; errors: FieldError[] }

/**
 * Checks e-mail and password and begins a session, or gives a challenge to go on with where the account has a second factor. An unknown
 * e-mail is answered as a wrong password is, in the same time. After too many wrong guesses, by e-mail or by address, the answer is how long to wait.
 */
export async function signIn<Session>(
  ctx: AppContext,
  { email, password }: { email: string; password: string },
  visitor: Visitor<Session>,
): Promise<Guess<SignedIn<Session> | { outcome: 'second-factor'; challenge: string } | Disabled>> {
  const accountKey = emailKey(email.trim().slice(0, EMAIL_LENGTH_MAX))
  // Nobody's account, so it must not make everybody wait who leaves the field empty.
  if (accountKey === '') return { outcome: 'wrong', errors: [wrong('email', 'wrong', m.auth_wrong())] }
  const subject = guessSubject(ctx, accountKey, visitor.knownBrowser)
  let triedId: string | undefined
  const noteTried = (staffId: string) => {
    triedId = staffId
  }
  const check = () => findByPassword(ctx, email.trim(), password, noteTried)
  const address = guessAddress(ctx, accountKey, visitor)
  const guess = await inTurn(() => ctx.limits.guesses.guess(subject, address, check))
  if (guess.outcome !== 'right') {
    ctx.log.warn({ outcome: guess.outcome, staffId: triedId }, 'sign-in.refused')
    return guess.outcome === 'wait' ? guess : { outcome: 'wrong', errors: [wrong('password', 'wrong', m.auth_wrong())] }
  }
  const person = guess.right
  if (person.isDisabled) return disabled(ctx, person.id)
  const begun = await ctx.db.write.begin(async (tx) => {
    if (!(await holdCredentials(tx, person))) return undefined
    const { hasTotp, passkeys } = await findFactors(tx, person.id)
    if (hasTotp || passkeys > 0)
      return { challenge: await newChallenge(ctx, { purpose: 'second-factor', staffId: person.id }, tx) }
    return { session: await welcome(tx, ctx, person, visitor) }
  })
  if (!begun) return { outcome: 'wrong', errors: [wrong('password', 'wrong', m.auth_wrong())] }
  return begun.challenge !== undefined
    ? { outcome: 'second-factor', challenge: begun.challenge }
    : signedIn(ctx, person, begun.session)
}

/**
 * Goes on after `signIn` with a code of the authenticator app or a recovery code. A wrong one leaves the challenge as it is; the session
 * begins as the challenge ends. `expired`: five minutes are over, or it was used.
 */
export async function finishSignIn<Session>(
  ctx: AppContext,
  { challenge, code }: { challenge: string; code: string },
  visitor: Visitor<Session>,
): Promise<Guess<SignedIn<Session> | { outcome: 'expired' } | Disabled>> {
  const found = await findChallenge(ctx, challenge, 'second-factor')
  const person = found?.staffId ? await findPerson(ctx.db.read, found.staffId) : undefined
  if (!person) return { outcome: 'expired' }
  if (person.isDisabled) return disabled(ctx, person.id)
  const finish = () =>
    ctx.db.write.begin(async (tx) => {
      const isHeld = await holdPerson(tx, person.id)
      if (!(await takeCode(tx, ctx, person.id, code))) return undefined
      if (!isHeld || !(await takeChallenge(ctx, challenge, 'second-factor', tx))) throw new ChallengeTaken()
      return { session: await welcome(tx, ctx, person, visitor) }
    })
  try {
    const address = guessAddress(ctx, emailKey(person.email), visitor)
    const guess = await guessFactor(ctx, person.id, address, finish)
    return guess.outcome === 'right' ? signedIn(ctx, person, guess.right.session) : guess
  } catch (error) {
    if (error instanceof ChallengeTaken) return { outcome: 'expired' }
    throw error
  }
}

/** Rolls the transaction back, so that no code is used up for it. */
class ChallengeTaken extends Error {}

/** Begins the session, and tells the person of it where it comes from a browser or a program that the account has not seen. */
export async function welcome<Session>(
  tx: Queryable,
  ctx: AppContext,
  person: Person,
  visitor: Visitor<Session>,
): Promise<Session> {
  const { kind, device, address, knownBrowser } = visitor
  const isKnown =
    kind === 'api' ? await hasProgram(tx, person.id, device) : isKnownBrowser(ctx, emailKey(person.email), knownBrowser)
  const session = await visitor.begin(tx, { staffId: person.id, device, isConfirmed: true })
  const signedInAt = ctx.now().toISOString()
  const data = { signedInAt, browser: device || m.factor_unknown_device(), address }
  if (!isKnown) await postStaffMail(tx, ctx, { kind: 'new_sign_in', to: person, data })
  return session
}

export function signedIn<Session>(ctx: AppContext, person: Person, session: Session): SignedIn<Session> {
  ctx.log.info({ staffId: person.id }, 'staff.signed-in')
  return { outcome: 'signed-in', session, staffId: person.id, email: person.email }
}

export function disabled(ctx: AppContext, staffId: string): Disabled {
  ctx.log.warn({ outcome: 'disabled', staffId }, 'sign-in.refused')
  return { outcome: 'disabled', errors: [wrong('password', 'disabled', m.auth_disabled())] }
}

const wrong = (field: string, code: string, message: string): FieldError => ({ field, code, message })
