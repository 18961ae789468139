import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { type Actor, NOBODY, SYSTEM } from '#src/permissions.ts'
import { isToken } from '../model.ts'
import { findActorOfSession, type NewSession, startApiSession } from '../sessions.ts'
import { deleteSession } from '../store.ts'
import { makeAccessToken, readAccessToken } from './access.ts'
import { REFRESH_TOKENS_KEPT_MAX, type Tokens } from './model.ts'
import * as store from './store.ts'

/** Who holds this access token; nobody for one that is none of ours, is over, or whose session or account is. */
export async function findActorOfToken(ctx: AppContext, token: string): Promise<Actor> {
  const claims = await readAccessToken(ctx, token)
  if (claims === undefined) return NOBODY
  const actor = await findActorOfSession(ctx, claims.sessionId)
  return actor.kind === 'staff' && actor.id === claims.staffId ? actor : NOBODY
}

/** Begins a program's session, for somebody who has shown who they are. */
export async function startTokens(ctx: AppContext, session: NewSession): Promise<Tokens> {
  const { sessionId, refreshToken } = await ctx.db.write.begin(async (tx) => {
    const id = await startApiSession(tx, session, ctx.now())
    return { sessionId: id, refreshToken: await addRefreshToken(tx, id, ctx.now()) }
  })
  return { accessToken: await makeAccessToken(ctx, { staffId: session.staffId, sessionId }), refreshToken }
}

type Refreshed =
  | { outcome: 'refreshed'; sessionId: string; staffId: string; refreshToken: string }
  | { outcome: 'overtaken' }
  | { outcome: 'reused'; sessionId: string; staffId: string }
  | { outcome: 'unknown' }

/**
 * Gives new tokens for a refresh token, which is good once. One that was used before is in two hands: its whole session ends (RFC 9700,
 * section 4.14.2). Throws UNAUTHORIZED for that and for one that opens nothing; CONFLICT where another request used it while this one ran,
 * which ends nothing.
 */
export async function refreshTokens(ctx: AppContext, refreshToken: string): Promise<Tokens> {
  const refreshed = await ctx.db.write.begin((tx) => rotate(tx, refreshToken, ctx.now()))
  if (refreshed.outcome === 'refreshed') {
    const { staffId, sessionId } = refreshed
    const accessToken = await makeAccessToken(ctx, { staffId, sessionId })
    ctx.log.info({ staffId, sessionId }, 'tokens.refreshed')
    return { accessToken, refreshToken: refreshed.refreshToken }
  }
  if (refreshed.outcome === 'overtaken') throw new AppError('CONFLICT', { message: m.auth_refresh_overtaken() })
  if (refreshed.outcome === 'reused') {
    const { staffId, sessionId } = refreshed
    ctx.log.warn({ staffId, sessionId }, 'tokens.reused')
  }
  throw new AppError('UNAUTHORIZED', { message: m.auth_refresh_over() })
}

async function rotate(tx: Queryable, refreshToken: string, now: Date): Promise<Refreshed> {
  if (!isToken(refreshToken)) return { outcome: 'unknown' }
  const tokenHash = hashToken(refreshToken)
  const found = await store.findRefreshToken(tx, tokenHash, now)
  if (!found) return { outcome: 'unknown' }
  const { sessionId, staffId } = found
  if (found.isUsed) {
    if (await deleteSession(tx, sessionId))
      await record(tx, { event: 'session.reuse-ended', actor: SYSTEM, subjectId: staffId, data: { sessionId } })
    return { outcome: 'reused', sessionId, staffId }
  }
  if (!found.isLive) return { outcome: 'unknown' }
  if (!(await store.updateRefreshTokenUsed(tx, tokenHash, now))) return { outcome: 'overtaken' }
  await store.deleteOldRefreshTokens(tx, sessionId, REFRESH_TOKENS_KEPT_MAX)
  return { outcome: 'refreshed', sessionId, staffId, refreshToken: await addRefreshToken(tx, sessionId, now) }
}

async function addRefreshToken(tx: Queryable, sessionId: string, now: Date): Promise<string> {
  const token = newToken()
  await store.insertRefreshToken(tx, { tokenHash: hashToken(token), sessionId, now })
  return token
}
