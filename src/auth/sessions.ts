import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { type Actor, NOBODY, type Role, type StaffActor } from '#src/permissions.ts'
import { ENROLMENT_GRACE_MS, isToken, SESSION_LIFE_MS } from './model.ts'
import * as store from './store.ts'

export type { StaffActor }

const SESSIONS_DELETED_AT_ONCE = 1000
/** Whose account opens other people's data. */
const FACTOR_ROLES: ReadonlySet<Role> = new Set(['admin', 'owner'])

type Finding = Pick<AppContext, 'db' | 'now' | 'config'>

/** Who holds this browser's session; nobody for a token that is absent, unknown or over, or whose account is disabled. */
export async function findActor(ctx: Finding, token: string | undefined): Promise<Actor> {
  if (token === undefined || !isToken(token)) return NOBODY
  const found = await store.findSignedIn(ctx.db.read, { tokenHash: hashToken(token) }, ctx.now())
  return found ? actorOf(ctx, found, 'cookie') : NOBODY
}

/** Who a program's session belongs to; nobody once it is over, or the account is disabled. */
export async function findActorOfSession(ctx: Finding, sessionId: string): Promise<Actor> {
  const found = await store.findSignedIn(ctx.db.read, { sessionId }, ctx.now())
  return found ? actorOf(ctx, found, 'token') : NOBODY
}

function actorOf(ctx: Finding, { grants, ...found }: store.SignedIn, by: StaffActor['by']): StaffActor {
  const needing = grants.filter(({ role }) => FACTOR_ROLES.has(role)).map(({ givenAt }) => Date.parse(givenAt))
  const isFree = found.hasFactor || !ctx.config.requireSecondFactor || needing.length === 0
  const enrolBy = isFree ? null : new Date(Math.min(...needing) + ENROLMENT_GRACE_MS)
  return {
    kind: 'staff',
    ...found,
    by,
    grants: grants.map(({ role, tournamentId }) => ({ role, tournamentId })),
    enrolBy,
    mustEnrol: enrolBy !== null && enrolBy <= ctx.now(),
  }
}

export type NewSession = {
  staffId: string
  /** What signs in, in words: `Firefox on Linux`. */
  device: string
  /** Whether the second factor, or the password where there is none, was given just then. */
  isConfirmed: boolean
}

/** Begins a browser's session and returns its token, which is kept only as a digest. */
export async function startSession(tx: Queryable, session: NewSession, now: Date): Promise<string> {
  const token = newToken()
  await insertSession(tx, session, hashToken(token), now)
  return token
}

/** Begins a program's session and returns its id. */
export const startApiSession = (tx: Queryable, session: NewSession, now: Date): Promise<string> =>
  insertSession(tx, session, null, now)

async function insertSession(
  tx: Queryable,
  { staffId, device, isConfirmed }: NewSession,
  tokenHash: Uint8Array | null,
  now: Date,
): Promise<string> {
  const id = Bun.randomUUIDv7()
  await store.insertSession(tx, {
    id,
    kind: tokenHash ? 'browser' : 'api',
    tokenHash,
    staffId,
    device,
    confirmedAt: isConfirmed ? now : null,
    now,
    expiresAt: new Date(now.getTime() + SESSION_LIFE_MS),
  })
  const actor = { kind: 'staff', id: staffId } as const
  await record(tx, { event: 'session.started', actor, subjectId: staffId, data: { sessionId: id } })
  return id
}

export async function endSession(tx: Queryable, actor: StaffActor): Promise<void> {
  await store.deleteSession(tx, actor.sessionId)
  await record(tx, { event: 'session.ended', actor, subjectId: actor.id, data: { sessionId: actor.sessionId } })
}

/**
 * Ends the person's other sessions as what they sign in with has changed. This one goes on; a browser's under a new token, which is
 * returned. With `confirmedAt` it is confirmed.
 */
export async function endOtherSessions(
  tx: Queryable,
  { id, sessionId, by }: StaffActor,
  confirmedAt?: Date,
): Promise<string | null> {
  await store.deleteSessionsOf(tx, id, sessionId)
  return renewSession(tx, { sessionId, by }, confirmedAt)
}

/**
 * The session goes on, a browser's under the token that is returned: whoever holds the former one gains nothing. With `confirmedAt` it is
 * confirmed. Throws UNAUTHORIZED where somebody ended it meanwhile.
 */
export async function renewSession(
  tx: Queryable,
  { sessionId, by }: Pick<StaffActor, 'sessionId' | 'by'>,
  confirmedAt: Date | null = null,
): Promise<string | null> {
  const token = by === 'token' ? null : newToken()
  const isThere = await store.updateSession(tx, sessionId, {
    tokenHash: token === null ? null : hashToken(token),
    confirmedAt,
  })
  if (!isThere) throw new AppError('UNAUTHORIZED')
  return token
}

/** Removes sessions that are over; returns how many. */
export const deleteEndedSessions = (ctx: AppContext) =>
  store.deleteEndedSessions(ctx.db.read, ctx.now(), SESSIONS_DELETED_AT_ONCE)
