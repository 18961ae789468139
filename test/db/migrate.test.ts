import { expect, test } from 'bun:test'
import postgres from 'postgres'
import { migrate } from '#src/db/migrate.ts'
import { StartError } from '#src/lib/start-error.ts'
import { createDatabase } from '#test/support/postgres.ts'

test('a database with another program’s tables of our names is refused with a sentence, and left as it was', async () => {
  const { connection, drop } = await createDatabase()
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  const made = async () =>
    (
      await sql`select nspname || '.' || relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname !~ '^pg_|^information_schema$' order by 1`
    ).map(({ name }) => name)
  await sql`create table teams (id int)`
  await sql`create view players as select 1 as id`
  const before = await made()
  const refusal = await migrate(connection).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(StartError)
  expect((refusal as Error).message).toMatch(
    /^The database has tables that this Teamsheet did not make: players, teams\. .*DATABASE_URL\.$/,
  )
  expect(await made()).toEqual(before)

  await sql`drop table teams`
  await sql`drop view players`
  await sql`create table scores (id int)`
  await migrate(connection, { hasJobs: false })
  await migrate(connection, { hasJobs: false })
  expect(await made()).toContain('public.teams')
  await sql.end()
  await drop()
})

test('so is one whose tables another program of the same library made', async () => {
  const { connection, drop } = await createDatabase()
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  await sql`create schema drizzle`
  await sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of another', 1)`
  await sql`create table teams (id int)`
  await expect(migrate(connection)).rejects.toThrow('did not make: teams.')
  await sql.end()
  await drop()
})
