import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from './connection.ts'
import { makeRequest, told } from './requests.ts'
import { whatIsWrong } from './verdict.ts'
import { makeWorld, type World } from './world.ts'

/** The same on every machine; another is tried by `FUZZ_SEED=… FUZZ_REQUESTS=… bun test test/fuzz`. */
const SEED = Number(process.env.FUZZ_SEED ?? 26_2026)
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000)
const COUNTED_REQUESTS = 1500
const WIDTH = 24
const RENEWED_EVERY = 500
const WRONG_SHOWN = 20
/** A proxy that is trusted gives each request an address of its own, or none that can be read. */
const TRUSTED = ['127.0.0.0/8']

setDefaultTimeout(600_000)
const worlds: World[] = []
afterAll(async () => {
  for (const { app } of worlds) await app.end()
})

async function build(): Promise<World> {
  const world = await makeWorld({ config: { trustedProxies: TRUSTED } })
  worlds.push(world)
  return world
}

type Run = { wrong: string[]; statuses: Map<number, number>; registered: number; routes: Set<string> }

/** Sends requests of the seed over several connections at once, in their order. */
async function send(world: World, seed: number, count: number): Promise<Run> {
  const run: Run = { wrong: [], statuses: new Map(), registered: 0, routes: new Set() }
  let next = 0
  const work = async () => {
    const connection = new Connection(world.port)
    while (next < count) {
      const index = next++
      if (index % RENEWED_EVERY === 0) await world.renew()
      const request = makeRequest(world, seed, index)
      const outcome = await connection.ask(request.bytes, { hasBody: request.method !== 'HEAD', isLast: request.isOdd })
      const wrong = whatIsWrong(world, request, outcome)
      if (wrong) run.wrong.push(`seed ${seed}, request ${index}: ${wrong}; ${told(request)}`)
      if (typeof outcome === 'string') continue
      run.statuses.set(outcome.status, (run.statuses.get(outcome.status) ?? 0) + 1)
      run.routes.add(`${request.route.method} ${request.route.path}`)
      const isNew = outcome.status === 201 && !outcome.headers.has('idempotent-replayed')
      if (isNew && /\/(?:registrations|register\/team)$/.test(request.route.path)) run.registered += 1
    }
    connection.end()
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  return run
}

test(`${REQUESTS.toLocaleString('en')} requests of seed ${SEED} over every route: no failure, no leak, nothing half done`, async () => {
  const world = await build()
  const { ctx } = world.app
  const [before] = await ctx.db.read`select count(*)::int as teams from teams`
  const { wrong, routes, registered, statuses } = await send(world, SEED, REQUESTS)
  expect(wrong.slice(0, WRONG_SHOWN)).toEqual([])
  expect(world.routes.map(({ method, path }) => `${method} ${path}`).filter((route) => !routes.has(route))).toEqual([])
  // Not all of it bounced off the door.
  for (const status of [200, 201, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422])
    expect([status, (statuses.get(status) ?? 0) > 0]).toEqual([status, true])
  await expectSound(world, before!.teams, registered)
}, 600_000)

test(`${COUNTED_REQUESTS} requests that are counted: refused, never failed`, async () => {
  const world = await build()
  Object.assign(world.app.ctx.config, { enableRateLimiting: true })
  const { wrong, statuses } = await send(world, SEED + 1, COUNTED_REQUESTS)
  expect(wrong.slice(0, WRONG_SHOWN)).toEqual([])
  expect(statuses.get(429) ?? 0).toBeGreaterThan(0)
}, 600_000)

/** The server is well, and what it holds agrees with what it said. */
async function expectSound({ app, secrets }: World, teamsBefore: number, registered: number): Promise<void> {
  const { ctx } = app
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200)
  expect(ctx.logged.filter((line) => Number((JSON.parse(line) as { level: number }).level) >= 50)).toEqual([])
  expect(secrets.filter((secret) => ctx.logged.some((line) => line.includes(secret)))).toEqual([])
  expect(readdirSync(join(ctx.config.dataDir, 'files/incoming'))).toEqual([])
  const [counts] = await ctx.db.read`
    select count(*)::int as teams,
      (select count(*)::int from audit_entries where event = 'registration.received') as told,
      (select count(*)::int from audit_entries where event = 'registration.received' and data ->> 'door' in ('api', 'icct26')) as api
    from teams`
  expect(counts).toMatchObject({ told: counts!.teams, api: teamsBefore + registered })
  const numbers = await ctx.db.read`
    select count(*)::int as teams, max(t.number)::int as highest, c.last_number as last, c.held_places as held,
      count(*) filter (where state not in ('rejected', 'withdrawn', 'waitlisted'))::int as holding
    from teams t join tournament_counters c using (tournament_id) group by tournament_id, c.last_number, c.held_places`
  for (const { teams, highest, last, held, holding } of numbers)
    expect({ highest, last, held }).toEqual({ highest: teams, last: teams, held: holding })
  const halves = await ctx.db.read`
    select code from teams t
    where player_count <> (select count(*) from players p where p.team_id = t.id)
      or not exists (select from decision_requests d where d.team_id = t.id)
      or not exists (select from registration_moves m where m.team_id = t.id)
      or not exists (select from mails m where m.team_id = t.id)`
  expect(halves).toHaveLength(0)
  const [open] = await ctx.db.read`
    select count(*)::int as transactions from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`
  expect(open!.transactions).toBe(0)
}
