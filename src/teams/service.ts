import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import type { Actor } from '#src/permissions.ts'
import { holdsPlace, isLive, MOVES, type Team, type TeamState } from './model.ts'
import * as store from './store.ts'

export type { AddTeamOutcome, SquadPlayer, TeamEntry } from './store.ts'
export {
  addTeam,
  findApprovedStamp,
  findApprovedTeam,
  findTeam,
  findTeamByReference,
  listApprovedTeams,
  listApprovedTeamsByName,
  listPlayers,
} from './store.ts'

const LINKS_DELETED_AT_ONCE = 1000

export async function getTeam(ctx: AppContext, id: string): Promise<Team> {
  const team = await store.findTeam(ctx.db.read, id)
  if (!team) throw new AppError('NOT_FOUND')
  return team
}

type Move = { teamId: string; to: TeamState; actor: Actor; reason?: string | null; now: Date }

/**
 * Moves a registration to another state and records who, when, why, from and to, with every kept count beside it, under the tournament's
 * lock. Returns the state it came from. Throws NOT_FOUND, and CONFLICT (naming the state) where there is no such move.
 */
export async function moveTeam(tx: Queryable, move: Move): Promise<TeamState> {
  const found = await store.findStateForUpdate(tx, move.teamId)
  if (!found) throw new AppError('NOT_FOUND')
  const { state: from, tournamentId, clubId } = found
  if (!MOVES[from].includes(move.to))
    throw new AppError('CONFLICT', { message: m.teams_no_such_move({ state: m[`parts_state_${from}`]() }) })
  await store.updateState(tx, move.teamId, move.to, move.now)
  const change = (counts: (state: TeamState) => boolean) => Number(counts(move.to)) - Number(counts(from))
  await store.updateCounts(tx, {
    tournamentId,
    clubId,
    from,
    to: move.to,
    places: change(holdsPlace),
    live: change(isLive),
  })
  await store.insertMove(tx, {
    teamId: move.teamId,
    from,
    to: move.to,
    reason: move.reason ?? null,
    actorKind: move.actor.kind,
    actorId: move.actor.kind === 'staff' ? move.actor.id : null,
    now: move.now,
  })
  return from
}

/** Holds the tournament's places, names and numbers to the end of the transaction; taken before `moveTeam`. */
export const holdTournament = (tx: Queryable, tournamentId: string) => takeLock(tx, 'tournament', tournamentId)

/** A new link to the team's entry page; earlier ones stay valid. Returns the token, which is kept only as a digest. */
export async function newEntryLink(ctx: AppContext, teamId: string, seconds: number): Promise<string> {
  const token = newToken()
  const expiresAt = new Date(ctx.now().getTime() + seconds * 1000)
  await store.insertEntryLink(ctx.db.read, { tokenHash: hashToken(token), teamId, expiresAt })
  return token
}

/** The team a link opens. Throws NOT_FOUND for a link that never was, LINK_EXPIRED for one that is over. */
export async function getTeamByLink(ctx: AppContext, token: string): Promise<Team & { stateReason: string | null }> {
  const found = await store.findTeamByLink(ctx.db.read, hashToken(token))
  if (!found) throw new AppError('NOT_FOUND', { message: m.teams_link_unknown() })
  const { expiresAt, revokedAt, ...team } = found
  if (revokedAt || expiresAt <= ctx.now()) throw new AppError('LINK_EXPIRED')
  return team
}

export const deleteEndedLinks = (ctx: AppContext) =>
  store.deleteEndedLinks(ctx.db.read, ctx.now(), LINKS_DELETED_AT_ONCE)
