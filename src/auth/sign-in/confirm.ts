import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import type { FieldError } from '#src/errors.ts'
import type { StaffActor } from '#src/permissions.ts'
import { hasPassword, inTurn } from '#src/staff/service.ts'
import { guessFactor, takeCode } from '../factors/service.ts'
import type { Guess } from '../model.ts'
import type { Party } from '../passkeys/model.ts'
import { type Answer, countPasskey, readPasskey } from '../passkeys/service.ts'
import { renewSession } from '../sessions.ts'

/** The session's next token; null of a program's, which goes on under its own. */
export type Confirmed = { outcome: 'confirmed'; token: string | null }

/**
 * That it is still them, for `CONFIRMED_MS` (permissions.ts): by a code of the second factor, or by the password where there is none. The
 * password does not do where there is a factor. The browser's session goes on under another token (OWASP ASVS 5, 7.2.4).
 * Wrong ones are counted by the person alone: whoever is signed in waits for no neighbour's guesses.
 */
export async function confirmSession(
  ctx: AppContext,
  actor: StaffActor,
  { code = '', password = '' }: { code?: string; password?: string },
): Promise<Guess<Confirmed>> {
  if (!actor.hasFactor) return confirmByPassword(ctx, actor, password)
  const take = () =>
    ctx.db.write.begin(async (tx) => {
      if (!(await takeCode(tx, ctx, actor.id, code))) return undefined
      return { token: await confirm(tx, ctx, actor) }
    })
  const guess = await guessFactor(ctx, actor.id, undefined, take)
  if (guess.outcome !== 'right') return guess
  ctx.log.info({ staffId: actor.id }, 'session.confirmed')
  return { outcome: 'confirmed', ...guess.right }
}

async function confirmByPassword(ctx: AppContext, actor: StaffActor, password: string): Promise<Guess<Confirmed>> {
  const check = async () => (await hasPassword(ctx, actor.id, password)) || undefined
  const guess = await inTurn(() => ctx.limits.guesses.guess(`password ${actor.id}`, undefined, check))
  if (guess.outcome !== 'right') {
    ctx.log.warn({ staffId: actor.id, outcome: guess.outcome }, 'staff.password-refused')
    if (guess.outcome === 'wait') return guess
    return { outcome: 'wrong', errors: [{ field: 'password', code: 'wrong', message: m.auth_wrong_password() }] }
  }
  const token = await ctx.db.write.begin((tx) => confirm(tx, ctx, actor))
  ctx.log.info({ staffId: actor.id }, 'session.confirmed')
  return { outcome: 'confirmed', token }
}

async function confirm(tx: Queryable, ctx: AppContext, actor: StaffActor): Promise<string | null> {
  await record(tx, { event: 'session.confirmed', actor, subjectId: actor.id, data: { sessionId: actor.sessionId } })
  return renewSession(tx, actor, ctx.now())
}

/** The same by one of the person's passkeys, which `askForPasskey` asked for. */
export async function confirmByPasskey(
  ctx: AppContext,
  actor: StaffActor,
  party: Party,
  answer: Answer,
): Promise<Confirmed | { outcome: 'wrong'; errors: FieldError[] }> {
  const signed = await readPasskey(ctx, party, answer, actor.id)
  const done =
    signed &&
    (await ctx.db.write.begin(async (tx) =>
      (await countPasskey(tx, ctx, signed)) ? { token: await confirm(tx, ctx, actor) } : undefined,
    ))
  if (!done) return { outcome: 'wrong', errors: [{ field: 'passkey', code: 'wrong', message: m.passkey_refused() }] }
  ctx.log.info({ staffId: actor.id }, 'session.confirmed')
  return { outcome: 'confirmed', ...done }
}
