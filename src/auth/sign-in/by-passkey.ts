import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import type { FieldError } from '#src/errors.ts'
import { findPerson, holdPerson } from '#src/staff/service.ts'
import { findChallenge, takeChallenge } from '../challenges.ts'
import type { Party } from '../passkeys/model.ts'
import {
  type Answer,
  askForPasskey,
  type Ceremony,
  countPasskey,
  readPasskey,
  type Signed,
} from '../passkeys/service.ts'
import { type Disabled, disabled, type SignedIn, signedIn, type Visitor, welcome } from './service.ts'

type Refused = { outcome: 'wrong'; errors: FieldError[] }

/** Begins a session for whoever's passkey this is. Its authenticator has made sure of the person, so it is both factors. */
export async function signInByPasskey<Session>(
  ctx: AppContext,
  party: Party,
  answer: Answer,
  visitor: Visitor<Session>,
): Promise<SignedIn<Session> | Disabled | Refused> {
  const signed = await readPasskey(ctx, party, answer)
  return signed ? enterBy(ctx, signed, visitor, async () => true) : refusedPasskey()
}

/** What the browser is asked after a right password; undefined once the sign-in's challenge is over. */
export async function askForSecondFactor(
  ctx: AppContext,
  party: Party,
  challenge: string,
): Promise<Ceremony | undefined> {
  const found = await findChallenge(ctx, challenge, 'second-factor')
  return found?.staffId ? askForPasskey(ctx, party, found.staffId) : undefined
}

/** Goes on after a right password, as `finishSignIn` does by a code. */
export async function finishSignInByPasskey<Session>(
  ctx: AppContext,
  party: Party,
  { challenge, ...answer }: { challenge: string; passkey: Answer },
  visitor: Visitor<Session>,
): Promise<SignedIn<Session> | { outcome: 'expired' } | Disabled | Refused> {
  const found = await findChallenge(ctx, challenge, 'second-factor')
  if (!found?.staffId) return { outcome: 'expired' }
  const signed = await readPasskey(ctx, party, answer.passkey, found.staffId)
  if (!signed) return refusedPasskey()
  return enterBy(ctx, signed, visitor, async (tx) => Boolean(await takeChallenge(ctx, challenge, 'second-factor', tx)))
}

async function enterBy<Session>(
  ctx: AppContext,
  signed: Signed,
  visitor: Visitor<Session>,
  mayEnter: (tx: Queryable) => Promise<boolean>,
): Promise<SignedIn<Session> | Disabled | Refused> {
  const person = await findPerson(ctx.db.read, signed.staffId)
  if (!person) return refusedPasskey()
  if (person.isDisabled) return disabled(ctx, person.id)
  const entered = await ctx.db.write.begin(async (tx) => {
    if (!(await holdPerson(tx, person.id))) return undefined
    if (!(await mayEnter(tx)) || !(await countPasskey(tx, ctx, signed))) return undefined
    return { session: await welcome(tx, ctx, person, visitor) }
  })
  return entered ? signedIn(ctx, person, entered.session) : refusedPasskey()
}

const refusedPasskey = (): Refused => ({
  outcome: 'wrong',
  errors: [{ field: 'passkey', code: 'wrong', message: m.passkey_refused() }],
})
