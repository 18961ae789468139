import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import type { Actor, StaffActor } from '#src/permissions.ts'
import { deleteOwnSession, deleteSessionsOf } from '../store.ts'
import type { ListedSession } from './model.ts'
import { listSessions } from './read-store.ts'
import { changeAccount, requireManaging } from './rights.ts'

/** Of one person, the latest used; older ones end with all others. */
const LISTED_MAX = 100
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Where the person is signed in, the latest use first. */
export async function listOwnSessions(ctx: AppContext, actor: StaffActor): Promise<ListedSession[]> {
  const sessions = await listSessions(ctx.db.read, actor.id, { now: ctx.now(), max: LISTED_MAX })
  return sessions.map((session) => ({ ...session, isThis: session.id === actor.sessionId }))
}

/** Ends one of the person's own sessions. Throws NOT_FOUND. */
export async function endOwnSession(ctx: AppContext, actor: StaffActor, sessionId: string): Promise<void> {
  if (!UUID.test(sessionId)) throw new AppError('NOT_FOUND')
  await ctx.db.write.begin(async (tx) => {
    if (!(await deleteOwnSession(tx, actor.id, sessionId))) throw new AppError('NOT_FOUND')
    await record(tx, { event: 'session.ended', actor, subjectId: actor.id, data: { sessionId } })
  })
  ctx.log.info({ staffId: actor.id, sessions: 1 }, 'sessions.ended')
}

/** Ends the person's own sessions but the present one. Returns how many. */
export async function endOtherOwnSessions(ctx: AppContext, actor: StaffActor): Promise<number> {
  const sessions = await ctx.db.write.begin(async (tx) => {
    const ended = await deleteSessionsOf(tx, actor.id, actor.sessionId)
    if (ended > 0) await record(tx, { event: 'sessions.ended', actor, subjectId: actor.id, data: { sessions: ended } })
    return ended
  })
  ctx.log.info({ staffId: actor.id, sessions }, 'sessions.ended')
  return sessions
}

/** Signs somebody out everywhere. Returns how many sessions there were. Throws NOT_FOUND, FORBIDDEN. */
export async function endSessionsOf(ctx: AppContext, actor: Actor, staffId: string): Promise<number> {
  const sessions = await changeAccount(ctx, actor, staffId, async ({ tx, actor: present }) => {
    requireManaging(present)
    const ended = await deleteSessionsOf(tx, staffId)
    if (ended > 0) await record(tx, { event: 'sessions.ended', actor, subjectId: staffId, data: { sessions: ended } })
    return ended
  })
  ctx.log.info({ staffId, sessions }, 'sessions.ended')
  return sessions
}
