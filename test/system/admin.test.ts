import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openDatabase } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { startTimetable, type Task, TIMETABLE } from '#src/timetable.ts'
import { ANSWERS_MIN, TRAFFIC_WINDOW_MS } from '#src/vitals/traffic.ts'
import { type HttpStandIn, httpStandIn } from '#test/support/http-stand-in.ts'
import { testPostgres } from '#test/support/postgres.ts'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'
import { durationWords, taskWords } from '#views/system/words.ts'

const DAY_MS = 86_400_000
const { ctx, visit, end } = await staffApp()
let owner: SignedIn
let host: HttpStandIn
beforeAll(async () => {
  owner = await signedIn(ctx, 'owner', 'Meena')
  host = await httpStandIn()
})
afterAll(async () => {
  await host.end()
  await end()
})

const page = async (query = '') => {
  const answer = await visit(`/admin/system${query}`, { cookie: owner.cookie })
  expect(answer.status).toBe(200)
  return answer.text()
}
const post = (path: string, by: SignedIn = owner, csrf = by.csrf) =>
  visit(`/admin/system/${path}`, { cookie: by.cookie, form: { csrf } })
const audited = async (event: string) =>
  (await ctx.db.read`select actor_id as "actorId", data from audit_entries where event = ${event} order by id`).map(
    ({ actorId, data }) => ({ actorId, data }),
  )
/** The text of the row or item that begins with `name`. */
const rowOf = (html: string, name: string) =>
  html
    .split('<tr')
    .find((row) => row.includes(`class="data-table-heading">${name}`))
    ?.replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

test('with nothing outside in use and no task planned it says so, and tells the facts of the server', async () => {
  const html = await page()
  for (const words of [
    'No outside service is in use',
    'No task is planned in this process',
    'Nothing needs your attention.',
    'Up to date',
    'Off: for load tests only',
    'None: PUBLIC_URL is not set, so nothing is mailed',
  ])
    expect(html).toContain(words)
  expect(html).toMatch(/PostgreSQL \d\d\.\d+, inside this server/)
  expect(html).toContain('The server may only add to it; it is sealed in batches.')
  expect(html).toMatch(/[\d.,]+ GB of [\d.,]+ GB/)
})

test('where the database has one role, it says that the audit log has its seal alone', async () => {
  const { db } = ctx
  const { connection } = await testPostgres()
  ctx.db = openDatabase({ ...connection, database: ctx.owner.options.database }, 4)
  expect(await page()).toContain('It is protected by its seal only: the database role of DATABASE_URL owns the tables')
  await ctx.db.close()
  ctx.db = db
})

test.each(['viewer', 'reviewer', 'admin'] as const)('a %s neither opens it nor sees its entry', async (role) => {
  const other = await signedIn(ctx, role)
  expect((await visit('/admin/system', { cookie: other.cookie })).status).toBe(403)
  expect((await post('tasks/sweep/run', other)).status).toBe(403)
  const dashboard = await (await visit('/admin', { cookie: other.cookie })).text()
  expect(dashboard).not.toContain('href="/admin/system"')
})

test('the owner finds it in the navigation; nobody is led to the sign-in', async () => {
  expect(await (await visit('/admin', { cookie: owner.cookie })).text()).toContain('href="/admin/system"')
  expect((await visit('/admin/system')).headers.get('location')).toBe('/sign-in?next=%2Fadmin%2Fsystem')
})

test('it takes three statements or fewer', async () => {
  await page()
  const before = ctx.statements.length
  await page()
  const sent = ctx.statements.slice(before).filter((text) => !text.includes('pg_catalog.pg_type'))
  expect(sent.length).toBeLessThanOrEqual(3)
})

