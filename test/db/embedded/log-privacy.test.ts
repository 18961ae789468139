import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { startEmbedded } from '#src/db/embedded/embedded.ts'
import { cleanUp, makeDataDir, packForTests } from './processes.ts'

const PERSON = 'Meena Raj <meena@example.org>'
const log = { info() {}, warn() {}, error() {} }

setDefaultTimeout(60_000)
afterAll(cleanUp)
await packForTests()

test('PostgreSQL’s own log holds nothing of a statement that failed: no text, no parameter, no value that it quotes', async () => {
  const dataDir = await makeDataDir()
  const database = await startEmbedded({ dataDir, log, noSync: true })
  const sql = postgres({ ...database.connection, max: 1, onnotice() {} })
  const codes: string[] = []
  const fail = (work: PromiseLike<unknown>) =>
    work.then(
      () => codes.push('done'),
      (error: { code: string }) => codes.push(error.code),
    )
  await sql`create table people (name text primary key, age int check (age > 0))`
  await sql`insert into people values (${PERSON}, 1)`
  await fail(sql`insert into people values (${PERSON}, 2)`)
  await fail(sql`insert into people values (${`${PERSON} 2`}, ${-1})`)
  await fail(sql`select ${PERSON}::text::int`)
  await fail(sql.unsafe(`select '${PERSON}'::uuid`))
  await fail(sql.unsafe(`select "${PERSON}" from people`))
  await fail(sql.unsafe(`do $$ begin raise exception '${PERSON}'; end $$`))
  await fail(sql.unsafe(`do $$ begin raise warning '${PERSON}'; end $$`))
  expect(codes).toEqual(['23505', '23514', '22P02', '22P02', '42703', 'P0001', 'done'])
  await sql.end()
  await database.stop()
  const written = readFileSync(join(dataDir, 'postgres/postgres.log'), 'utf8')
  expect(written).toContain('database system is ready')
  expect(written).not.toMatch(/meena|people/i)
})
