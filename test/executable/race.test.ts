import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { createServer, connect as dial } from 'node:net'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import postgres from 'postgres'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables, openData, startExecutable } from '#test/support/executable.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { type Answer, anEntry, type Entry, inParallel, register, withoutOrigin } from './registering.ts'

const REGISTRATIONS = 200
const CONNECTIONS = 40
/** One in ten meets a trigger that raises after its number was taken; one in ten is given up by its client on the way. */
const FAILING_EVERY = 10
const PATIENCE_MAX_MS = 40
const SETTINGS = {
  TOURNAMENT_PRESET: 'open',
  ENABLE_RATE_LIMITING: 'false',
  SECRET_KEY: 'only these tests are started with it',
}

setDefaultTimeout(120_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('200 registrations from 40 connections, some failing half-way, are numbered without gap or repeat', async () => {
  const server = await startExecutable({ env: SETTINGS })
  const sql = await openData(server.dataDir)
  await race([server.url], sql)
  await sql.end()
  expect(await server.stop()).toBe(0)
})

test('so they are by two processes on one database', async () => {
  const { connection, drop } = await createDatabase()
  const socket = createServer((client) => {
    const server = dial(join(connection.host, `.s.PGSQL.${connection.port}`))
    client.pipe(server).pipe(client)
    for (const end of [client, server]) end.on('error', () => [client, server].map((other) => other.destroy()))
  })
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve))
  const { port } = socket.address() as { port: number }
  const url = `postgres://${connection.user}:${connection.password}@127.0.0.1:${port}/${connection.database}`

  const cwd = await emptyFolder()
  const env = { ...SETTINGS, DATABASE_URL: url }
  const servers = await Promise.all([startExecutable({ cwd, env }), startExecutable({ cwd, env })])
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  await race(
    servers.map((server) => server.url),
    sql,
  )
  await sql.end()
  expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0])
  socket.close()
  await drop()
})

async function race(urls: readonly string[], sql: Sql): Promise<void> {
  await sql.unsafe(`
    create function fail_half_way() returns trigger language plpgsql as $$ begin
      if (select name like 'Breaking%' from teams where id = new.team_id) then raise exception 'injected'; end if;
      return new;
    end $$;
    create trigger fail_half_way before insert on registration_moves for each row execute function fail_half_way()`)
  const entries = Array.from({ length: REGISTRATIONS }, (_, index) =>
    anEntry(index % FAILING_EVERY === 0 ? { teamName: `Breaking ${index}` } : {}),
  )
  const acknowledged = new Map<Entry, Answer>()
  const refused: Entry[] = []
  const givenUp: Entry[] = []
  let sent = 0
  await inParallel(entries, CONNECTIONS, async (entry) => {
    const turn = sent++
    const isImpatient = entries.indexOf(entry) % FAILING_EVERY === 1
    const signal = isImpatient ? AbortSignal.timeout(Math.random() * PATIENCE_MAX_MS) : undefined
    const sending = register(urls[turn % urls.length]!, entry, signal)
    const answered = await sending.catch((error: Error) => {
      if (error.name !== 'TimeoutError') throw error
      givenUp.push(entry)
    })
    if (answered?.status === 201) acknowledged.set(entry, answered.answer)
    else if (answered) refused.push(entry)
  })
  expect(refused.map(({ teamName }) => teamName).sort()).toEqual(
    entries
      .filter((_, index) => index % FAILING_EVERY === 0)
      .map(({ teamName }) => teamName)
      .sort(),
  )
  expect(acknowledged.size + refused.length + givenUp.length).toBe(REGISTRATIONS)
  await expectGapless(sql)

  // Whoever had no answer asks again, at any of the processes, and is registered once.
  await sql`drop trigger fail_half_way on registration_moves`
  await inParallel([...refused, ...givenUp], CONNECTIONS, async (entry) => {
    const { status, answer } = await register(urls[Math.floor(Math.random() * urls.length)]!, entry)
    expect(status).toBe(201)
    acknowledged.set(entry, answer)
  })
  const codes = await expectGapless(sql)
  expect(codes.size).toBe(REGISTRATIONS)
  for (const [entry, answer] of acknowledged) expect(codes.get(entry.teamName)).toBe(answer.teamId!)
  const [entry, answer] = [...acknowledged][0]!
  for (const url of urls) {
    const replay = await register(url, entry)
    expect([replay.isReplayed, withoutOrigin(replay.answer)]).toEqual([true, withoutOrigin(answer)])
  }
}

/** Team ids by team name. Throws unless they are 1 … n, each once, and every team is whole. */
async function expectGapless(sql: Sql): Promise<Map<string, string>> {
  const teams = await sql<{ name: string; code: string; number: number; isWhole: boolean }[]>`
    select name, code, number,
      (select count(*) from players where team_id = teams.id) = player_count
      and exists (select from decision_requests where team_id = teams.id)
      and exists (select from registration_moves where team_id = teams.id)
      and exists (select from mails where team_id = teams.id)
      and exists (select from idempotency_keys where team_id = teams.id) as "isWhole"
    from teams order by number`
  expect(teams.map(({ number }) => number)).toEqual(teams.map((_, index) => index + 1))
  expect(teams.filter(({ isWhole }) => !isWhole)).toEqual([])
  expect(new Set(teams.map(({ code }) => code)).size).toBe(teams.length)
  const [counter] = await sql`select last_number from tournament_counters`
  expect(counter!.last_number).toBe(teams.length)
  return new Map(teams.map(({ name, code }) => [name, code]))
}
