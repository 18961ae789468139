import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { installJobs } from '#src/db/jobs/install.ts'
import { type Jobs, startJobs } from '#src/db/jobs/jobs.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { testDatabase } from '#test/support/database.ts'
import { untilIs } from '#test/support/until.ts'

setDefaultTimeout(30_000)

const QUEUE = 'deliver-mail'

let ctx: TestContext
let jobs: Jobs
beforeAll(async () => {
  ctx = await testContext()
  jobs = await startJobs(ctx.db, ctx.log)
})
afterAll(async () => {
  await jobs.stop(1000)
  await ctx.end()
})

const jobsOf = (key: string) =>
  ctx.db.read<{ state: string }[]>`select state from jobs.job where singleton_key = ${key}`

test('the queues are made once, and made over when they were made by something else', async () => {
  const { connection, drop } = await testDatabase()
  const options = { max: 1, max_pipeline: 1, onnotice() {} }
  const sql: Sql = postgres({ ...connection, ...options })
  drizzle(sql)
  const madeBy = async () => (await sql`select obj_description('jobs'::regnamespace) as it`)[0]!.it
  const made = await madeBy()
  expect(made).toStartWith('pg-boss 12')
  await sql.unsafe(
    `comment on schema jobs is 'another'; update jobs.queue set retry_limit = 77 where name = '${QUEUE}'`,
  )
  await installJobs(sql)
  expect(await madeBy()).toBe(made)
  expect(await sql`select retry_limit as "retryLimit" from jobs.queue where name = ${QUEUE}`).toMatchObject([
    { retryLimit: 3 },
  ])
  await sql.end()
  await drop()
})

test('of one key one job waits, a backlog is worked off at once, and a failure keeps no other job from its turn', async () => {
  const keys = Array.from({ length: 40 }, (_, index) => `job ${index}`)
  const asked = keys.map((key) => ({ key, data: { key } }))
  await Promise.all([jobs.add(QUEUE, asked), jobs.add(QUEUE, asked)])
  expect(await jobsOf(keys[0]!)).toHaveLength(1)
  const ran = new Set<string>()
  await jobs.work(QUEUE, 3, async ({ key }) => {
    ran.add(key!)
    if (key === keys[0]) throw new Error('not this one')
  })
  await untilIs(
    () => ran.size,
    (size) => size === keys.length,
  )
  expect(
    await untilIs(
      () => jobsOf(keys[0]!),
      ([job]) => job!.state !== 'active',
    ),
  ).toMatchObject([{ state: 'retry' }])
  expect(
    await untilIs(
      () => jobsOf(keys.at(-1)!),
      ([job]) => job!.state !== 'active',
    ),
  ).toMatchObject([{ state: 'completed' }])
})
