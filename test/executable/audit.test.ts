import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import postgres from 'postgres'
import { connectionsTo } from '#src/db/embedded/connection.ts'
import { cleanUp } from '#test/db/embedded/processes.ts'
import {
  type Executable,
  emptyFolder,
  endExecutables,
  openData,
  runExecutable,
  startExecutable,
} from '#test/support/executable.ts'
import { anEntry, register } from './registering.ts'

setDefaultTimeout(120_000)

const EMAIL = 'meena@example.org'
const PASSWORD = 'a rope for the marquee'
const env = { TOURNAMENT_PRESET: 'open' }
let server: Executable
let cookie: string

beforeAll(async () => {
  const folder = await emptyFolder()
  const owner = ['--email', EMAIL, '--name', 'Meena Raj', '--role', 'owner', '--password-stdin']
  await runExecutable(['staff', 'add', ...owner], { cwd: folder, input: PASSWORD, env })
  server = await startExecutable({ cwd: folder, env })
  const answer = await post('/sign-in', { email: EMAIL, password: PASSWORD })
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!
})
afterAll(() => {
  endExecutables()
  cleanUp()
})

const post = (path: string, form: Record<string, string>) =>
  fetch(server.url + path, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(form),
    headers: { origin: server.url, ...(cookie && { cookie }) },
  })
const csrfOf = async () =>
  /name="csrf" value="([^"]+)"/.exec(
    await (await fetch(`${server.url}/admin/system`, { headers: { cookie } })).text(),
  )![1]!
const seal = async () => post('/admin/system/tasks/seal-audit/run', { csrf: await csrfOf() })
const verify = (...args: string[]) => runExecutable(['audit', 'verify', ...args], { cwd: server.folder, env })

/** As a server's own connections are. */
async function asServer() {
  const password = await Bun.file(join(server.dataDir, 'postgres/password')).text()
  const { serverConnection } = connectionsTo(join(server.dataDir, 'postgres/run'), password)
  return postgres({ ...serverConnection, max: 1, onnotice() {} })
}

test('an entry says from where it came and by which request, a registration’s, too', async () => {
  await register(server.url, anEntry())
  const sql = await openData(server.dataDir)
  const entries = await sql`
    select event, address, request_id as "requestId" from audit_entries where address is not null order by id`
  await sql.end()
  expect([...entries]).toEqual([
    { event: 'session.started', address: '127.0.0.1', requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
    { event: 'registration.received', address: '127.0.0.1', requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
  ])
})

test('the server’s own role adds to the audit log and reads it, and can neither change it nor become somebody who can', async () => {
  const sql = await asServer()
  await seal()
  const [before] = await sql`select count(*)::int as entries from audit_entries`
  expect(before!.entries).toBeGreaterThan(2)
  for (const table of ['audit_entries', 'audit_batches'])
    for (const statement of [
      `update ${table} set id = id + 1`,
      `delete from ${table}`,
      `truncate ${table}`,
      `alter table ${table} disable trigger all`,
      `alter table ${table} owner to teamsheet_server`,
      `drop table ${table}`,
      `select * from ${table} for update`,
    ])
      await expect(sql.unsafe(statement)).rejects.toThrow(/permission denied|must be owner/)
  for (const statement of [
    'set role teamsheet',
    'grant teamsheet to teamsheet_server',
    'alter role teamsheet_server superuser',
    'create function public.mask_audit(text) returns int language sql as $$ select 1 $$',
    'create or replace function public.expire_audit(int) returns int language sql as $$ select 1 $$',
    'create table public.other (id int)',
    'create schema other',
    'drop trigger await_seal on audit_entries',
  ])
    await expect(sql.unsafe(statement)).rejects.toThrow(/permission denied|must be owner|must be able|Only roles/)
  await sql`insert into audit_entries (event, actor_kind) values ('mail.tested', 'system')`
  expect([...(await sql`select expire_audit(100) as gone, remove_audit_addresses(100) as addresses`)]).toEqual([
    { gone: 0, addresses: 0 },
  ])
  await sql.end()
})

test('a table of the role’s own does not stand in for the audit log where the owner’s functions work on it', async () => {
  const sql = await asServer()
  await sql`create temp table audit_entries (like public.audit_entries)`
  await sql`insert into pg_temp.audit_entries (id, at, event, actor_kind, data) values (1, '2000-01-01', 'x', 'system', '{"a": "b"}')`
  expect((await sql`select mask_audit('^b$') as masked`)[0]).toEqual({ masked: 0 })
  await sql`create temp table audit_unsealed (like public.audit_unsealed)`
  await sql`insert into public.audit_entries (event, actor_kind) values ('mail.tested', 'system')`
  expect((await sql`select count(*)::int as hidden from pg_temp.audit_unsealed`)[0]).toEqual({ hidden: 0 })
  await sql.end()
})

test('audit verify tells, beside a running server and alone, whether the log is whole, and after tampering which entry is not', async () => {
  await seal()
  const whole = await verify()
  expect(whole).toMatchObject({ exitCode: 0, stderr: '' })
  expect(whole.stdout).toMatch(
    /^The audit log is whole: entries \d+, batches \d+, entries not sealed yet \d+, masked 0\.$/m,
  )
  const newest = /^The newest seal is ([\da-f]{64})$/m.exec(whole.stdout)![1]!
  expect(server.output()).toContain(`"seal":"${newest}"`)
  await server.stop()
  server = await startExecutable({ cwd: server.folder, env })
  expect((await verify('--seal', newest)).exitCode).toBe(0)
  await server.stop()
  expect((await verify('--seal', newest)).exitCode).toBe(0)
  expect(await verify('--seal', 'f'.repeat(64))).toMatchObject({ exitCode: 1, stdout: '' })
  expect((await verify('--seal', 'f')).exitCode).toBe(64)
  expect((await runExecutable(['audit'], { cwd: server.folder, env })).exitCode).toBe(64)

  server = await startExecutable({ cwd: server.folder, env })
  const sql = await openData(server.dataDir)
  await sql`update audit_entries set actor_kind = 'staff' where id = 3`
  await sql.end()
  expect(await verify()).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^The audit log is broken: entry 3 of batch \d+ changed after being sealed\.$/m),
  })
})
