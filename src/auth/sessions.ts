import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { type Actor, NOBODY } from '#src/permissions.ts'
import { isToken, SESSION_LIFE_MS } from './model.ts'
import * as store from './store.ts'

export type StaffActor = Extract<Actor, { kind: 'staff' }>

const SESSIONS_DELETED_AT_ONCE = 1000

/** Who holds this session; nobody for a token that is absent, unknown or over, or whose account is disabled. */
export async function findActor(ctx: Pick<AppContext, 'db' | 'now'>, token: string | undefined): Promise<Actor> {
  if (token === undefined || !isToken(token)) return NOBODY
  const found = await store.findSignedIn(ctx.db.read, hashToken(token), ctx.now())
  return found ? { kind: 'staff', ...found } : NOBODY
}

/** Begins a session and returns its token, which is kept only as a digest. */
export async function startSession(tx: Queryable, staffId: string, now: Date): Promise<string> {
  const token = newToken()
  const session = { id: Bun.randomUUIDv7(), tokenHash: hashToken(token), staffId, now }
  await store.insertSession(tx, { ...session, expiresAt: new Date(now.getTime() + SESSION_LIFE_MS) })
  await record(tx, {
    event: 'session.started',
    actor: { kind: 'system' },
    subjectId: staffId,
    data: { sessionId: session.id },
  })
  return token
}

export async function endSession(tx: Queryable, actor: StaffActor): Promise<void> {
  await store.deleteSession(tx, actor.sessionId)
  await record(tx, { event: 'session.ended', actor, subjectId: actor.id, data: { sessionId: actor.sessionId } })
}

/** Removes sessions that are over; returns how many. */
export const deleteEndedSessions = (ctx: AppContext) =>
  store.deleteEndedSessions(ctx.db.read, ctx.now(), SESSIONS_DELETED_AT_ONCE)
