import type { Queryable } from '#src/db/client.ts'

export type Club = { id: string; name: string; nameKey: string; liveTeams: number }

/** Clubs by name after the given key, of those whose name contains the searched text. */
export async function listClubs(
  sql: Queryable,
  tournamentId: string,
  { search, after, limit }: { search?: string; after?: string; limit: number },
): Promise<Club[]> {
  const matching = search ? sql`and name_key like ${`%${escapeLike(search)}%`}` : sql``
  const later = after === undefined ? sql`` : sql`and name_key > ${after}`
  return sql<Club[]>`
    select id, name, name_key as "nameKey", live_teams as "liveTeams" from clubs
    where tournament_id = ${tournamentId} ${matching} ${later} order by name_key limit ${limit}`
}

export type CountedClubs = { clubs: Club[]; total: number; full: number }

/** Clubs that have entered, by name, and how many there are; of more than `limit` those first that have entered as many teams as they may. */
export async function listCountedClubs(
  sql: Queryable,
  tournamentId: string,
  { teamsPerClub, limit }: { teamsPerClub: number | null; limit: number },
): Promise<CountedClubs> {
  const rows = await sql<(Club & { total: number; full: number })[]>`
    select * from (
      select id, name, name_key as "nameKey", live_teams as "liveTeams", (count(*) over ())::int as total,
        (count(*) filter (where live_teams >= ${teamsPerClub}::int) over ())::int as full
      from clubs where tournament_id = ${tournamentId} and live_teams > 0
      order by coalesce(live_teams >= ${teamsPerClub}::int, false) desc, name_key limit ${limit}) counted
    order by "nameKey"`
  return {
    clubs: rows.map(({ total: _, full: __, ...club }) => club),
    total: rows[0]?.total ?? 0,
    full: rows[0]?.full ?? 0,
  }
}

export async function findClub(sql: Queryable, tournamentId: string, nameKey: string): Promise<Club | undefined> {
  const [row] = await sql<Club[]>`
    select id, name, name_key as "nameKey", live_teams as "liveTeams" from clubs where tournament_id = ${tournamentId} and name_key = ${nameKey}`
  return row
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')
