import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { drain } from '#src/lib/drain.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import * as store from './challenges-store.ts'
import { isToken } from './model.ts'

export type { Challenge, ChallengePurpose } from './challenges-store.ts'

/** How long the next step of a sign-in, or a passkey, is waited for. */
export const CHALLENGE_SECONDS = 5 * 60
const CHALLENGES_A_BATCH = 5000
const CHALLENGE_BATCHES_MAX = 100

/** A step that has to follow within `CHALLENGE_SECONDS`; returns the token that names it, which is kept only as a digest. */
export async function newChallenge(
  ctx: AppContext,
  { purpose, staffId = null, value = null }: { purpose: store.ChallengePurpose } & Partial<store.Challenge>,
  sql: Queryable = ctx.db.read,
): Promise<string> {
  const token = newToken()
  const expiresAt = new Date(ctx.now().getTime() + CHALLENGE_SECONDS * 1000)
  await store.insertChallenge(sql, { purpose, staffId, value }, { tokenHash: hashToken(token), expiresAt })
  return token
}

/** The challenge of this token, which stays good; undefined once it is over, or was taken. */
export const findChallenge = (
  ctx: AppContext,
  token: string,
  purpose: store.ChallengePurpose,
): Promise<store.Challenge | undefined> =>
  isToken(token) ? store.findChallenge(ctx.db.read, named(token, purpose), ctx.now()) : gone

/** The same, and it is good no more: of several who take it at once one is given it. */
export const takeChallenge = (
  ctx: AppContext,
  token: string,
  purpose: store.ChallengePurpose,
  sql: Queryable = ctx.db.read,
): Promise<store.Challenge | undefined> =>
  isToken(token) ? store.deleteChallenge(sql, named(token, purpose), ctx.now()) : gone

const gone = Promise.resolve<undefined>(undefined)
const named = (token: string, purpose: store.ChallengePurpose) => ({ tokenHash: hashToken(token), purpose })

/** Whoever is half-way in by a password, or with a factor, that is none any more, stays out. */
export const endChallenges = (tx: Queryable, staffId: string): Promise<void> => store.deleteChallengesOf(tx, staffId)

/** Removes challenges that are over, at most `CHALLENGE_BATCHES_MAX` batches: anybody may cause them. Returns how many. */
export function deleteEndedChallenges(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const batch = (size: number) => store.deleteEndedChallenges(ctx.db.read, ctx.now(), size)
  return drain(batch, { size: CHALLENGES_A_BATCH, batchesMax: CHALLENGE_BATCHES_MAX, stopping })
}
