import type { Queryable } from '#src/db/client.ts'
import type { PublicTeam, Team, TeamState } from './model.ts'

/** A team to be added, with everything that is recorded beside it; every id was made beforehand. */
export type TeamEntry = {
  tournamentId: string
  door: 'form' | 'api' | 'icct26'
  now: string
  keyHash: string | null
  fingerprint: string
  waitsForKey: boolean
  /** It was sent before, and nobody knows what became of it. */
  isRepeat?: true
  keyWaitMs: number
  lockWaitMs: number
  keptMinutes: number
  secrets: string
  team: Record<string, string | null>
  players: {
    id: string
    position: number
    name: string
    role: string | null
    jerseyNumber: number | null
    dateOfBirth: string | null
  }[]
  documents: { id: string; playerId: string | null; uploadId: string; position: number }[]
  uploadIds: string[]
  draftId: string | null
  decisionRequestId: string
  link: { tokenHash: string; expiresAt: string }
  mails: Record<
    'submitted' | 'waitlisted',
    { id: string; kind: string; toAddress: string; toName: string; data: object; state: string; nextTryAt: string }
  >
  /** Of the request that asks for it, for the audit log. */
  requestId?: string
  address?: string
}

export type AddTeamOutcome =
  | { outcome: 'added'; id: string; state: TeamState; code: string }
  | { outcome: 'replayed'; id: string; state: TeamState; code: string; secrets: string }
  | {
      outcome:
        | 'REQUEST_IN_PROGRESS'
        | 'IDEMPOTENCY_KEY_REUSED'
        | 'REGISTRATION_CLOSED'
        | 'CLUB_LIMIT_REACHED'
        | 'DUPLICATE_TEAM_NAME'
        | 'DUPLICATE_CAPTAIN_EMAIL'
        | 'TOURNAMENT_FULL'
        | 'REFERENCE_TAKEN'
        | 'UPLOADS_TAKEN'
      /** All that stands in the way, `outcome` first, where fields of the form do. */
      refused?: ('CLUB_LIMIT_REACHED' | 'DUPLICATE_TEAM_NAME' | 'DUPLICATE_CAPTAIN_EMAIL')[]
    }

/** One statement: src/teams/add-team.sql. */
export async function addTeam(sql: Queryable, entry: TeamEntry): Promise<AddTeamOutcome> {
  const [row] = await sql<{ added: AddTeamOutcome }[]>`select add_team(${JSON.stringify(entry)}::text::jsonb) as added`
  return row!.added
}

/** The columns of a Team, of teams `t` and clubs `c`. */
export const TEAM = `
  t.id, t.tournament_id as "tournamentId", t.club_id as "clubId", c.name as "clubName", t.number, t.code, t.state, t.name,
  json_build_object('name', t.captain_name, 'phone', t.captain_phone, 'email', t.captain_email, 'whatsapp', t.captain_whatsapp) as captain,
  json_build_object('name', t.vice_captain_name, 'phone', t.vice_captain_phone, 'email', t.vice_captain_email, 'whatsapp', t.vice_captain_whatsapp) as "viceCaptain",
  t.payment_reference as "paymentReference", t.player_count as "playerCount", t.reference, t.submitted_at as "submittedAt", t.state_changed_at as "stateChangedAt"`

export async function findTeam(sql: Queryable, id: string): Promise<Team | undefined> {
  const [row] = await sql<
    Team[]
  >`select ${sql.unsafe(TEAM)} from teams t join clubs c on c.id = t.club_id where t.id = ${id}`
  return row
}

/** For the entry page's PIN: the team of a reference, with the PIN's HMAC. */
export async function findTeamByReference(
  sql: Queryable,
  reference: string,
): Promise<{ id: string; pinHmac: Uint8Array } | undefined> {
  const [row] = await sql<
    { id: string; pinHmac: Uint8Array }[]
  >`select id, pin_hmac as "pinHmac" from teams where reference = ${reference}`
  return row
}

export type SquadPlayer = {
  id: string
  position: number
  name: string
  role: string | null
  jerseyNumber: number | null
  dateOfBirth: string | null
}

export async function listPlayers(sql: Queryable, teamId: string): Promise<SquadPlayer[]> {
  return sql<SquadPlayer[]>`
    select id, position, name, role, jersey_number as "jerseyNumber", date_of_birth::text as "dateOfBirth"
    from players where team_id = ${teamId} order by position`
}

const PUBLIC = 't.id, t.code, t.name, c.name as "clubName", t.player_count as "playerCount"'

/**
 * How many rows a page of teams takes from the database: a few numbers, written into the statement. PostgreSQL then keeps one plan for all
 * such pages; of a limit it is only given later it expects the worst and plans anew for each, which takes longer than the page itself.
 */
const ROWS_AT_ONCE = [51, 101] as const
const enoughRows = (limit: number) => String(ROWS_AT_ONCE.find((rows) => rows >= limit) ?? limit)

/**
 * Differs after every team that became approved or ceased to be: the row that counts them is another version then, which its xmin tells
 * (PostgreSQL, "System Columns").
 */
export async function findApprovedStamp(sql: Queryable, tournamentId: string): Promise<string> {
  const [row] = await sql<{ stamp: string }[]>`
    select xmin::text as stamp from state_counts where tournament_id = ${tournamentId} and state = 'approved'`
  return row?.stamp ?? ''
}

