import type { Queryable } from '#src/db/client.ts'
import { nameKey } from '#src/lib/names.ts'
import type { TeamState } from '#src/teams/model.ts'
import type { Place, RegistrationFilter, RegistrationRow, RegistrationSort } from './model.ts'

const SEARCH_WORDS_MAX = 8
/** More clubs than this are not offered as a choice: their names are typed. */
const CLUBS_OFFERED_MAX = 200

const ROW = `
  t.id, t.code, t.name, t.name_key as "nameKey", c.name as "clubName", c.name_key as "clubKey", t.number, t.state,
  t.captain_name as "captainName", t.captain_phone as "captainPhone", t.captain_email as "captainEmail",
  t.player_count as "playerCount", t.submitted_at as "submittedAt"`

type Listing = { sort: RegistrationSort; limit: number; place?: Place }

/**
 * Registrations in the order asked for, or, before a place, in the opposite one: the nearest to the place come first. By keyset and
 * index, so that a page costs the same wherever it lies.
 */
export async function listRegistrations(
  sql: Queryable,
  tournamentId: string,
  filter: RegistrationFilter,
  { sort, limit, place }: Listing,
): Promise<RegistrationRow[]> {
  const isAscending = (sort !== 'newest') !== (place?.direction === 'before')
  const direction = isAscending ? sql`asc` : sql`desc`
  const beyond = isAscending ? sql`>` : sql`<`
  const [first = '', second = ''] = place?.keys ?? []
  const words = (filter.q ?? '').normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).slice(0, SEARCH_WORDS_MAX)
  const conditions = [
    sql`t.tournament_id = ${tournamentId}`,
    ...(sort === 'club' || filter.club !== undefined ? [sql`c.tournament_id = ${tournamentId}`] : []),
    ...(filter.state === undefined ? [] : [sql`t.state = ${filter.state}`]),
    ...(filter.club === undefined ? [] : [sql`c.name_key = ${nameKey(filter.club)}`]),
    ...words.map((word) => sql`t.search_text like ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`),
  ]
  const orders = {
    newest: { by: sql`t.number ${direction}`, from: sql`t.number ${beyond} ${first}::int` },
    name: {
      by: sql`t.name_key ${direction}, t.id ${direction}`,
      from: sql`(t.name_key, t.id) ${beyond} (${first}, ${second}::uuid)`,
    },
    // Of two tables: the first comparison lets the clubs' index begin at the place.
    club: {
      by: sql`c.name_key ${direction}, t.number ${direction}`,
      from: sql`c.name_key ${beyond}= ${first} and (c.name_key, t.number) ${beyond} (${first}, ${second}::int)`,
    },
  }
  const order = sort === 'oldest' ? orders.newest : orders[sort]
  if (place) conditions.push(order.from)
  const where = conditions.flatMap((condition, index) => (index === 0 ? [condition] : [sql`and`, condition]))
  return sql<RegistrationRow[]>`
    select ${sql.unsafe(ROW)} from teams t join clubs c on c.id = t.club_id where ${where} order by ${order.by} limit ${limit}`
}

export type Overview = { counts: Partial<Record<TeamState, number>>; days: { day: string; teams: number }[] }

/** Teams by state and, since a day, by day of arrival: kept counts, no row of teams is read. Days without any are left out. */
export async function findOverview(sql: Queryable, tournamentId: string, since: string): Promise<Overview> {
  const [row] = await sql<Overview[]>`
    select
      (select coalesce(json_object_agg(state, teams), '{}') from state_counts
       where tournament_id = ${tournamentId} and teams > 0) as counts,
      (select coalesce(json_agg(json_build_object('day', day, 'teams', teams) order by day), '[]') from day_counts
       where tournament_id = ${tournamentId} and day >= ${since}::date) as days`
  return row!
}

export type FilterChoices = { counts: Partial<Record<TeamState, number>>; clubs: string[] | null }

/** What a list can be narrowed by: states with their kept counts, and clubs by name; null where there are too many to choose from. */
export async function findFilterChoices(sql: Queryable, tournamentId: string): Promise<FilterChoices> {
  const [row] = await sql<{ counts: FilterChoices['counts']; clubs: string[] }[]>`
    select
      (select coalesce(json_object_agg(state, teams), '{}') from state_counts
       where tournament_id = ${tournamentId} and teams > 0) as counts,
      (select coalesce(json_agg(name order by name_key), '[]') from (
        select name, name_key from clubs where tournament_id = ${tournamentId} limit ${CLUBS_OFFERED_MAX + 1}) offered) as clubs`
  const { counts, clubs } = row!
  return { counts, clubs: clubs.length > CLUBS_OFFERED_MAX ? null : clubs }
}
