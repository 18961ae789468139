import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import type { StaffActor } from '#src/permissions.ts'
import { type Challenge, type ChallengePurpose, newChallenge, takeChallenge } from '../challenges.ts'
import { countRecoveryCodes, type Enrolled, endFactor, enrol } from '../factors/service.ts'
import { endOtherSessions } from '../sessions.ts'
import { type Asked, askForKnown, askForNew, credentialIdOf, isMadeFor, readNew, readSigned } from './ceremony.ts'
import { PASSKEYS_MAX, type Party, readPasskeyName } from './model.ts'
import * as store from './store.ts'

export type { ListedPasskey } from './store.ts'

/** What a browser is asked, and the token of the challenge that its answer belongs to. */
export type Ceremony = { challenge: string; options: Asked }
/** A browser's answer: the challenge's token, and what its authenticator said, as JSON. */
export type Answer = { challenge: string; response: string }
type Refused = { outcome: 'wrong'; errors: FieldError[] }

export const listPasskeys = (ctx: AppContext, staffId: string): Promise<store.ListedPasskey[]> =>
  store.listPasskeys(ctx.db.read, staffId)

/** Asks the browser for a passkey. Throws CONFLICT from `PASSKEYS_MAX` on. */
export async function beginPasskey(ctx: AppContext, actor: StaffActor, party: Party): Promise<Ceremony> {
  const known = await listPasskeys(ctx, actor.id)
  if (known.length >= PASSKEYS_MAX) throw tooMany()
  const options = await askForNew(party, actor, { site: ctx.config.appTitle, known })
  return asCeremony(ctx, 'passkey-enrolment', options, actor.id)
}

/**
 * Keeps the passkey that was made, under the name given; the person's other sessions end, and this one goes on under a new token. With the
 * first factor come recovery codes; there are none in the answer where the person has some.
 */
export async function addPasskey(
  ctx: AppContext,
  actor: StaffActor,
  party: Party,
  { name: typed, ...answer }: Answer & { name: string },
): Promise<({ outcome: 'added' } & Enrolled) | Refused> {
  const named = readPasskeyName(typed)
  if ('errors' in named) return { outcome: 'wrong', errors: named.errors }
  if ((await listPasskeys(ctx, actor.id)).length >= PASSKEYS_MAX) throw tooMany()
  const challenge = await takeChallenge(ctx, answer.challenge, 'passkey-enrolment')
  if (!challenge || challenge.staffId !== actor.id) return refused(ctx, 'challenge', actor.id)
  const made = await readNew(answer.response, { value: challenge.value!, party }).catch(() => undefined)
  if (!made) return refused(ctx, 'response', actor.id)
  const hasCodes = (await countRecoveryCodes(ctx, actor.id)) > 0
  const id = Bun.randomUUIDv7()
  const enrolled = await ctx.db.write.begin(async (tx) => {
    if (!(await store.insertPasskey(tx, { id, staffId: actor.id, ...made, ...named }))) return undefined
    await record(tx, { event: 'passkey.added', actor, subjectId: actor.id, data: { passkeyId: id } })
    return hasCodes ? { codes: [], token: await endOtherSessions(tx, actor, ctx.now()) } : await enrol(tx, ctx, actor)
  })
  if (!enrolled) return refused(ctx, 'known', actor.id)
  ctx.log.info({ staffId: actor.id, passkeyId: id }, 'passkey.added')
  return { outcome: 'added', ...enrolled }
}

const tooMany = () => new AppError('CONFLICT', { message: m.passkey_too_many({ max: PASSKEYS_MAX }) })

/** Throws NOT_FOUND for what is none of theirs. */
export async function renamePasskey(
  ctx: AppContext,
  actor: StaffActor,
  id: string,
  typed: string,
): Promise<{ outcome: 'renamed' } | Refused> {
  const named = readPasskeyName(typed)
  if ('errors' in named) return { outcome: 'wrong', errors: named.errors }
  await ctx.db.write.begin(async (tx) => {
    if (!(await store.updatePasskeyName(tx, actor.id, id, named.name))) throw new AppError('NOT_FOUND')
    await record(tx, { event: 'passkey.renamed', actor, subjectId: actor.id, data: { passkeyId: id } })
  })
  return { outcome: 'renamed' }
}

/** Other sessions end, this one goes on under the token returned. Throws NOT_FOUND for what is none of theirs. */
export async function removePasskey(ctx: AppContext, actor: StaffActor, id: string): Promise<{ token: string | null }> {
  const token = await ctx.db.write.begin(async (tx) => {
    if (!(await store.deletePasskey(tx, actor.id, id))) throw new AppError('NOT_FOUND')
    await record(tx, { event: 'passkey.removed', actor, subjectId: actor.id, data: { passkeyId: id } })
    return endFactor(tx, actor)
  })
  ctx.log.info({ staffId: actor.id, passkeyId: id }, 'passkey.removed')
  return { token }
}

/** Asks for one of somebody's passkeys; without `staffId` for any that the browser has for us, by which it says who signs in. */
export async function askForPasskey(ctx: AppContext, party: Party, staffId?: string): Promise<Ceremony> {
  const options = await askForKnown(party, staffId === undefined ? undefined : await listPasskeys(ctx, staffId))
  return asCeremony(ctx, 'passkey', options, staffId)
}

async function asCeremony(
  ctx: AppContext,
  purpose: ChallengePurpose,
  options: Asked,
  staffId?: string,
): Promise<Ceremony> {
  return { challenge: await newChallenge(ctx, { purpose, staffId, value: options.challenge }), options }
}

/** Whose passkey signed, and what it counts, to be stored by `countPasskey` in the transaction of what it opens. */
export type Signed = { passkeyId: string; staffId: string; counter: number }

/**
 * Whose passkey signed the challenge, which is good no more; `staffId` is whose it has to be, undefined at the start of a sign-in, where it is
 * both factors. Undefined for anything else: another's, another address's, a counter that went back.
 */
export async function readPasskey(
  ctx: AppContext,
  party: Party,
  answer: Answer,
  staffId?: string,
): Promise<Signed | undefined> {
  const challenge = await takeChallenge(ctx, answer.challenge, 'passkey')
  if (!challenge || challenge.staffId !== (staffId ?? null)) return void refused(ctx, 'challenge', staffId)
  const signed = await readAnswer(ctx, party, answer.response, challenge).catch(() => undefined)
  return signed ?? void refused(ctx, 'response', staffId)
}

async function readAnswer(
  ctx: AppContext,
  party: Party,
  response: string,
  { value, staffId }: Challenge,
): Promise<Signed | undefined> {
  const passkey = await store.findPasskey(ctx.db.read, credentialIdOf(response) ?? '')
  if (!passkey || (staffId === null ? !isMadeFor(response, passkey.staffId) : passkey.staffId !== staffId))
    return undefined
  const counter = await readSigned(response, { value: value!, party }, passkey, staffId === null)
  return counter === undefined ? undefined : { passkeyId: passkey.id, staffId: passkey.staffId, counter }
}

/** False where the passkey counted on, or went, meanwhile: then it opens nothing. */
export const countPasskey = (tx: Queryable, ctx: AppContext, { passkeyId, counter }: Signed): Promise<boolean> =>
  store.updateCounter(tx, passkeyId, counter, ctx.now())

function refused(ctx: AppContext, reason: 'challenge' | 'response' | 'known', staffId?: string): Refused {
  ctx.log.warn({ reason, staffId }, 'passkey.refused')
  return { outcome: 'wrong', errors: [{ field: 'passkey', code: reason, message: m.passkey_refused() }] }
}
