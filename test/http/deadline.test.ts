import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test'
import { connect } from 'node:net'
import { makeApp } from '#src/app.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { holdTournament } from '#src/teams/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { untilIs } from '#test/support/until.ts'

const REQUEST_TIMEOUT_SECONDS = 1
let app: TestApp
let halfHead: Promise<string>
beforeAll(async () => {
  app = await testApp({ config: { requestTimeout: REQUEST_TIMEOUT_SECONDS } })
  halfHead = say('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')
})
afterAll(() => app.end())

const register = (
  body: string,
  { key = crypto.randomUUID() as string, signal }: { key?: string; signal?: AbortSignal } = {},
) =>
  fetch(`${app.url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body,
    signal,
  })

/** Sends what is given, then `again` every tenth of a second, until the server closes. What it said. */
function say(request: string, again = ''): Promise<string> {
  const socket = connect({ port: Number(new URL(app.url).port), host: '127.0.0.1' })
  let answer = ''
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1')
  })
  socket.on('error', () => {})
  socket.write(request)
  const dripping = setInterval(() => again && socket.write(again), 100)
  return new Promise((resolve) =>
    socket.on('close', () => {
      clearInterval(dripping)
      resolve(answer)
    }),
  )
}

/** Statements of the server's that wait for a lock. */
const countWaiting = async () =>
  (
    await app.ctx.db.write`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
  )[0]!.waiting as number
const countTeams = async () => (await app.ctx.db.write`select count(*)::int as teams from teams`)[0]!.teams as number
async function untilWaiting(expected: number): Promise<void> {
  while ((await countWaiting()) !== expected) await Bun.sleep(5)
}
/** Holds the tournament's lock, and the table of teams where it should, while the work is done. */
const whileHeld = (work: () => Promise<void>, { table = false } = {}) =>
  app.ctx.db.write.begin(async (tx) => {
    await holdTournament(tx, app.ctx.tournament.id)
    if (table) await tx`lock table teams in access exclusive mode`
    await work()
  })

test('a registration that cannot be had in time is refused, and is not there; the same sent again is', async () => {
  const [body, key] = [JSON.stringify(aRegistration()), 'late-work-1']
  const before = await countTeams()
  await whileHeld(async () => {
    const answers = await Promise.all([register(body, { key }), register(JSON.stringify(aRegistration()))])
    for (const answer of answers) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
      expect(await answer.json()).toMatchObject({ code: 'SERVER_BUSY' })
    }
    expect(await countWaiting()).toBe(0)
  })
  expect(await countTeams()).toBe(before)
  const locks = await app.ctx.db.write`select 1 from pg_locks where locktype = 'advisory'`
  expect(locks).toHaveLength(0)
  const first = await register(body, { key })
  expect(first.status).toBe(201)
  const second = await register(body, { key })
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect(await second.json()).toEqual(await first.json())
  expect(await countTeams()).toBe(before + 1)
})

test('of many that wait for few connections each is answered by its deadline, and nothing waits on', async () => {
  const before = await countTeams()
  await whileHeld(async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => register(JSON.stringify(aRegistration()))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    expect(await countWaiting()).toBe(0)
  })
  expect(await countTeams()).toBe(before)
  expect((await register(JSON.stringify(aRegistration()))).status).toBe(201)
})

test('what all requests wait for together keeps none of them beyond its deadline', async () => {
  await app.ctx.db.write.begin(async (tx) => {
    await tx`lock table tournaments in access exclusive mode`
    app.ctx.travel(10_000)
    for (const answer of await Promise.all([fetch(`${app.url}/api/v1/teams`), fetch(`${app.url}/register`)]))
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  })
  while ((await fetch(`${app.url}/api/v1/teams`)).status !== 200) await Bun.sleep(5)
})

