import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import postgres from 'postgres'
import { cleanUp, until } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables, runExecutable, startExecutable } from '#test/support/executable.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { type DatabaseProxy, openProxy } from '#test/support/proxy.ts'

setDefaultTimeout(60_000)

let made: Awaited<ReturnType<typeof createDatabase>>
let proxy: DatabaseProxy
beforeAll(async () => {
  made = await createDatabase()
  proxy = await openProxy(made.connection)
})
afterAll(async () => {
  endExecutables()
  cleanUp()
  proxy.close()
  await made.drop()
})

test('a database that comes up late is waited for; one that refuses, or never comes, ends the start with a sentence', async () => {
  proxy.mode = 'hang_up'
  const before = proxy.accepted
  const starting = startExecutable({ env: { DATABASE_URL: proxy.url } })
  await until(() => proxy.accepted > before)
  proxy.mode = 'pass'
  const server = await starting
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  proxy.mode = 'hang_up'
  proxy.drop()
  const away = await fetch(`${server.url}/readyz`)
  expect([away.status, await away.json()]).toEqual([503, expect.objectContaining({ database: 'unreachable' })])
  proxy.mode = 'pass'
  proxy.isMute = true
  const hung = await fetch(`${server.url}/readyz`, { signal: AbortSignal.timeout(4000) })
  expect([hung.status, await hung.json()]).toEqual([
    503,
    { status: 'unready', database: 'unreachable', storage: expect.any(String) },
  ])
  proxy.isMute = false
  proxy.drop()
  while ((await fetch(`${server.url}/readyz`)).status !== 200) await Bun.sleep(50)
  expect(await server.stop()).toBe(0)

  const wrong = await runExecutable(['serve', '--port', '0'], {
    env: { DATABASE_URL: proxy.url.replace(/:[^:@]+@/, ':guessed@') },
  })
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining('password authentication failed')])
  const absent = await runExecutable(['serve', '--port', '0'], { env: { DATABASE_URL: 'postgres://a@127.0.0.1:1/b' } })
  expect([absent.exitCode, absent.stderr]).toEqual([1, expect.stringContaining('cannot be reached, after 4 tries')])
})

test('a server that waits for its database stops at once when it is told to', async () => {
  const cwd = await emptyFolder()
  const child = Bun.spawn([`${cwd}/teamsheet`, 'serve', '--port', '0', '--wait-for-database'], {
    cwd,
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: 'postgres://a@127.0.0.1:1/b' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const reader = child.stdout.getReader()
  for (let said = ''; !said.includes('"tries":2'); ) said += new TextDecoder().decode((await reader.read()).value)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test('a database of a newer Teamsheet is refused with a sentence', async () => {
  const sql = postgres({ ...made.connection, max: 1 })
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 99999999999999)`
  await sql.end()
  const run = await runExecutable(['serve', '--port', '0'], { env: { DATABASE_URL: proxy.url } })
  expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining('made by a newer Teamsheet')])
})
