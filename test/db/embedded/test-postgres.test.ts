import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { createDatabase, testPostgres } from '#test/support/postgres.ts'
import { cleanUp, until } from './processes.ts'

setDefaultTimeout(30_000)
afterAll(cleanUp)

/** The process id of a run that ended: Linux gives none above. */
const PID_OF_NOBODY = 4_194_305

test('each test file gets a database of its own, copied from a template', async () => {
  const template = await createDatabase()
  const first = postgres({ ...template.connection, max: 1 })
  await first`CREATE TABLE things AS SELECT 1 AS id`
  await first.end()
  const [one, two] = await Promise.all([1, 2].map(() => createDatabase(template.connection.database)))
  const sql = postgres({ ...one!.connection, max: 1 })
  await sql`INSERT INTO things VALUES (2)`
  await sql.end()
  const other = postgres({ ...two!.connection, max: 1 })
  expect(await other`SELECT count(*)::int AS things FROM things`).toEqual([{ things: 1 }] as never)
  await other.end()
  for (const database of [one!, two!, template]) await database.drop()
})

test('one PostgreSQL serves the whole test process', async () => {
  expect(await testPostgres()).toEqual(await testPostgres())
})

test('a test run that is killed leaves no process and no folder', async () => {
  const source = `
    const { testPostgres } = await import(${JSON.stringify(join(import.meta.dir, '../../support/postgres.ts'))})
    console.log((await testPostgres()).connection.host)
    setInterval(() => {}, 1000)`
  const left = join(tmpdir(), `teamsheet-test-${PID_OF_NOBODY}-abc`)
  mkdirSync(left)
  const run = Bun.spawn([process.execPath, '-e', source], { stdout: 'pipe', cwd: join(import.meta.dir, '../../..') })
  const { value } = await run.stdout.getReader().read()
  const folder = join(new TextDecoder().decode(value).trim(), '../..')
  expect(existsSync(folder)).toBe(true)
  expect(existsSync(left)).toBe(false)
  run.kill('SIGKILL')
  await until(() => !existsSync(folder))
})
