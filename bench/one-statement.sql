-- What one registration asks of PostgreSQL: the entry as it is prepared by the server, made unlike any other.
select add_team(replace(:entry, :mark, nextval('bench_numbers')::text)::jsonb);
