-- The team and its players alone, statement by statement, under the same lock: lock, insert, insert, commit.
-- What stands beside them (checks, club, decision request, link, mail, audit, counts) is left out.
begin;
select pg_advisory_xact_lock(7103, hashtext(:tournament)), nextval('bench_numbers') as number \gset
with counted as (
  update tournament_counters set last_number = last_number + 1, held_places = held_places + 1
  where tournament_id = :tournament::uuid returning last_number
)
insert into teams (id, tournament_id, club_id, number, code, state, name, name_key,
  captain_name, captain_phone, captain_email, captain_email_key, captain_whatsapp,
  vice_captain_name, vice_captain_phone, vice_captain_email, vice_captain_whatsapp,
  player_count, reference, pin_hmac, search_text, submitted_at, state_changed_at)
select (:number::text || '-0000-7000-8000-000000000000')::uuid, :tournament::uuid, :club::uuid, last_number, 'TEAM-' || last_number, 'submitted',
  'Kings of ' || :number::text, 'kingsof' || :number::text,
  'Samuel a', '+919810000001', 'samuel.' || :number::text || '@example.org', 'samuel.' || :number::text || '@example.org', '+919810000001',
  'Thomas a', '+919850000001', 'thomas.' || :number::text || '@example.org', '+919850000001',
  11, :number::text, decode(md5('pin') || md5(:number::text), 'hex'),
  'team-' || last_number || ' ' || :number::text || ' kings of ' || :number::text || ' church of ' || :number::text || ' samuel a', now(), now()
from counted;
insert into players (id, team_id, position, name, role)
select (:number::text || '-0000-7000-8000-0000000000' || to_char(position, 'FM00'))::uuid,
  (:number::text || '-0000-7000-8000-000000000000')::uuid, position, 'Arun Raj', 'Batsman'
from generate_series(1, 11) position;
end;
