import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Database, openDatabase } from '#src/db/client.ts'
import { retryTransient } from '#src/db/retry.ts'
import { isDatabaseUnavailable, outcomeOf, TRANSIENT } from '#src/db/transient.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { type DatabaseProxy, openProxy } from '#test/support/proxy.ts'

const ATTEMPTS_MAX = 7

let made: Awaited<ReturnType<typeof createDatabase>>
let proxy: DatabaseProxy
let db: Database
beforeAll(async () => {
  made = await createDatabase()
  proxy = await openProxy(made.connection)
  db = openDatabase(proxy.connection, 8)
  await db.write`create table counters (name text primary key, value int not null)`
  await db.write`insert into counters values ('a', 0), ('b', 0)`
})
afterAll(async () => {
  proxy.close()
  await db.close()
  await made.drop()
})

const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'connect' })

/** How often the work is done when it always fails so, and how long it was waited in all. */
async function failing(code: string, safe: 'anyway' | 'when-undone', scope = new Scope()) {
  const waits: number[] = []
  let attempts = 0
  const work = async () => {
    attempts += 1
    throw failure(code)
  }
  const sleep = async (ms: number) => void waits.push(ms)
  const thrown = await inScope(scope, () => retryTransient(work, { safe, sleep })).catch((error) => error)
  return { attempts, waits, code: thrown.code }
}

test('every failure on the list has a reason, and nothing else counts as one that passes', () => {
  for (const [code, [, reason]] of Object.entries(TRANSIENT)) {
    expect(reason.length).toBeGreaterThan(10)
    expect(isDatabaseUnavailable(failure(code))).toBe(true)
  }
  for (const code of ['23505', '42P01', '28P01', '3D000', 'toString', 'EACCES'])
    expect(isDatabaseUnavailable(failure(code))).toBe(false)
  expect(isDatabaseUnavailable(Object.assign(new Error(), { code: 'ENOENT', syscall: 'open' }))).toBe(false)
  for (const error of [null, undefined, 'text', new Error('plain')]) expect(outcomeOf(error)).toBeUndefined()
})

test('what never began or was undone is done again; what may have happened only where that does no harm', async () => {
  for (const [code, [outcome]] of Object.entries(TRANSIENT)) {
    const isUndone = outcome === 'unsent' || outcome === 'undone'
    expect([code, (await failing(code, 'when-undone')).attempts]).toEqual([code, isUndone ? ATTEMPTS_MAX : 1])
    const isRepeated = isUndone || outcome === 'unknown'
    expect([code, (await failing(code, 'anyway')).attempts]).toEqual([code, isRepeated ? ATTEMPTS_MAX : 1])
  }
  expect(await failing('23505', 'anyway')).toEqual({ attempts: 1, waits: [], code: '23505' })
})

test('the waits grow, differ by chance, and stay within some seconds and the deadline', async () => {
  const runs = await Promise.all(Array.from({ length: 20 }, () => failing('57P03', 'anyway')))
  for (const { waits } of runs) {
    waits.forEach((ms, at) => {
      expect(ms).toBeGreaterThanOrEqual(25 * 2 ** at)
      expect(ms).toBeLessThanOrEqual(50 * 2 ** at)
    })
  }
  expect(new Set(runs.map(({ waits }) => waits[0])).size).toBeGreaterThan(1)
  expect((await failing('57P03', 'anyway', new Scope(performance.now() + 10))).attempts).toBe(1)
  const cancelled = new Scope()
  cancelled.cancel(new Error('The client has gone.'))
  expect((await failing('57P03', 'anyway', cancelled)).attempts).toBe(1)
})

test('of two transactions that lock each other out, the one that has to give way is begun again', async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let begun = 0
  const cross = (own: string, other: string, mine: () => void, theirs: Promise<void>) =>
    db.write.begin(async (tx) => {
      begun += 1
      await tx`update counters set value = value + 1 where name = ${own}`
      mine()
      await theirs
      await tx`update counters set value = value + 1 where name = ${other}`
    })
  await Promise.all([cross('a', 'b', first.resolve, second.promise), cross('b', 'a', second.resolve, first.promise)])
  expect(begun).toBe(3)
  expect([...(await db.read`select value from counters`.values())]).toEqual([[2], [2]])
})

test('a read whose connection broke is answered all the same, and a write is not sent again', async () => {
  const breakOff = async () => {
    await Bun.sleep(20)
    proxy.drop()
  }
  const read = db.read`select pg_sleep(0.1), 7 as n`
  const plain = db.read<
    { n: number }[]
  >`select count(*)::int + 5 as n from counters, (select generate_series(1, 300000)) s`
  await breakOff()
  expect(await read.catch((error) => error.code)).toMatch(/^(CONNECTION_CLOSED|ECONNRESET)$/)
  expect((await plain)[0]!.n).toBe(600_005)

  proxy.isMute = true
  const write = db.write`update counters set value = value + 100 where name = 'a'`.catch((error) => error.code)
  await breakOff()
  proxy.isMute = false
  expect(await write).toMatch(/^(CONNECTION_CLOSED|ECONNRESET)$/)
  expect((await db.read<{ value: number }[]>`select value from counters where name = 'a'`)[0]!.value).toBeLessThan(200)
})
