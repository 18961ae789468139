import { createHash } from 'node:crypto'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { equalBytes } from '#src/lib/keys.ts'
import { type Door, isIdempotencyKey } from './model.ts'
import * as store from './store.ts'

export type { KeptAnswer } from './store.ts'

const DELETED_AT_ONCE = 1000

export const hashKey = (key: string) => createHash('sha256').update(key).digest()

/** An `Idempotency-Key` as it was sent; undefined without one. Throws MALFORMED_REQUEST for what is none. */
export function readIdempotencyKey(given: string | null): string | undefined {
  if (given === null || isIdempotencyKey(given)) return given ?? undefined
  throw new AppError('MALFORMED_REQUEST', { message: m.registration_key_malformed() })
}

/** A digest of the content, whatever the order of its fields. */
export const fingerprint = (content: unknown) => createHash('sha256').update(JSON.stringify(content, sorted)).digest()

const sorted = (_: string, value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/**
 * The answer kept for this key, if the same content was answered before.
 * Throws IDEMPOTENCY_KEY_REUSED when the key came with other content.
 */
export async function findAnswer(
  ctx: AppContext,
  tournamentId: string,
  door: Door,
  key: string,
  content: Uint8Array,
): Promise<store.KeptAnswer | undefined> {
  const kept = await findKeptAnswer(ctx, tournamentId, door, key)
  if (kept && !equalBytes(kept.fingerprint, content)) throw new AppError('IDEMPOTENCY_KEY_REUSED')
  return kept
}

/** The answer kept for this key, whatever it was given for. */
export const findKeptAnswer = (
  ctx: AppContext,
  tournamentId: string,
  door: Door,
  key: string,
): Promise<store.KeptAnswer | undefined> => store.findAnswer(ctx.db.read, tournamentId, door, hashKey(key), ctx.now())

export const deleteExpiredAnswers = (ctx: AppContext) => store.deleteExpired(ctx.db.read, ctx.now(), DELETED_AT_ONCE)

/** Forgets every answer kept for a team, in the transaction that takes one of its people out of it. How many. */
export const forgetAnswers = (tx: Queryable, teamId: string): Promise<number> => store.deleteAnswersOf(tx, teamId)
