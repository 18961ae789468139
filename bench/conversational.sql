-- The same rows as one registration writes, the same checks and the same lock, by a server that talks with PostgreSQL statement by
-- statement.
begin;
select pg_advisory_xact_lock(7103, hashtext(:tournament)), nextval('bench_numbers') as number \gset
select id_prefix as prefix from tournaments where id = :tournament::uuid \gset
select live_teams from clubs where tournament_id = :tournament::uuid and name_key = 'churchof' || :number::text;
select from teams where tournament_id = :tournament::uuid and name_key = 'kingsof' || :number::text and state not in ('rejected', 'withdrawn');
select from teams where tournament_id = :tournament::uuid and captain_email_key = 'samuel.' || :number::text || '@example.org'
  and state not in ('rejected', 'withdrawn');
select from teams where reference = :number::text;
insert into clubs (id, tournament_id, name, name_key, live_teams)
values ((:number::text || '-0000-7000-8000-000000000099')::uuid, :tournament::uuid, 'Church of ' || :number::text, 'churchof' || :number::text, 1);
update tournament_counters set last_number = last_number + 1, held_places = held_places + 1
where tournament_id = :tournament::uuid returning last_number \gset
insert into teams (id, tournament_id, club_id, number, code, state, name, name_key,
  captain_name, captain_phone, captain_email, captain_email_key, captain_whatsapp,
  vice_captain_name, vice_captain_phone, vice_captain_email, vice_captain_whatsapp,
  player_count, reference, pin_hmac, search_text, submitted_at, state_changed_at)
values ((:number::text || '-0000-7000-8000-000000000000')::uuid, :tournament::uuid, (:number::text || '-0000-7000-8000-000000000099')::uuid,
  :last_number::int, :prefix::text || '-' || :last_number::text, 'submitted',
  'Kings of ' || :number::text, 'kingsof' || :number::text,
  'Samuel a', '+919810000001', 'samuel.' || :number::text || '@example.org', 'samuel.' || :number::text || '@example.org', '+919810000001',
  'Thomas a', '+919850000001', 'thomas.' || :number::text || '@example.org', '+919850000001',
  11, :number::text, decode(md5('pin') || md5(:number::text), 'hex'),
  'team-' || :last_number::text || ' ' || :number::text || ' kings of ' || :number::text || ' church of ' || :number::text || ' samuel a', now(), now());
insert into players (id, team_id, position, name, role)
select (:number::text || '-0000-7000-8000-0000000000' || to_char(position, 'FM00'))::uuid,
  (:number::text || '-0000-7000-8000-000000000000')::uuid, position, 'Arun Raj', 'Batsman'
from generate_series(1, 11) position;
insert into decision_requests (id, tournament_id, team_id, state, asked_at)
values ((:number::text || '-0000-7000-8000-000000000020')::uuid, :tournament::uuid, (:number::text || '-0000-7000-8000-000000000000')::uuid, 'pending', now());
insert into registration_moves (team_id, from_state, to_state, actor_kind, created_at)
values ((:number::text || '-0000-7000-8000-000000000000')::uuid, null, 'submitted', 'captain', now());
insert into entry_links (token_hash, team_id, expires_at)
values (decode(md5('link') || md5(:number::text), 'hex'), (:number::text || '-0000-7000-8000-000000000000')::uuid, now() + interval '180 days');
insert into mails (id, tournament_id, team_id, kind, to_address, to_name, data, state)
values ((:number::text || '-0000-7000-8000-000000000030')::uuid, :tournament::uuid, (:number::text || '-0000-7000-8000-000000000000')::uuid,
  'received', 'samuel.' || :number::text || '@example.org', 'Samuel a', jsonb_build_object('reference', :number::text), 'held');
insert into audit_entries (at, event, actor_kind, tournament_id, subject_id, data)
values (now(), 'registration.received', 'captain', :tournament::uuid, (:number::text || '-0000-7000-8000-000000000000')::uuid, '{"door": "api", "state": "submitted"}');
insert into state_counts (tournament_id, state, teams) values (:tournament::uuid, 'submitted', 1)
on conflict (tournament_id, state) do update set teams = state_counts.teams + 1;
insert into day_counts (tournament_id, day, teams) values (:tournament::uuid, current_date, 1)
on conflict (tournament_id, day) do update set teams = day_counts.teams + 1;
end;
