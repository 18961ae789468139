import type { Tournament } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import type { NewTournament } from './model.ts'

const COLUMNS = `
  id, slug, name, sport, id_prefix as "idPrefix", is_default as "isDefault", venue, starts_on::text as "startsOn", ends_on::text as "endsOn",
  time_zone as "timeZone", country, currency, fee_minor as "feeMinor", late_fee_minor as "lateFeeMinor", late_fee_from as "lateFeeFrom",
  opens_at as "opensAt", closes_at as "closesAt", squad_locks_at as "squadLocksAt", capacity, keeps_waiting_list as "keepsWaitingList",
  teams_per_club as "teamsPerClub", squad_min as "squadMin", squad_max as "squadMax", player_roles as "playerRoles", club_label as "clubLabel",
  ids_revealed as "idsRevealed", asks_date_of_birth as "asksDateOfBirth", asks_jersey_number as "asksJerseyNumber", age_min as "ageMin",
  age_max as "ageMax", created_at as "createdAt",
  (select coalesce(json_agg(json_build_object('tournamentId', tournament_id, 'kind', kind, 'position', position, 'required', required,
     'retentionDays', retention_days) order by position), '[]') from tournament_documents d where d.tournament_id = t.id) as documents`

/** By slug; without one, the default tournament. */
export async function findTournament(sql: Queryable, slug?: string): Promise<Tournament | undefined> {
  const where = slug === undefined ? sql`is_default` : sql`slug = ${slug}`
  const [row] = await sql<Tournament[]>`select ${sql.unsafe(COLUMNS)} from tournaments t where ${where}`
  return row
}

export async function findTournamentById(sql: Queryable, id: string): Promise<Tournament | undefined> {
  const [row] = await sql<Tournament[]>`select ${sql.unsafe(COLUMNS)} from tournaments t where id = ${id}`
  return row
}

/** Returns false where a tournament of that slug, or another default one, is there already. */
export async function insertTournament(
  tx: Queryable,
  id: string,
  tournament: NewTournament,
  isDefault: boolean,
): Promise<boolean> {
  const { documents, playerRoles, ...rest } = tournament
  const rows = await tx`
    insert into tournaments (id, slug, name, sport, id_prefix, is_default, time_zone, country, currency, fee_minor, capacity, keeps_waiting_list,
      teams_per_club, squad_min, squad_max, player_roles, club_label, ids_revealed)
    values (${id}, ${rest.slug}, ${rest.name}, ${rest.sport}, ${rest.idPrefix}, ${isDefault}, ${rest.timeZone}, ${rest.country}, ${rest.currency},
      ${rest.feeMinor}, ${rest.capacity}, ${rest.keepsWaitingList}, ${rest.teamsPerClub}, ${rest.squadMin}, ${rest.squadMax},
      ${tx.array([...playerRoles])}, ${rest.clubLabel}, ${rest.idsRevealed})
    on conflict do nothing returning id`
  if (rows.length === 0) return false
  await tx`insert into tournament_counters (tournament_id) values (${id})`
  const asked = documents.map((document, position) => ({
    tournament_id: id,
    position,
    kind: document.kind,
    required: document.required,
    retention_days: document.retentionDays,
  }))
  if (asked.length > 0) await tx`insert into tournament_documents ${tx(asked)}`
  return true
}

/** Teams that hold one of the tournament's places. */
export async function countHeldPlaces(sql: Queryable, tournamentId: string): Promise<number> {
  const [row] = await sql`select held_places from tournament_counters where tournament_id = ${tournamentId}`
  return row?.held_places ?? 0
}
