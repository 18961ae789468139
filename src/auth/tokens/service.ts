import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { postStaffMail } from '#src/mail/service.ts'
import { type Actor, NOBODY, SYSTEM } from '#src/permissions.ts'
import { findPerson } from '#src/staff/service.ts'
import { isToken } from '../model.ts'
import { findActorOfSession, type NewSession, startApiSession } from '../sessions.ts'
import { deleteIdlePrograms, deleteSession } from '../store.ts'
import { makeAccessToken, readAccessToken } from './access.ts'
import { PROGRAMS_MAX, REFRESH_TOKENS_KEPT_MAX, type Tokens } from './model.ts'
import * as store from './store.ts'

/** Who holds this access token; nobody for one that is none of ours, is over, or whose session or account is. */
export async function findActorOfToken(ctx: AppContext, token: string): Promise<Actor> {
  const claims = await readAccessToken(ctx, token)
  if (claims === undefined) return NOBODY
  const actor = await findActorOfSession(ctx, claims.sessionId)
  return actor.kind === 'staff' && actor.id === claims.staffId ? actor : NOBODY
}

/** A session that has begun, or goes on, with the one refresh token that is good for it. */
export type Begun = { staffId: string; sessionId: string; refreshToken: string }

/** Begins a program's session for somebody who has shown who they are, in the transaction in which they did. */
export async function beginTokens(tx: Queryable, session: NewSession, now: Date): Promise<Begun> {
  const sessionId = await startApiSession(tx, session, now)
  await deleteIdlePrograms(tx, session.staffId, PROGRAMS_MAX)
  return { staffId: session.staffId, sessionId, refreshToken: await addRefreshToken(tx, sessionId, now) }
}

/** What the program is given of it. */
export const openTokens = async (ctx: AppContext, begun: Begun): Promise<Tokens> => ({
  accessToken: await makeAccessToken(ctx, begun),
  refreshToken: begun.refreshToken,
})

type Refreshed =
  | ({ outcome: 'refreshed' } & Begun)
  | { outcome: 'overtaken' }
  | { outcome: 'reused'; sessionId: string; staffId: string }
  | { outcome: 'unknown' }

/**
 * Gives new tokens for a refresh token, which is good once. One that was used before is in two hands: its whole session ends (RFC 9700,
 * section 4.14.2). Throws UNAUTHORIZED for that and for one that opens nothing; CONFLICT where another request used it while this one ran,
 * which ends nothing.
 */
export async function refreshTokens(ctx: AppContext, refreshToken: string): Promise<Begun> {
  const refreshed = await ctx.db.write.begin((tx) => rotate(tx, ctx, refreshToken))
  if (refreshed.outcome === 'refreshed') {
    const { staffId, sessionId } = refreshed
    ctx.log.info({ staffId, sessionId }, 'tokens.refreshed')
    return refreshed
  }
  if (refreshed.outcome === 'overtaken') throw new AppError('CONFLICT', { message: m.auth_refresh_overtaken() })
  if (refreshed.outcome === 'reused') {
    const { staffId, sessionId } = refreshed
    ctx.log.warn({ staffId, sessionId }, 'tokens.reused')
  }
  throw new AppError('UNAUTHORIZED', { message: m.auth_refresh_over() })
}

async function rotate(tx: Queryable, ctx: AppContext, refreshToken: string): Promise<Refreshed> {
  if (!isToken(refreshToken)) return { outcome: 'unknown' }
  const tokenHash = hashToken(refreshToken)
  const now = ctx.now()
  const found = await store.findRefreshToken(tx, tokenHash, now)
  if (!found) return { outcome: 'unknown' }
  const { sessionId, staffId } = found
  if (found.isUsed) {
    await endReused(tx, ctx, found)
    return { outcome: 'reused', sessionId, staffId }
  }
  if (!found.isLive) return { outcome: 'unknown' }
  if (!(await store.updateRefreshTokenUsed(tx, tokenHash, now))) return { outcome: 'overtaken' }
  await store.deleteOldRefreshTokens(tx, sessionId, REFRESH_TOKENS_KEPT_MAX)
  return { outcome: 'refreshed', sessionId, staffId, refreshToken: await addRefreshToken(tx, sessionId, now) }
}

/** Written down and told to the person, once, however often it is used again. */
async function endReused(tx: Queryable, ctx: AppContext, found: store.Refreshable): Promise<void> {
  const { sessionId, staffId, startedAt, device } = found
  if (!(await deleteSession(tx, sessionId))) return
  await record(tx, { event: 'session.reuse-ended', actor: SYSTEM, subjectId: staffId, data: { sessionId } })
  const person = await findPerson(tx, staffId)
  const data = { signedInAt: startedAt.toISOString(), browser: device || m.factor_unknown_device() }
  if (person) await postStaffMail(tx, ctx, { kind: 'token_reused', to: person, data })
}

async function addRefreshToken(tx: Queryable, sessionId: string, now: Date): Promise<string> {
  const token = newToken()
  await store.insertRefreshToken(tx, { tokenHash: hashToken(token), sessionId, now })
  return token
}
