-- What may change the audit log, brought into the database by migrate. The server's own role may only add to it and read it (src/db/roles.ts):
-- these functions run as the owner of the tables, and each does one thing, within bounds that it checks by itself.

-- Digests as src/audit/seal.ts makes them.
create or replace function audit_data_digest(salt uuid, data jsonb, before jsonb, after jsonb) returns bytea language sql immutable as $$
  select sha256(convert_to(concat(salt, e'\n', data, e'\n', before, e'\n', after), 'UTF8'))
$$;

create or replace function audit_address_digest(salt uuid, address text) returns bytea language sql immutable as $$
  select sha256(convert_to(concat(salt, e'\n', address), 'UTF8'))
$$;

create or replace function audit_masked(record jsonb, pattern text) returns jsonb language sql immutable as $$
  select case when record is not null then coalesce((
    select jsonb_object_agg(key, case jsonb_typeof(value)
      when 'string' then to_jsonb(regexp_replace(value #>> '{}', pattern, '…', 'gi')) else value end)
    from jsonb_each(record)), '{}') end
$$;

-- Every entry waits to be sealed from the transaction on that writes it.
create or replace function await_audit_seal() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (entry_id) values (new.id);
  return null;
end $$;
create or replace trigger await_seal after insert on audit_entries for each row execute function await_audit_seal();

-- What the pattern finds in an entry (a POSIX regular expression, case ignored) gives way to one and the same placeholder. How many entries.
create or replace function mask_audit(pattern text) returns int language plpgsql security definer as $$
declare
  masked int;
begin
  update audit_entries e set
    data_digest = coalesce(e.data_digest, audit_data_digest(e.data_salt, e.data, e.before, e.after)),
    data = audit_masked(e.data, pattern), before = audit_masked(e.before, pattern), after = audit_masked(e.after, pattern),
    data_salt = null, masked_at = now()
  where exists (select from jsonb_each_text(e.data) where value ~* pattern)
    or exists (select from jsonb_each_text(e.before) where value ~* pattern)
    or exists (select from jsonb_each_text(e.after) where value ~* pattern);
  get diagnostics masked = row_count;
  return masked;
end $$;

-- Clients' addresses older than ADDRESS_DAYS of src/audit/model.ts, the oldest first. How many.
create or replace function remove_audit_addresses(most int) returns int language plpgsql security definer as $$
declare
  removed int;
begin
  update audit_entries e set
    address_digest = audit_address_digest(e.address_salt, e.address), address = null, address_salt = null
  where id in (
    select id from audit_entries where address is not null and at < now() - interval '90 days' order by at limit most);
  get diagnostics removed = row_count;
  return removed;
end $$;

-- Whole batches whose entries are all older than AUDIT_DAYS of src/audit/model.ts, the oldest first; the last of them stays without its
-- entries, for the chain to hang on. How many entries.
create or replace function expire_audit(most_batches int) returns int language plpgsql security definer as $$
declare
  cutoff constant timestamptz := now() - interval '1095 days';
  batch audit_batches;
  anchor bigint;
  expired int := 0;
  deleted int;
begin
  for batch in select * from audit_batches order by id limit most_batches loop
    exit when batch.sealed_at >= cutoff
      or exists (select from audit_entries where id = any(batch.entry_ids) and at >= cutoff);
    delete from audit_entries where id = any(batch.entry_ids);
    get diagnostics deleted = row_count;
    expired := expired + deleted;
    anchor := batch.id;
  end loop;
  delete from audit_batches where id < anchor;
  return expired;
end $$;

-- Nobody else's table stands in for ours, and nobody else runs them unless the owner lets them.
do $$
declare
  name text;
begin
  foreach name in array array['mask_audit(text)', 'remove_audit_addresses(int)', 'expire_audit(int)'] loop
    execute format('alter function %s set search_path = %I, pg_temp', name, current_schema());
    execute format('revoke all on function %s from public', name);
  end loop;
  execute format('alter function await_audit_seal() set search_path = %I, pg_temp', current_schema());
end $$;
