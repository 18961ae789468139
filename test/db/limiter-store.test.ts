import { afterAll, expect, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import { databaseLimiter } from '#src/db/limiter-store.ts'
import { deleteEndedCounts, openLimits } from '#src/db/limits.ts'
import { loadAssets } from '#src/http/assets.ts'
import { testApp } from '#test/support/app.ts'

const app = await testApp({ config: { enableRateLimiting: true, rateLimitStore: 'database', rateLimitRead: 6 } })
const { ctx } = app
/** Another process on the same database. */
const otherCtx = { ...ctx, limits: openLimits(ctx) }
const other = makeApp(otherCtx, await loadAssets()).listen({ port: 0, hostname: '127.0.0.1' })
const otherUrl = `http://127.0.0.1:${other.server!.port}`
afterAll(async () => {
  await other.stop(true)
  await app.end()
})

const MINUTE = { points: 3, seconds: 60 }
const limiter = (takeTimeoutMs?: number) =>
  databaseLimiter({ sql: ctx.db.read, keys: ctx.keys, log: ctx.log, takeTimeoutMs })

test('two processes count together, and each refuses without a statement', async () => {
  const answers = []
  for (let sent = 0; sent < 8; sent += 1) answers.push(await fetch(`${sent % 2 ? app.url : otherUrl}/api/v1/teams`))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429, 429])
  expect(answers.map(({ headers }) => /r=(\d+)/.exec(headers.get('ratelimit')!)?.[1])).toEqual([
    '5',
    '4',
    '3',
    '2',
    '1',
    '0',
    '0',
    '0',
  ])
  const before = ctx.statements.length
  for (const url of [app.url, otherUrl]) expect((await fetch(`${url}/api/v1/teams`)).status).toBe(429)
  expect(ctx.statements.length).toBe(before)
})

test('many at once take no more than there is', async () => {
  const [one, two] = [limiter(), limiter()]
  const window = { points: 25, seconds: 60 }
  const verdicts = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 ? one : two).take('race', window, 'somebody')),
  )
  expect(verdicts.filter(({ allowed }) => allowed).length).toBe(25)
})

test('names and windows are counted apart, several points at once', async () => {
  const { take, findRefusal } = limiter()
  expect(await take('one', MINUTE, 'a', 2)).toMatchObject({ allowed: true, remaining: 1, limit: 3, windowSeconds: 60 })
  expect((await take('two', MINUTE, 'a')).remaining).toBe(2)
  expect(findRefusal('one', MINUTE, 'a')).toBeUndefined()
  expect(await take('one', MINUTE, 'a', 2)).toMatchObject({ allowed: false, remaining: 0 })
  expect(findRefusal('one', MINUTE, 'a')).toMatchObject({ allowed: false, remaining: 0 })
  expect((await take('one', MINUTE, 'b')).allowed).toBe(true)
})

test('a window ends, and is deleted some time', async () => {
  const { take } = limiter()
  const short = { points: 1, seconds: 1 }
  expect((await take('short', short, 'a')).allowed).toBe(true)
  expect((await take('short', short, 'a')).allowed).toBe(false)
  await ctx.db.write`update rate_limits set expire = expire - 1000 where key like 'short:%'`
  expect((await limiter().take('short', short, 'a')).allowed).toBe(true)
  const rows = async () => (await ctx.db.read`select count(*)::int as n from rate_limits`)[0]!.n as number
  const before = await rows()
  ctx.travel(3000)
  expect(await deleteEndedCounts(ctx)).toBe(1)
  expect(await rows()).toBe(before - 1)
  ctx.travel(60_000)
  await deleteEndedCounts(ctx)
  expect(await rows()).toBe(0)
  ctx.travel(-63_000)
})

test('nobody can be recognised in what is kept', async () => {
  await limiter().take('private', MINUTE, '203.0.113.7')
  const [row] = await ctx.db.read`select key from rate_limits where key like 'private:%'`
  expect(row!.key).toMatch(/^private:[\w-]{43}$/)
})

test('when the database does not count in time, each process counts for itself, and asks again later', async () => {
  const { take } = limiter(50)
  const done = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = ctx.db.write.begin(async (tx) => {
    await tx`lock table rate_limits in access exclusive mode`
    locked.resolve()
    await done.promise
  })
  await locked.promise
  const countInserts = () => ctx.statements.filter((text) => /INSERT INTO "rate_limits"/.test(text)).length
  const before = countInserts()
  const verdicts = []
  for (let taken = 0; taken < 4; taken += 1) verdicts.push(await take('insured', MINUTE, 'a'))
  expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
  // The first waited for it; the others did not ask.
  expect(countInserts() - before).toBe(1)
  expect(ctx.logged.filter((line) => line.includes('rate-limits.counted-in-memory')).length).toBe(1)
  done.resolve()
  await holding
})

test('and requests are answered while it is away', async () => {
  const broken = Object.assign(() => Promise.reject(new Error('away')), {
    unsafe: () => Promise.reject(new Error('away')),
  })
  const { take } = databaseLimiter({ sql: broken as never, keys: ctx.keys, log: ctx.log })
  expect((await take('away', MINUTE, 'a')).allowed).toBe(true)
})