/** Approved teams by number, after the given one; all of them after 0. */
export async function listApprovedTeams(
  sql: Queryable,
  tournamentId: string,
  afterNumber: number,
  limit: number,
): Promise<(PublicTeam & { number: number })[]> {
  const from = afterNumber > 0 ? sql`and t.number > ${afterNumber}` : sql``
  const teams = await sql<(PublicTeam & { number: number })[]>`
    select ${sql.unsafe(PUBLIC)}, t.number from teams t join clubs c on c.id = t.club_id
    where t.tournament_id = ${tournamentId} and t.state = 'approved' ${from} order by t.number limit ${sql.unsafe(enoughRows(limit))}`
  return teams.slice(0, limit)
}

/** Approved teams by name, after the given key and id. */
export async function listApprovedTeamsByName(
  sql: Queryable,
  tournamentId: string,
  after: { nameKey: string; id: string } | undefined,
  limit: number,
): Promise<(PublicTeam & { nameKey: string })[]> {
  const from = after ? sql`and (t.name_key, t.id) > (${after.nameKey}, ${after.id})` : sql``
  const teams = await sql<(PublicTeam & { nameKey: string })[]>`
    select ${sql.unsafe(PUBLIC)}, t.name_key as "nameKey" from teams t join clubs c on c.id = t.club_id
    where t.tournament_id = ${tournamentId} and t.state = 'approved' ${from}
    order by t.name_key, t.id limit ${sql.unsafe(enoughRows(limit))}`
  return teams.slice(0, limit)
}

/** An approved team by its UUID or its team id. */
export async function findApprovedTeam(
  sql: Queryable,
  tournamentId: string,
  by: { id: string } | { code: string },
): Promise<PublicTeam | undefined> {
  const which = 'id' in by ? sql`t.id = ${by.id}` : sql`t.code = ${by.code}`
  const [row] = await sql<PublicTeam[]>`
    select ${sql.unsafe(PUBLIC)} from teams t join clubs c on c.id = t.club_id
    where t.tournament_id = ${tournamentId} and t.state = 'approved' and ${which}`
  return row
}

/** The state as it stands, under a row lock. */
export async function findStateForUpdate(
  tx: Queryable,
  teamId: string,
): Promise<{ state: TeamState; tournamentId: string; clubId: string } | undefined> {
  const [row] = await tx<{ state: TeamState; tournamentId: string; clubId: string }[]>`
    select state, tournament_id as "tournamentId", club_id as "clubId" from teams where id = ${teamId} for update`
  return row
}

export async function updateState(tx: Queryable, teamId: string, state: TeamState, now: Date): Promise<void> {
  await tx`update teams set state = ${state}, state_changed_at = ${now} where id = ${teamId}`
}

/** Keeps the counts beside a move: by state, places held, live teams of the club. */
export async function updateCounts(
  tx: Queryable,
  move: { tournamentId: string; clubId: string; from: TeamState; to: TeamState; places: number; live: number },
): Promise<void> {
  await tx`update state_counts set teams = teams - 1 where tournament_id = ${move.tournamentId} and state = ${move.from}`
  await tx`
    insert into state_counts (tournament_id, state, teams) values (${move.tournamentId}, ${move.to}, 1)
    on conflict (tournament_id, state) do update set teams = state_counts.teams + 1`
  if (move.places !== 0)
    await tx`update tournament_counters set held_places = held_places + ${move.places} where tournament_id = ${move.tournamentId}`
  if (move.live !== 0) await tx`update clubs set live_teams = live_teams + ${move.live} where id = ${move.clubId}`
}

export async function insertMove(
  tx: Queryable,
  move: {
    teamId: string
    from: TeamState
    to: TeamState
    reason: string | null
    actorKind: string
    actorId: string | null
    now: Date
  },
): Promise<void> {
  await tx`
    insert into registration_moves (team_id, from_state, to_state, reason, actor_kind, actor_id, created_at)
    values (${move.teamId}, ${move.from}, ${move.to}, ${move.reason}, ${move.actorKind}, ${move.actorId}, ${move.now})`
}

/** What takes the place of a person's words: `pattern` finds them (a POSIX regular expression, case ignored). */
export type Masking = { pattern: string; placeholder: string }

/** Takes contacts out of a registration; its own row stays, and still counts. Without a captain nothing opens it by PIN. */
export async function eraseContacts(
  tx: Queryable,
  teamId: string,
  parts: { captain: boolean; viceCaptain: boolean; pinHmac: Uint8Array },
  { pattern, placeholder }: Masking,
): Promise<void> {
  if (parts.captain)
    await tx`
      update teams t set captain_name = ${placeholder}, captain_phone = '', captain_email = '', captain_email_key = 'erased ' || t.id,
        captain_whatsapp = '', pin_hmac = ${parts.pinHmac},
        search_text = lower(normalize(concat_ws(' ', t.code, t.reference, t.name, c.name, ${placeholder}::text), NFKC))
      from clubs c where c.id = t.club_id and t.id = ${teamId}`
  if (parts.viceCaptain)
    await tx`
      update teams set vice_captain_name = ${placeholder}, vice_captain_phone = '', vice_captain_email = '', vice_captain_whatsapp = ''
      where id = ${teamId}`
  await tx`update teams set payment_reference = null where id = ${teamId} and payment_reference ~* ${pattern}`
  await tx`
    update registration_moves set reason = regexp_replace(reason, ${pattern}, ${placeholder}, 'gi')
    where team_id = ${teamId} and reason ~* ${pattern}`
}
