import type { Queryable } from '#src/db/client.ts'

/** Where a person stands in a registration, with what is known of them there. */
export type PersonRow = {
  part: 'captain' | 'vice_captain' | 'player'
  /** The team's id; a player's own. */
  id: string
  teamId: string
  teamCode: string
  teamName: string
  tournamentId: string
  tournamentName: string
  name: string
  phone: string
  email: string
  whatsapp: string
  dateOfBirth: string | null
  documents: number
}

const OF_TEAM = `t.id as "teamId", t.code as "teamCode", t.name as "teamName", t.tournament_id as "tournamentId", o.name as "tournamentName"`
const PEOPLE = `
  select 'captain' as part, t.id, ${OF_TEAM}, captain_name as name, captain_phone as phone, captain_email as email,
    captain_whatsapp as whatsapp, null as "dateOfBirth"
  from teams t join tournaments o on o.id = t.tournament_id
  union all
  select 'vice_captain', t.id, ${OF_TEAM}, vice_captain_name, vice_captain_phone, vice_captain_email, vice_captain_whatsapp, null
  from teams t join tournaments o on o.id = t.tournament_id
  union all
  select 'player', p.id, ${OF_TEAM}, p.name, '', '', '', p.date_of_birth::text
  from players p join teams t on t.id = p.team_id join tournaments o on o.id = t.tournament_id`

/** Counted of those who were chosen alone: of everybody it would take minutes. */
const COUNTED = `select chosen.*, (
    select count(*)::int from documents d
    where d.team_id = chosen."teamId" and d.player_id = chosen.id and d.file_id is not null) as documents
  from chosen`

/** Whose name or e-mail has one of the texts in it (in lower case), or whose number one of the rows of digits. */
export const searchPeople = (
  sql: Queryable,
  texts: readonly string[],
  digits: readonly string[],
  most: number,
): Promise<PersonRow[]> => sql<PersonRow[]>`
  with chosen as (select * from (${sql.unsafe(PEOPLE)}) person
  where exists (select from unnest(${texts as string[]}::text[]) word
      where position(word in lower(person.name)) > 0 or position(word in lower(person.email)) > 0)
    or exists (select from unnest(${digits as string[]}::text[]) number
      where position(number in person.phone) > 0 or position(number in person.whatsapp) > 0)
  order by "tournamentName", "teamCode", part, name limit ${most})
  ${sql.unsafe(COUNTED)}`

/** What tells one person from another: e-mail addresses and names in lower case, the last ten digits of numbers, birth dates. */
export type Marks = Record<'emails' | 'numbers' | 'names' | 'births' | 'teamIds', readonly string[]>

/**
 * Whoever shares an address, a number or a name with somebody. First those who share more than the name: an address, a number, the birth
 * date or the team.
 */
export const searchByMarks = (sql: Queryable, marks: Marks, most: number): Promise<PersonRow[]> => sql<PersonRow[]>`
  with found as (
    select person.*, lower(name) = any(${marks.names as string[]}::text[]) as "isNamesake",
      lower(email) = any(${marks.emails as string[]}::text[])
        or right(regexp_replace(phone, '\D', '', 'g'), 10) = any(${marks.numbers as string[]}::text[])
        or right(regexp_replace(whatsapp, '\D', '', 'g'), 10) = any(${marks.numbers as string[]}::text[]) as "isReached"
    from (${sql.unsafe(PEOPLE)}) person),
  chosen as (
  select part, id, "teamId", "teamCode", "teamName", "tournamentId", "tournamentName", name, phone, email, whatsapp, "dateOfBirth"
  from found where "isNamesake" or "isReached"
  order by not ("isReached" or "dateOfBirth" = any(${marks.births as string[]}::text[])
      or "teamId" = any(${marks.teamIds as string[]}::uuid[])) nulls last, "tournamentName", "teamCode", part, name
  limit ${most})
  ${sql.unsafe(COUNTED)}`

/** Everybody of a team. */
export const listPeople = (sql: Queryable, teamId: string): Promise<PersonRow[]> => sql<PersonRow[]>`
  with chosen as (select * from (${sql.unsafe(PEOPLE)}) person where "teamId" = ${teamId} order by part, name)
  ${sql.unsafe(COUNTED)}`

export type PersonPlace = Pick<PersonRow, 'part' | 'id'>

/** Those who stand in these places; places that are none are left out. */
export const findPeople = (sql: Queryable, places: readonly PersonPlace[]): Promise<PersonRow[]> => sql<PersonRow[]>`
  with chosen as (select person.* from (${sql.unsafe(PEOPLE)}) person
  join unnest(${places.map(({ part }) => part)}::text[], ${places.map(({ id }) => id)}::uuid[]) place (part, id)
    on place.part = person.part and place.id = person.id
  order by "tournamentName", "teamCode", person.part, person.name)
  ${sql.unsafe(COUNTED)}`

/** Players stay in their places, without a name of their own. */
export async function erasePlayers(
  tx: Queryable,
  teamId: string,
  playerIds: readonly string[],
  placeholder: string,
): Promise<void> {
  await tx`
    update players set name = ${placeholder}, role = null, jersey_number = null, date_of_birth = null
    where team_id = ${teamId} and id = any(${playerIds as string[]}::uuid[])`
}
