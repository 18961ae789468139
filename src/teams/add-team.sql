-- One registration in one round trip: idempotency, checks, number, team, squad, documents, decision request, mail, audit and kept answer.
-- The tournament's advisory lock is the last lock taken and is held to commit; numbers are gapless because of it. Each statement in this
-- VOLATILE function reads its own snapshot, taken after the lock was granted.
-- Lock classes are those of src/db/locks.ts: 7102 idempotency key, 7103 tournament.
create or replace function add_team(d jsonb) returns jsonb language plpgsql volatile as $$
declare
  the_tournament constant uuid := (d->>'tournamentId')::uuid;
  the_team constant uuid := (d->'team'->>'id')::uuid;
  the_now constant timestamptz := (d->>'now')::timestamptz;
  the_key constant bytea := decode(d->>'keyHash', 'hex');
  the_email_key constant text := d->'team'->>'captainEmailKey';
  the_name_key constant text := d->'team'->>'nameKey';
  kept idempotency_keys;
  rules tournaments;
  the_club clubs;
  the_number int;
  the_code text;
  the_state text := 'submitted';
  the_mail jsonb;
  refused text[] := '{}';
begin
  if the_key is not null then
    if (d->>'waitsForKey')::boolean then
      perform set_config('lock_timeout', d->>'keyWaitMs', true);
      begin
        perform pg_advisory_xact_lock(7102, hashtext((d->>'door') || (d->>'tournamentId') || (d->>'keyHash')));
      exception when lock_not_available then
        return jsonb_build_object('outcome', 'REQUEST_IN_PROGRESS');
      end;
      perform set_config('lock_timeout', d->>'lockWaitMs', true);
    elsif not pg_try_advisory_xact_lock(7102, hashtext((d->>'door') || (d->>'tournamentId') || (d->>'keyHash'))) then
      return jsonb_build_object('outcome', 'REQUEST_IN_PROGRESS');
    end if;
    select * into kept from idempotency_keys
      where tournament_id = the_tournament and door = d->>'door' and key_hash = the_key and expires_at > the_now;
    if found then
      if kept.fingerprint <> decode(d->>'fingerprint', 'hex') then
        return jsonb_build_object('outcome', 'IDEMPOTENCY_KEY_REUSED');
      end if;
      return jsonb_build_object('outcome', 'replayed', 'id', kept.team_id, 'state', kept.state, 'code', kept.code,
        'secrets', encode(kept.secrets, 'hex'));
    end if;
  end if;

  perform pg_advisory_xact_lock(7103, hashtext(d->>'tournamentId'));

  -- Sent again, as nobody knew what became of it: only the first sending can have made a team of this id.
  if d ? 'isRepeat' then
    select state, code into the_state, the_code from teams where id = the_team;
    if found then
      return jsonb_build_object('outcome', 'added', 'id', the_team, 'state', the_state, 'code', the_code);
    end if;
    the_state := 'submitted';
  end if;

  select * into rules from tournaments where id = the_tournament;
  if the_now < rules.opens_at or the_now >= rules.closes_at + interval '1 minute' then
    return jsonb_build_object('outcome', 'REGISTRATION_CLOSED');
  end if;
  select * into the_club from clubs where tournament_id = the_tournament and name_key = d->'team'->>'clubKey';
  if the_club.live_teams >= rules.teams_per_club then
    refused := refused || 'CLUB_LIMIT_REACHED'::text;
  end if;
  if exists (select from teams where tournament_id = the_tournament and name_key = the_name_key and state not in ('rejected', 'withdrawn')) then
    refused := refused || 'DUPLICATE_TEAM_NAME'::text;
  end if;
  if exists (select from teams where tournament_id = the_tournament and captain_email_key = the_email_key and state not in ('rejected', 'withdrawn')) then
    refused := refused || 'DUPLICATE_CAPTAIN_EMAIL'::text;
  end if;
  if refused <> '{}' then
    return jsonb_build_object('outcome', refused[1], 'refused', refused);
  end if;
  if exists (select from teams where reference = d->'team'->>'reference') then
    return jsonb_build_object('outcome', 'REFERENCE_TAKEN');
  end if;
  -- A condition with a query in it costs the query's start whatever stands before it: hence one condition inside the other.
  if rules.capacity is not null then
    if (select held_places from tournament_counters where tournament_id = the_tournament) >= rules.capacity then
      if not rules.keeps_waiting_list then
        return jsonb_build_object('outcome', 'TOURNAMENT_FULL');
      end if;
      the_state := 'waitlisted';
    end if;
  end if;
  -- The first registration to commit binds a file; one that names it later, or after it expired, must not take it.
  if d->'uploadIds' <> '[]' then
    if (
      select count(*) from (
        select from uploads where id in (select value::uuid from jsonb_array_elements_text(d->'uploadIds'))
          and tournament_id = the_tournament and team_id is null and expires_at > the_now for update
      ) free
    ) <> jsonb_array_length(d->'uploadIds') then
      return jsonb_build_object('outcome', 'UPLOADS_TAKEN');
    end if;
  end if;

  if the_club.id is null then
    insert into clubs (id, tournament_id, name, name_key, live_teams)
    values ((d->'team'->>'clubId')::uuid, the_tournament, d->'team'->>'clubName', d->'team'->>'clubKey', 1) returning * into the_club;
  else
    update clubs set live_teams = live_teams + 1 where id = the_club.id;
  end if;

  update tournament_counters
    set last_number = last_number + 1, held_places = held_places + case the_state when 'submitted' then 1 else 0 end
    where tournament_id = the_tournament returning last_number into the_number;
  the_code := rules.id_prefix || '-' || case when the_number < 1000 then lpad(the_number::text, 3, '0') else the_number::text end;

  insert into teams (id, tournament_id, club_id, number, code, state, name, name_key,
    captain_name, captain_phone, captain_email, captain_email_key, captain_whatsapp,
    vice_captain_name, vice_captain_phone, vice_captain_email, vice_captain_whatsapp,
    payment_reference, player_count, reference, pin_hmac, search_text, submitted_at, state_changed_at)
  select the_team, the_tournament, the_club.id, the_number, the_code, the_state, t."name", the_name_key,
    t."captainName", t."captainPhone", t."captainEmail", the_email_key, t."captainWhatsapp",
    t."viceCaptainName", t."viceCaptainPhone", t."viceCaptainEmail", t."viceCaptainWhatsapp",
    t."paymentReference", jsonb_array_length(d->'players'), t."reference", decode(t."pinHmac", 'hex'),
    lower(the_code) || ' ' || t."searchText", the_now, the_now
  from jsonb_to_record(d->'team') as t("name" text, "captainName" text, "captainPhone" text, "captainEmail" text, "captainWhatsapp" text,
    "viceCaptainName" text, "viceCaptainPhone" text, "viceCaptainEmail" text, "viceCaptainWhatsapp" text, "paymentReference" text,
    "reference" text, "pinHmac" text, "searchText" text);

  insert into players (id, team_id, position, name, role, jersey_number, date_of_birth)
  select p."id", the_team, p."position", p."name", p."role", p."jerseyNumber", p."dateOfBirth"
  from jsonb_to_recordset(d->'players') as p("id" uuid, "position" smallint, "name" text, "role" text, "jerseyNumber" smallint, "dateOfBirth" date);

  if d->'uploadIds' <> '[]' then
    insert into documents (id, team_id, player_id, kind, file_id, original_name, position)
    select x."id", the_team, x."playerId", u.kind, u.file_id, u.original_name, x."position"
    from jsonb_to_recordset(d->'documents') as x("id" uuid, "playerId" uuid, "uploadId" uuid, "position" smallint)
    join uploads u on u.id = x."uploadId";
    update uploads set team_id = the_team where id in (select value::uuid from jsonb_array_elements_text(d->'uploadIds'));
  end if;
  if d->>'draftId' is not null then
    update drafts set team_id = the_team, updated_at = the_now where id = (d->>'draftId')::uuid;
  end if;

  insert into decision_requests (id, tournament_id, team_id, state, asked_at)
  values ((d->>'decisionRequestId')::uuid, the_tournament, the_team, 'pending', the_now);
  insert into registration_moves (team_id, from_state, to_state, actor_kind, created_at)
  values (the_team, null, the_state, 'captain', the_now);
  insert into entry_links (token_hash, team_id, expires_at)
  values (decode(d->'link'->>'tokenHash', 'hex'), the_team, (d->'link'->>'expiresAt')::timestamptz);
  the_mail := d->'mails'->the_state;
  insert into mails (id, tournament_id, team_id, kind, to_address, to_name, data, state, next_try_at)
  select x."id", the_tournament, the_team, x."kind", x."toAddress", x."toName", x."data", x."state", x."nextTryAt"
  from jsonb_to_record(the_mail) as x("id" uuid, "kind" text, "toAddress" text, "toName" text, "data" jsonb, "state" text,
    "nextTryAt" timestamptz);
  -- Heard at commit by whoever delivers; src/mail/store.ts names the channel, too.
  if the_mail->>'state' = 'queued' then
    perform pg_notify('teamsheet_mails', the_mail->>'id');
  end if;
  insert into audit_entries (at, event, actor_kind, tournament_id, subject_id, data, request_id, address)
  values (the_now, 'registration.received', 'captain', the_tournament, the_team, jsonb_build_object('door', d->>'door', 'state', the_state),
    d->>'requestId', d->>'address');
  insert into state_counts (tournament_id, state, teams) values (the_tournament, the_state, 1)
    on conflict (tournament_id, state) do update set teams = state_counts.teams + 1;
  insert into day_counts (tournament_id, day, teams) values (the_tournament, (the_now at time zone rules.time_zone)::date, 1)
    on conflict (tournament_id, day) do update set teams = day_counts.teams + 1;

  if the_key is not null then
    insert into idempotency_keys (tournament_id, door, key_hash, fingerprint, team_id, state, code, secrets, expires_at)
    values (the_tournament, d->>'door', the_key, decode(d->>'fingerprint', 'hex'), the_team, the_state, the_code,
      decode(d->>'secrets', 'hex'), the_now + make_interval(mins => (d->>'keptMinutes')::int))
    -- Only an expired answer can stand here: a current one was replayed above.
    on conflict (tournament_id, door, key_hash) do update set fingerprint = excluded.fingerprint, team_id = excluded.team_id,
      state = excluded.state, code = excluded.code, secrets = excluded.secrets, expires_at = excluded.expires_at;
  end if;
  -- A connection keeps the plans of its first calls. Those made while the tables were all but empty take any index for as good as the
  -- right one, and would read ever more of it; new statistics make every connection plan anew, before autovacuum comes by.
  if the_number in (40, 400, 4000) then
    analyze teams, clubs;
  end if;
  return jsonb_build_object('outcome', 'added', 'id', the_team, 'state', the_state, 'code', the_code);
end $$;
