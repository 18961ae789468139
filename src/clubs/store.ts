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

export async function findClub(sql: Queryable, tournamentId: string, nameKey: string): Promise<Club | undefined> {
  const [row] = await sql<Club[]>`
    select id, name, name_key as "nameKey", live_teams as "liveTeams" from clubs where tournament_id = ${tournamentId} and name_key = ${nameKey}`
  return row
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')
