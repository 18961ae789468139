import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { hashToken } from '#src/lib/keys.ts'
import { type Actor, NOBODY, ROLES, type StaffActor } from '#src/permissions.ts'
import {
  hintOf,
  isKey,
  isKeyId,
  KEYS_SHOWN_MAX,
  LIVE_KEYS_MAX,
  mayReachAll,
  newKey,
  readNewKey,
  type TypedKey,
} from './model.ts'
import * as store from './store.ts'

export type { ListedKey } from './store.ts'

/**
 * The program that shows this key; nobody for one that is none, is over, was revoked, or whose maker is disabled. A key can do no more than
 * whoever made it still can.
 */
export async function findActorOfKey(ctx: Pick<AppContext, 'db' | 'now'>, key: string): Promise<Actor> {
  const found = isKey(key) ? await store.findLiveKey(ctx.db.read, hashToken(key), ctx.now()) : undefined
  if (!found) return NOBODY
  const { makerGrants, ...actor } = found
  const reaching = makerGrants.filter(
    ({ tournamentId }) => tournamentId === null || tournamentId === actor.tournamentId,
  )
  const held = actor.scopes.filter((scope) => reaching.some(({ role }) => ROLES[role].includes(scope)))
  return { kind: 'key', ...actor, scopes: held }
}

/**
 * Makes a key and returns it; it is kept only as a digest. `id` is the form's own, so that one sent twice makes one key.
 * Throws VALIDATION_FAILED, and CONFLICT where there are too many or this one was made before.
 */
export async function makeKey(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  { id, ...typed }: TypedKey & { id: string },
): Promise<string> {
  if (!isKeyId(id)) throw new AppError('MALFORMED_REQUEST')
  const { key, errors } = readNewKey(actor, tournament.id, typed, ctx.now())
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  const secret = newKey()
  await ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'keys', key.tournamentId ?? '')
    if ((await store.countLiveKeys(tx, key.tournamentId, ctx.now())) >= LIVE_KEYS_MAX)
      throw new AppError('CONFLICT', { message: m.keys_too_many({ max: LIVE_KEYS_MAX }) })
    const row = { ...key, id, keyHash: hashToken(secret), hint: hintOf(secret), madeBy: actor.id, now: ctx.now() }
    if (!(await store.insertKey(tx, row))) throw new AppError('CONFLICT', { message: m.keys_made_before() })
    const after = { scopes: key.scopes.join(' '), expiresAt: key.expiresAt?.toISOString() ?? null }
    await record(tx, { event: 'key.made', actor, tournamentId: key.tournamentId ?? undefined, subjectId: id, after })
  })
  ctx.log.info({ keyId: id, actorId: actor.id }, 'key.made')
  return secret
}

/** Ends a key at once, for good. Throws NOT_FOUND for one that is not of this tournament or has ended already. */
export async function revokeKey(ctx: AppContext, actor: StaffActor, tournament: Tournament, id: string): Promise<void> {
  if (!isKeyId(id)) throw new AppError('NOT_FOUND')
  const which = { id, tournamentId: tournament.id, isEvery: mayReachAll(actor), now: ctx.now() }
  await ctx.db.write.begin(async (tx) => {
    if (!(await store.updateKeyRevoked(tx, which))) throw new AppError('NOT_FOUND')
    await record(tx, { event: 'key.revoked', actor, tournamentId: tournament.id, subjectId: id })
  })
  ctx.log.info({ keyId: id, actorId: actor.id }, 'key.revoked')
}

/** The tournament's keys as whoever looks may manage them, the latest first, ended ones too. */
export const listKeys = (ctx: AppContext, actor: StaffActor, tournament: Tournament): Promise<store.ListedKey[]> =>
  store.listKeys(ctx.db.read, { tournamentId: tournament.id, isEvery: mayReachAll(actor), max: KEYS_SHOWN_MAX })

/** One of them that was not revoked yet. Throws NOT_FOUND. */
export async function getKey(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
): Promise<store.ListedKey> {
  const keys = await listKeys(ctx, actor, tournament)
  const key = keys.find((one) => one.id === id && one.revokedAt === null)
  if (!key) throw new AppError('NOT_FOUND')
  return key
}
