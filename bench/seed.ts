import postgres from 'postgres'
import type { EmbeddedConnection } from '#src/db/embedded/connection.ts'
import { NUMBERS } from './registration.ts'

const PLAYERS = 11
const TEAMS_PER_CLUB = 2

/**
 * Writes approved teams with everything that stands beside a registration, straight into the tables, until the default tournament has
 * as many as asked for; a minute for 100,000.
 */
export async function seedTeams(connection: EmbeddedConnection, wanted: number): Promise<void> {
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  try {
    const [tournament] = await sql`
      select id, id_prefix as prefix, coalesce((select teams from state_counts s where s.tournament_id = t.id and state = 'approved'), 0) as approved,
        last_number as last
      from tournaments t join tournament_counters on tournament_id = t.id where is_default`
    const { id, prefix, approved, last } = tournament!
    const count = wanted - approved
    if (count <= 0) return
    const numbers = sql`generate_series(${last + 1}::int, ${last + count}::int) number`
    const idOf = (kind: number) =>
      sql`(${NUMBERS.seeded} + number || '-0000-7000-8000-0000000000' || to_char(${kind}::int, 'FM00'))::uuid`
    const club = sql`(${NUMBERS.seeded} + number - number % ${TEAMS_PER_CLUB} || '-0000-7000-8000-000000000099')::uuid`
    await sql.begin(async (tx) => {
      await tx`
        insert into clubs (id, tournament_id, name, name_key, live_teams)
        select distinct on (id) ${club} as id, ${id}::uuid, 'Church of ' || number, 'churchof' || number, ${TEAMS_PER_CLUB}::int
        from ${numbers} on conflict do nothing`
      await tx`
        insert into teams (id, tournament_id, club_id, number, code, state, name, name_key, captain_name, captain_phone, captain_email,
          captain_email_key, captain_whatsapp, vice_captain_name, vice_captain_phone, vice_captain_email, vice_captain_whatsapp, player_count,
          search_text, reference, pin_hmac, submitted_at, state_changed_at)
        select ${idOf(0)}, ${id}::uuid, ${club}, number, ${prefix} || '-' || lpad(number::text, greatest(3, length(number::text)), '0'), 'approved', 'Kings of ' || number, 'kingsof' || number,
          'Samuel Raj', '+919810000001', 'samuel.' || number || '@example.com', 'samuel.' || number || '@example.com', '+919810000001',
          'Thomas Raj', '+919850000001', 'thomas.' || number || '@example.com', '+919850000001', ${PLAYERS}::int,
          'kings of ' || number || ' church of ' || number || ' samuel raj', (${NUMBERS.seeded} + number)::text, sha256(number::text::bytea),
          now(), now()
        from ${numbers}`
      await tx`
        insert into players (id, team_id, position, name, role)
        select (${NUMBERS.seeded} + number || '-0000-7000-8000-0000000000' || to_char(position, 'FM00'))::uuid, ${idOf(0)}, position, 'Arun Raj', 'Batsman'
        from ${numbers}, generate_series(1, ${PLAYERS}::int) position`
      await tx`
        insert into decision_requests (id, tournament_id, team_id, state, asked_at, closed_at)
        select ${idOf(20)}, ${id}::uuid, ${idOf(0)}, 'approved', now(), now() from ${numbers}`
      await tx`
        insert into registration_moves (team_id, from_state, to_state, actor_kind)
        select ${idOf(0)}, null, 'submitted', 'captain' from ${numbers} union all select ${idOf(0)}, 'submitted', 'approved', 'staff' from ${numbers}`
      await tx`
        insert into entry_links (token_hash, team_id, expires_at)
        select sha256((${NUMBERS.seeded} + number)::text::bytea), ${idOf(0)}, now() + interval '180 days' from ${numbers}`
      await tx`
        insert into mails (id, tournament_id, team_id, kind, to_address, to_name, data, state)
        select ${idOf(30)}, ${id}::uuid, ${idOf(0)}, 'received', 'samuel.' || number || '@example.com', 'Samuel Raj', '{}', 'held' from ${numbers}`
      await tx`
        insert into audit_entries (event, actor_kind, tournament_id, subject_id)
        select 'registration.received', 'captain', ${id}::uuid, ${idOf(0)} from ${numbers}`
      await tx`
        update tournament_counters set last_number = last_number + ${count}, held_places = held_places + ${count} where tournament_id = ${id}`
      await tx`
        insert into state_counts (tournament_id, state, teams) values (${id}, 'approved', ${count})
        on conflict (tournament_id, state) do update set teams = state_counts.teams + excluded.teams`
      await tx`
        insert into day_counts (tournament_id, day, teams) values (${id}, current_date, ${count})
        on conflict (tournament_id, day) do update set teams = day_counts.teams + excluded.teams`
    })
    await sql`analyze`
  } finally {
    await sql.end()
  }
}
