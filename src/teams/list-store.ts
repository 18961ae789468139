import type { Queryable } from '#src/db/client.ts'
import type { Team, TeamState } from './model.ts'
import { TEAM } from './store.ts'

export type TeamsListing = {
  states: readonly TeamState[]
  order: 'newest' | 'oldest'
  skip: number
  limit: number
}

/** Whole teams in these states, by number. */
export const listTeams = (
  sql: Queryable,
  tournamentId: string,
  { states, order, skip, limit }: TeamsListing,
): Promise<Team[]> => sql<Team[]>`
  select ${sql.unsafe(TEAM)} from teams t join clubs c on c.id = t.club_id
  where t.tournament_id = ${tournamentId} and t.state = any(${states as TeamState[]}::text[])
  order by t.number ${order === 'newest' ? sql`desc` : sql`asc`} limit ${limit} offset ${skip}`

/** By what people call it, `ICCT-001`. */
export async function findTeamId(sql: Queryable, tournamentId: string, code: string): Promise<string | undefined> {
  const [row] = await sql<
    { id: string }[]
  >`select id from teams where tournament_id = ${tournamentId} and code = ${code}`
  return row?.id
}

export type CountsByState = Partial<Record<TeamState, number>>

/** Kept counts: no row of teams is read. */
export async function countTeamsByState(sql: Queryable, tournamentId: string): Promise<CountsByState> {
  const rows = await sql<{ state: TeamState; teams: number }[]>`
    select state, teams from state_counts where tournament_id = ${tournamentId} and teams > 0`
  return Object.fromEntries(rows.map(({ state, teams }) => [state, teams]))
}

/** The highest number a team has; 0 before the first. */
export async function findLastNumber(sql: Queryable, tournamentId: string): Promise<number> {
  const [row] = await sql<{ number: number }[]>`
    select number from teams where tournament_id = ${tournamentId} order by number desc limit 1`
  return row?.number ?? 0
}