test('an opened breaker is told on every staff page of the owner, and a reset closes it', async () => {
  const files = ctx.vitals.addDependency({
    name: 'files',
    timeoutMs: 1000,
    deadlineMs: 1000,
    concurrency: { calls: 5, waiting: 5 },
  })
  const ask = () => files.call(async (signal) => (await fetch(host.url, { signal })).text())
  await ask()
  expect(rowOf(await page(), 'files')).toMatch(/Working None With the next call 1, 0/)

  host.behave('refuse')
  for (let time = 0; time < 6; time += 1) await ask().catch(() => {})
  expect(rowOf(await page(), 'files')).toMatch(/Left alone Could not be reached \(ECONNRESET\) .* 7, 1/)
  const told = /service files has failed several times and is left alone/
  expect(await page()).toMatch(told)
  expect(await (await visit('/admin', { cookie: owner.cookie })).text()).toMatch(told)
  const reviewer = await signedIn(ctx, 'reviewer', 'Ravi')
  expect(await (await visit('/admin', { cookie: reviewer.cookie })).text()).not.toMatch(told)

  const answer = await post('dependencies/files/reset')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/system?done=reset&name=files'])
  expect(await page('?done=reset&name=files')).toContain('files is tried again with the next call.')
  expect(await audited('system.dependency-reset')).toEqual([{ actorId: owner.actor.id, data: { dependency: 'files' } }])
  expect(await page()).not.toMatch(told)
  host.behave({ status: 200 })
  expect(await ask()).toBe('done')
})

test('what is not there cannot be reset or run, and a made-up address tells nothing', async () => {
  expect((await post('dependencies/none/reset')).status).toBe(404)
  expect((await post('tasks/none/run')).status).toBe(404)
  expect((await post('notices/none/dismissal')).status).toBe(303)
  expect(await page('?done=reset&name=Pay%20to%204711')).not.toContain('4711')
  expect(await page('?done=other&name=files')).not.toContain('notice-success')
})

test('a form without the session’s token is refused', async () => {
  expect((await post('dependencies/files/reset', owner, 'wrong')).status).toBe(403)
  expect(await audited('system.dependency-reset')).toHaveLength(1)
})

test('a task is run now, never twice at once, and the page says how it went', async () => {
  const gate = Promise.withResolvers<void>()
  let isFull = false
  const sweep: Task = {
    name: 'sweep',
    everyMs: DAY_MS,
    async run() {
      await gate.promise
      if (isFull) throw new AppError('STORAGE_UNAVAILABLE')
    },
  }
  const timetable = startTimetable(ctx, [sweep])
  expect(rowOf(await page(), 'sweep')).toMatch(/every 1 day Not run yet Not yet – .* 0 of 0/)

  const first = post('tasks/sweep/run')
  while (!ctx.vitals.tasks.list()[0]!.isRunning) await Bun.sleep(2)
  const second = await post('tasks/sweep/run')
  expect(second.headers.get('location')).toBe('/admin/system?done=task-running&name=sweep')
  expect(await page('?done=task-running&name=sweep')).toContain('sweep runs already. It was not started a second time.')
  expect(rowOf(await page(), 'sweep')).toMatch(/Running .*After this run/)
  gate.resolve()
  expect((await first).headers.get('location')).toBe('/admin/system?done=task-done&name=sweep')
  expect(rowOf(await page('?done=task-done&name=sweep'), 'sweep')).toMatch(/Done .* ms .* 0 of 1/)

  isFull = true
  expect((await post('tasks/sweep/run')).headers.get('location')).toBe('/admin/system?done=task-failed&name=sweep')
  expect(rowOf(await page(), 'sweep')).toMatch(/Failed STORAGE_UNAVAILABLE .* 1 of 2/)
  expect(await audited('system.task-started')).toEqual(
    Array(2).fill({ actorId: owner.actor.id, data: { task: 'sweep' } }),
  )
  await timetable.stop()
})

test('too many errors raise a notice, and a dismissed one stays away', async () => {
  for (let time = 0; time < ANSWERS_MIN; time += 1) ctx.vitals.countAnswer(500)
  const told = 'More than 1 in 100 requests fail on our side'
  expect(await page()).toContain(told)
  const answer = await post('notices/error-rate/dismissal')
  expect(answer.headers.get('location')).toBe('/admin/system?done=dismissed')
  expect(await page()).not.toContain(told)
  expect(await audited('system.notice-dismissed')).toEqual([
    { actorId: owner.actor.id, data: { notice: 'error-rate' } },
  ])
  ctx.travel(TRAFFIC_WINDOW_MS)
  expect(await page()).toMatch(/Requests: [\d,]+; failed on our side: 0 \(0%\)/)
})

test('every task has words of its own', () => {
  expect(TIMETABLE.map(({ name }) => name).filter((name) => taskWords(name) === name)).toEqual([])
})

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999.6, '1 second'],
  [61_000, '1 minute, 1 second'],
  [3 * DAY_MS + 7_200_000 + 59_000, '3 days, 2 hours'],
])('%p ms are %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words)
})
