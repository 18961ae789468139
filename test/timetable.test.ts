import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openDatabase } from '#src/db/client.ts'
import { emptyForm } from '#src/registration/form/draft-form.ts'
import { newDraftToken } from '#src/registration/form/draft-token.ts'
import { saveDraft } from '#src/registration/form/drafts.ts'
import { keepWarm, runTask, startTimetable, TIMETABLE } from '#src/timetable.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { testPostgres } from '#test/support/postgres.ts'
import { openProxy } from '#test/support/proxy.ts'

let ctx: TestContext
beforeAll(async () => {
  ctx = await testContext()
})
afterAll(() => ctx.end())

const DAY_MS = 86_400_000

test.each(TIMETABLE.map((task) => [task.name, task] as const))(
  '%s runs on an empty server without a complaint',
  async (name, task) => {
    await runTask(ctx, task)
    expect(ctx.logged.filter((line) => line.includes('task.failed') && line.includes(name))).toEqual([])
  },
)

test('a draft is kept for fourteen days from its last change', async () => {
  const token = newDraftToken(ctx.keys)
  await saveDraft(ctx, ctx.tournament, token, emptyForm(ctx.tournament), { sender: 'a captain' })
  const expire = TIMETABLE.find((task) => task.name === 'expire-drafts')!
  const drafts = async () => (await ctx.db.read`select from drafts`).length
  ctx.travel(13 * DAY_MS)
  await runTask(ctx, expire)
  expect(await drafts()).toBe(1)
  await saveDraft(ctx, ctx.tournament, token, emptyForm(ctx.tournament), { sender: 'a captain' })
  ctx.travel(13 * DAY_MS)
  await runTask(ctx, expire)
  expect(await drafts()).toBe(1)
  ctx.travel(2 * DAY_MS)
  await runTask(ctx, expire)
  expect(await drafts()).toBe(0)
})

test('a task never overlaps itself, survives its own failure, and stopping waits for it', async () => {
  let running = 0
  let runs = 0
  let overlapped = false
  const task = {
    name: 'greedy',
    everyMs: 1,
    async run() {
      running += 1
      overlapped ||= running > 1
      runs += 1
      await Bun.sleep(5)
      running -= 1
      if (runs % 2) throw new Error('every other time')
    },
  }
  const timetable = startTimetable(ctx, [task])
  while (runs < 4) await Bun.sleep(2)
  await timetable.stop()
  const stoppedAt = runs
  expect([running, overlapped]).toEqual([0, false])
  await Bun.sleep(20)
  expect(runs).toBe(stoppedAt)
  expect(ctx.logged.some((line) => line.includes('task.failed') && line.includes('greedy'))).toBe(true)
})

test('the board tells of each task’s last run, and runs it now, never twice at once', async () => {
  const gate = Promise.withResolvers<void>()
  let runs = 0
  const slow = {
    name: 'slow',
    everyMs: DAY_MS,
    async run() {
      runs += 1
      await gate.promise
      if (runs === 2) throw Object.assign(new Error('Samuel’s row'), { code: '57P01' })
    },
  }
  const { tasks } = ctx.vitals
  const timetable = startTimetable(ctx, [slow])
  const status = () => tasks.list().find(({ name }) => name === 'slow')!
  expect(status()).toMatchObject({ isRunning: false, last: undefined, runs: 0 })
  expect(status().nextAt!.getTime()).toBeGreaterThanOrEqual(ctx.now().getTime() + DAY_MS - 1000)

  const started = tasks.start('slow')
  expect(status()).toMatchObject({ isRunning: true, nextAt: undefined })
  expect(await tasks.start('slow')).toBe('running')
  gate.resolve()
  expect(await started).toBe('done')
  expect([runs, status().last?.failure]).toEqual([1, undefined])
  expect(status().nextAt).toBeDate()

  const doneAt = status().lastDoneAt
  expect(await tasks.start('slow')).toBe('failed')
  expect(status()).toMatchObject({ runs: 2, failures: 1, lastDoneAt: doneAt, last: { failure: '57P01' } })
  expect(await tasks.start('none')).toBe('unknown')
  await timetable.stop()
})

test('a task that takes long is told as started, and stopping waits for it', async () => {
  let isDone = false
  const long = {
    name: 'long',
    everyMs: DAY_MS,
    async run(_: unknown, stopping: AbortSignal) {
      await new Promise((resolve) => stopping.addEventListener('abort', resolve))
      isDone = true
    },
  }
  const timetable = startTimetable(ctx, [long])
  expect(await ctx.vitals.tasks.start('long')).toBe('started')
  await timetable.stop()
  expect(isDone).toBe(true)
  expect(ctx.vitals.tasks.list().find(({ name }) => name === 'long')).toMatchObject({ runs: 1, nextAt: undefined })
})

test('the database is kept warm as often as the setting says, and 0 leaves it asleep', () => {
  expect(keepWarm({ ...ctx.config, keepWarm: 240 })).toEqual([expect.objectContaining({ everyMs: 240_000 })])
  expect(keepWarm({ ...ctx.config, keepWarm: 0 })).toEqual([])
})

test('while the database is away it is asked less and less often, and warm again soon after it returns', async () => {
  const { connection } = await testPostgres()
  const proxy = await openProxy({ ...connection, database: ctx.db.read.options.database })
  const db = openDatabase(proxy.connection, 4)
  const own = { ...ctx, db, vitals: ctx.vitals }
  const [task] = keepWarm({ ...ctx.config, keepWarm: 3600 })
  proxy.mode = 'hang_up'
  const asked: { atMs: number; isDone: boolean }[] = []
  const run = async () => {
    try {
      // The pool sends reads again by itself, but not these.
      await db.write.unsafe('select 1')
      asked.push({ atMs: performance.now(), isDone: true })
    } catch (error) {
      asked.push({ atMs: performance.now(), isDone: false })
      throw error
    }
  }
  const startedAt = performance.now()
  const timetable = startTimetable(own, [{ ...task!, everyMs: 400, againMs: 20, run }])
  while (asked.length < 4) await Bun.sleep(5)
  proxy.mode = 'pass'
  while (!asked.at(-1)!.isDone) await Bun.sleep(5)
  await timetable.stop()
  const gaps = asked.map(({ atMs }, at) => atMs - (asked[at - 1]?.atMs ?? startedAt))
  // The first at its time, then soon, each time twice as late.
  expect(gaps[0]).toBeGreaterThanOrEqual(400)
  for (const at of [1, 2, 3]) expect(gaps[at]).toBeGreaterThanOrEqual(10 * 2 ** at)
  expect(asked.slice(0, 4).every(({ isDone }) => !isDone)).toBe(true)
  await db.close()
  proxy.close()
})
