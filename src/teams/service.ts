import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { takeLock } from '#src/db/locks.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, idOf } from '#src/permissions.ts'
import { holdsPlace, isLive, MOVES, type Team, type TeamState } from './model.ts'
import * as store from './store.ts'

export { findTeamsByCaptain } from './link-store.ts'
export {
  deleteEndedLinks,
  getTeamByLink,
  issueEntryLink,
  listEntryLinks,
  newEntryLink,
  revokeEntryLink,
  revokeEntryLinks,
  revokeLinksIn,
} from './links.ts'
export {
  type CountsByState,
  countTeamsByState,
  findLastNumber,
  findTeamId,
  listTeams,
  type TeamsListing,
} from './list-store.ts'
export {
  erasePlayers,
  findPeople,
  listPeople,
  type Marks,
  type PersonPlace,
  type PersonRow,
  searchByMarks,
  searchPeople,
} from './people-store.ts'
export type { AddTeamOutcome, Masking, SquadPlayer, TeamEntry } from './store.ts'
export {
  addTeam,
  eraseContacts,
  findApprovedStamp,
  findApprovedTeam,
  findTeam,
  findTeamByReference,
  listApprovedTeams,
  listApprovedTeamsByName,
  listPlayers,
} from './store.ts'

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
    actorId: idOf(move.actor) ?? null,
    now: move.now,
  })
  return from
}

/** Holds the registration's row to the end of the transaction. Throws NOT_FOUND. */
export async function holdTeam(tx: Queryable, teamId: string): Promise<void> {
  if (!(await store.findStateForUpdate(tx, teamId))) throw new AppError('NOT_FOUND')
}

/** Holds the tournament's places, names and numbers to the end of the transaction; taken before `moveTeam`. */
export const holdTournament = (tx: Queryable, tournamentId: string) => takeLock(tx, 'tournament', tournamentId)
