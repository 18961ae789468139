import type { Tournament } from '#src/context.ts'
import type { Database, Queryable } from '#src/db/client.ts'
import { tournamentCounters, tournamentDocuments, tournaments } from '#src/db/schema/index.ts'
import type { NewTournament } from './model.ts'

const COLUMNS = `
  id, slug, name, preset, sport, id_prefix as "idPrefix", is_default as "isDefault", venue, starts_on::text as "startsOn", ends_on::text as "endsOn",
  time_zone as "timeZone", country, currency, fee_minor as "feeMinor", late_fee_minor as "lateFeeMinor", late_fee_from as "lateFeeFrom",
  opens_at as "opensAt", closes_at as "closesAt", squad_locks_at as "squadLocksAt", capacity, keeps_waiting_list as "keepsWaitingList",
  teams_per_club as "teamsPerClub", squad_min as "squadMin", squad_max as "squadMax", player_roles as "playerRoles", club_label as "clubLabel",
  ids_revealed as "idsRevealed", asks_date_of_birth as "asksDateOfBirth", asks_jersey_number as "asksJerseyNumber", age_min as "ageMin",
  age_max as "ageMax", mail_from_name as "mailFromName", mail_reply_to as "mailReplyTo", to_char(quiet_from, 'HH24:MI') as "quietFrom",
  to_char(quiet_to, 'HH24:MI') as "quietTo", created_at as "createdAt",
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

/** Adds a tournament with what it asks for. Returns false where one of that slug, or another default one, is there already. */
export async function insertTournament(
  orm: Database['orm'],
  id: string,
  tournament: NewTournament,
  isDefault: boolean,
): Promise<boolean> {
  const { documents, playerRoles, ...settings } = tournament
  return orm.transaction(async (tx) => {
    const row = { ...settings, id, isDefault, playerRoles: [...playerRoles] }
    const added = await tx.insert(tournaments).values(row).onConflictDoNothing().returning({ id: tournaments.id })
    if (added.length === 0) return false
    await tx.insert(tournamentCounters).values({ tournamentId: id })
    const asked = documents.map((document, position) => ({ ...document, tournamentId: id, position }))
    if (asked.length > 0) await tx.insert(tournamentDocuments).values(asked)
    return true
  })
}

/** Teams that hold one of the tournament's places. */
export async function countHeldPlaces(sql: Queryable, tournamentId: string): Promise<number> {
  const [row] = await sql`select held_places from tournament_counters where tournament_id = ${tournamentId}`
  return row?.held_places ?? 0
}

/** How the tournament's mails are sent; times of day as `22:00`. */
export type MailSettings = Pick<Tournament, 'mailFromName' | 'mailReplyTo' | 'quietFrom' | 'quietTo'>

export async function updateMailSettings(tx: Queryable, tournamentId: string, settings: MailSettings): Promise<void> {
  await tx`
    update tournaments set mail_from_name = ${settings.mailFromName}, mail_reply_to = ${settings.mailReplyTo},
      quiet_from = ${settings.quietFrom}::text::time, quiet_to = ${settings.quietTo}::text::time where id = ${tournamentId}`
}