test('a read whose client has gone away is cancelled, and counts as no error of ours', async () => {
  const counted = spyOn(app.ctx.vitals, 'countAnswer')
  const id = `left-${crypto.randomUUID()}`
  await whileHeld(
    async () => {
      app.ctx.config = { ...app.ctx.config, requestTimeout: 60 }
      const gone = new AbortController()
      const asked = fetch(`${app.url}/api/v1/teams?limit=7`, {
        signal: gone.signal,
        headers: { 'x-request-id': id },
      }).catch((error: Error) => error.name)
      await untilWaiting(1)
      gone.abort()
      expect(await asked).toBe('AbortError')
      await untilWaiting(0)
      const told = () => app.ctx.logged.find((line) => line.includes(id) && line.includes('request.answered'))
      expect(JSON.parse((await untilIs(told, (line) => line !== undefined))!)).toMatchObject({
        status: 499,
        code: 'client-left',
      })
      const statuses = await untilIs(
        () => counted.mock.calls.map(([status]) => status),
        (seen) => seen.includes(499),
      )
      expect(statuses.filter((status) => status >= 500)).toEqual([])
    },
    { table: true },
  ).finally(() => {
    app.ctx.config = { ...app.ctx.config, requestTimeout: REQUEST_TIMEOUT_SECONDS }
  })
})

test('a write whose client has gone away is finished', async () => {
  const [body, key] = [JSON.stringify(aRegistration()), 'gone-away-1']
  await whileHeld(async () => {
    const gone = new AbortController()
    const asked = register(body, { key, signal: gone.signal }).catch((error: Error) => error.name)
    await untilWaiting(1)
    gone.abort()
    expect(await asked).toBe('AbortError')
    await Bun.sleep(300)
    expect(await countWaiting()).toBe(1)
  })
  let again = await register(body, { key })
  while (again.status === 409) again = await register(body, { key })
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
})

test('what PostgreSQL itself cancels is no failure of the request', async () => {
  await whileHeld(async () => {
    const asked = register(JSON.stringify(aRegistration()))
    await untilWaiting(1)
    await app.ctx.db.write`
      select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    const answer = await asked
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

test('where PostgreSQL does not even answer, the client is answered all the same', async () => {
  let stopped = 0
  await whileHeld(async () => {
    const asked = register(JSON.stringify(aRegistration()))
    await untilWaiting(1)
    const [row] = await app.ctx.db.write`
      select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    stopped = row!.pid
    process.kill(stopped, 'SIGSTOP')
    expect((await asked).status).toBe(503)
    process.kill(stopped, 'SIGCONT')
    await untilWaiting(0)
  })
  expect((await register(JSON.stringify(aRegistration()))).status).toBe(201)
})

const post = (path: string, type: string, how: string) =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\n${how}\r\n\r\n`

test('a route may name a shorter deadline', async () => {
  const ctx = { ...app.ctx, config: { ...app.ctx.config, requestTimeout: 60 } }
  const own = makeApp(ctx, new Map())
    .use(admit(ctx))
    .get('/api/v1/slow', async () => [...(await ctx.db.read`select pg_sleep(50)`)], {
      admit: { tier: 'read', public: true, body: BODY_NONE, deadlineSeconds: 1 },
    })
  const answer = await own.handle(new Request('http://localhost/api/v1/slow'))
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})

test('a body that trickles in, or never begins, is refused at the deadline, and its connection is closed', async () => {
  const json = ['/api/v1/registrations', 'application/json'] as const
  const form = 'application/x-www-form-urlencoded'
  const answers = await Promise.all([
    say(post(...json, 'Content-Length: 200'), ' '),
    say(post(...json, 'Content-Length: 200')),
    say(post(...json, 'Transfer-Encoding: chunked'), '1\r\n \r\n'),
    say(post('/sign-in', form, 'Content-Length: 200'), 'a'),
    say(post('/register', form, 'Transfer-Encoding: chunked'), '1\r\na\r\n'),
  ])
  for (const answer of answers) {
    expect(answer).toStartWith('HTTP/1.1 408 ')
    expect(answer.toLowerCase()).toContain('connection: close')
  }
  expect(answers[0]).toContain('REQUEST_TIMEOUT')
})

test('half a head is no request: its connection is closed', async () => {
  expect(await halfHead).toBe('')
}, 20_000)
