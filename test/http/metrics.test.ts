import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { listenForMetrics } from '#src/http/metrics.ts'
import { startTimetable, type Task } from '#src/timetable.ts'
import { type TestApp, testApp } from '#test/support/app.ts'

const TOKEN = 'a token that only the scraper of the tests has'
let app: TestApp
beforeAll(async () => {
  app = await testApp({ config: { metricsToken: TOKEN, enableRateLimiting: true } })
})
afterAll(() => app.end())

const read = (authorization?: string, from = app.url) =>
  fetch(`${from}/metrics`, { headers: authorization === undefined ? {} : { authorization } })
const scrape = async () => (await read(`Bearer ${TOKEN}`)).text()
/** The value of one series; undefined where there is none. */
async function series(name: string, labels = ''): Promise<number | undefined> {
  const line = (await scrape()).split('\n').find((one) => one.startsWith(labels ? `${name}{${labels}} ` : `${name} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}
/** Answers are counted once they are sent. */
async function until(isSo: () => Promise<boolean>) {
  while (!(await isSo())) await Bun.sleep(5)
}

test.each([
  undefined,
  '',
  'Bearer ',
  'Bearer wrong',
  `Bearer ${TOKEN}x`,
  `Bearer ${TOKEN.slice(0, -1)}`,
  `Basic ${TOKEN}`,
])('%p opens nothing', async (authorization) => {
  const answer = await read(authorization)
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  expect(await answer.json()).toMatchObject({ code: 'UNAUTHORIZED' })
})

test('without a token of its own there is no such page', async () => {
  const plain = await testApp()
  expect((await read(`Bearer ${TOKEN}`, plain.url)).status).toBe(404)
  expect((await read('Bearer undefined', plain.url)).status).toBe(404)
  expect(listenForMetrics(plain.ctx)).toBeUndefined()
  await plain.end()
})

test('with a port of its own it is served there alone, without a token', async () => {
  const other = await testApp({ config: { metricsPort: 0 } })
  const server = listenForMetrics(other.ctx)!
  const address = `http://127.0.0.1:${server.port}`
  const answer = await read(undefined, address)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(await answer.text()).toContain('teamsheet_build_info{')
  expect((await fetch(address)).status).toBe(404)
  expect((await fetch(`${address}/metrics`, { method: 'POST' })).status).toBe(404)
  expect((await read(undefined, other.url)).status).toBe(404)
  expect(() => listenForMetrics({ ...other.ctx, config: { ...other.ctx.config, metricsPort: server.port! } })).toThrow(
    'METRICS_PORT',
  )
  await server.stop(true)
  expect(fetch(address).then(() => 'answered')).rejects.toThrow()
  await other.end()
})

describe('requests', () => {
  test('are counted by the pattern of their route, by status and tier; unknown addresses are one', async () => {
    await fetch(`${app.url}/?a=1`)
    await fetch(`${app.url}/t/nobody`)
    await fetch(`${app.url}/t/somebody`)
    for (const path of ['/one', '/two', '/three/4']) await fetch(app.url + path)
    await fetch(`${app.url}/`, { method: 'PROPFIND' })
    const name = 'teamsheet_http_requests_total'
    await until(async () => (await series(name, 'method="other",route="unknown",status="405",tier="public"')) === 1)
    const count = (labels: string) => series(name, labels)
    expect(await count('method="GET",route="/",status="200",tier="public"')).toBe(1)
    expect(await count('method="GET",route="/t/:slug/",status="404",tier="public"')).toBe(2)
    expect(await count('method="GET",route="unknown",status="404",tier="public"')).toBe(3)
    expect(await scrape()).not.toMatch(/nobody|three/)
    expect(await series('teamsheet_http_request_duration_seconds_count', 'method="GET",route="/t/:slug/"')).toBe(2)
  })

  test('that came too often are counted as such', async () => {
    const refused = await testApp({ config: { metricsPort: 0, enableRateLimiting: true, rateLimitRequests: 1 } })
    const server = listenForMetrics(refused.ctx)!
    const form = () =>
      fetch(`${refused.url}/sign-in`, { method: 'POST', body: new URLSearchParams({ email: 'a', password: 'b' }) })
    while ((await form()).status !== 429);
    const text = () => read(undefined, `http://127.0.0.1:${server.port}`).then((answer) => answer.text())
    await until(async () => /teamsheet_rate_limit_refusals_total\{tier="\w+"\} 1/.test(await text()))
    await server.stop(true)
    await refused.end()
  })
})

test('pools, dependencies, tasks and the process are told', async () => {
  const { db, vitals } = app.ctx
  const sleeping = db.read`select pg_sleep(0.5)`.execute()
  await until(async () => (await series('teamsheet_database_connections_used', 'pool="read"')) === 1)
  await sleeping
  expect(await series('teamsheet_database_connections_max', 'pool="read"')).toBeGreaterThan(1)
  expect(await series('teamsheet_database_waiting', 'pool="write"')).toBe(0)

  const mail = vitals.addDependency({
    name: 'mail',
    timeoutMs: 100,
    deadlineMs: 100,
    concurrency: { calls: 1, waiting: 0 },
  })
  for (let time = 0; time < 7; time += 1)
    await mail.call(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))).catch(() => {})
  expect(await series('teamsheet_dependency_state', 'dependency="mail",state="open"')).toBe(1)
  expect(await series('teamsheet_dependency_state', 'dependency="mail",state="closed"')).toBe(0)
  expect(await series('teamsheet_dependency_calls_total', 'dependency="mail"')).toBe(7)
  expect(await series('teamsheet_dependency_refused_total', 'dependency="mail"')).toBe(2)

  const task: Task = { name: 'sweep', everyMs: 86_400_000, run: async () => {} }
  const timetable = startTimetable(app.ctx, [task])
  expect(await series('teamsheet_task_last_success_seconds', 'task="sweep"')).toBe(0)
  await vitals.tasks.start('sweep')
  expect(await series('teamsheet_task_runs_total', 'task="sweep"')).toBe(1)
  expect(await series('teamsheet_task_failures_total', 'task="sweep"')).toBe(0)
  expect(await series('teamsheet_task_last_success_seconds', 'task="sweep"')).toBeGreaterThan(1_700_000_000)
  await timetable.stop()

  expect(await series('process_resident_memory_bytes')).toBeGreaterThan(1e7)
  expect(await series('process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(await series('teamsheet_event_loop_lag_seconds')).toBeGreaterThanOrEqual(0)
  expect(await scrape()).not.toMatch(/heap_space| nan$/im)
})

test('a share of answers of 5xx raises a notice; probes and assets are no answers', async () => {
  const counted = app.ctx.vitals.traffic.recent().answers
  await fetch(`${app.url}/healthz`)
  await fetch(`${app.url}/`)
  await until(async () => app.ctx.vitals.traffic.recent().answers > counted)
  expect(app.ctx.vitals.traffic.recent().answers).toBe(counted + 1)
})

test('what a route asked of the database is counted, with the time it took', async () => {
  const labels = 'method="GET",route="/api/v1/teams"'
  const before = (await series('teamsheet_http_statements_total', labels)) ?? 0
  await fetch(`${app.url}/api/v1/teams`)
  await until(async () => ((await series('teamsheet_http_statements_total', labels)) ?? 0) > before)
  expect(await series('teamsheet_http_statement_seconds_total', labels)).toBeGreaterThan(0)
})
