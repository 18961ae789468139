import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Database, openDatabase } from '#src/db/client.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { type DatabaseProxy, openProxy } from '#test/support/proxy.ts'

const CONNECTIONS = 8

let made: Awaited<ReturnType<typeof createDatabase>>
let proxy: DatabaseProxy
let direct: Database
beforeAll(async () => {
  made = await createDatabase()
  proxy = await openProxy(made.connection)
  direct = openDatabase(made.connection, CONNECTIONS)
  await direct.write`create table noted (who text, step int)`
})
afterAll(async () => {
  proxy.close()
  await direct.close()
  await made.drop()
})

const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => `refused ${error.code}`,
  )
const steps = async (who: string) =>
  (await direct.read<{ step: number }[]>`select step from noted where who like ${who} order by step`).map(
    ({ step }) => step,
  )

test.each(['by its end', 'by a reset', 'in a statement'] as const)(
  'a transaction that lost its connection %s changes nothing, and none of its statements gets into another',
  async (how) => {
    const db = openDatabase(proxy.connection, CONNECTIONS)
    const [goOn, broken] = [Promise.withResolvers<void>(), Promise.withResolvers<number>()]
    const afterwards: string[] = []
    const lost = outcome(
      db.write.begin(async (tx) => {
        const [own] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
        await tx`insert into noted values (${`lost ${how}`}, 1)`
        const waiting = how === 'in a statement' ? outcome(tx`select pg_sleep(60)`) : undefined
        broken.resolve(own!.pid)
        await waiting
        await goOn.promise
        // By now others have its place in the pool.
        afterwards.push(await outcome(tx`insert into noted values (${`lost ${how}`}, 2)`))
      }),
    )
    const pid = await broken.promise
    if (how === 'by a reset') expect(proxy.drop()).toBeGreaterThan(0)
    else await direct.read`select pg_terminate_backend(${pid})`
    expect(await lost).toMatch(/^refused (CONNECTION_CLOSED|ECONNRESET|57P01)$/)

    const others = Array.from({ length: 2 * CONNECTIONS }, (_, at) =>
      outcome(
        db.write.begin(async (tx) => {
          await tx`insert into noted values (${`${how} ${at}`}, 1)`
          if (at === 0) goOn.resolve()
          await Bun.sleep(5)
          await tx`insert into noted values (${`${how} ${at}`}, 2)`
        }),
      ),
    )
    expect(new Set(await Promise.all(others))).toEqual(new Set(['done']))
    expect(afterwards).toEqual([expect.stringMatching(/^refused /)])
    expect(await steps(`lost ${how}`)).toEqual([])
    for (const at of others.keys()) expect(await steps(`${how} ${at}`)).toEqual([1, 2])
    await db.close()
  },
)

test('a reserved connection that was lost refuses what is asked of it, and is not given out again', async () => {
  const db = openDatabase(proxy.connection, CONNECTIONS)
  const own = await db.write.reserve()
  const [row] = await own<{ pid: number }[]>`select pg_backend_pid() as pid`
  await direct.read`select pg_terminate_backend(${row!.pid})`
  expect(await outcome(own`select pg_sleep(60)`)).toMatch(/^refused /)
  expect(await outcome(own`insert into noted values ('reserved', 1)`)).toMatch(/^refused /)
  own.release()
  const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => outcome(db.write`select 1`)))
  expect(new Set(all)).toEqual(new Set(['done']))
  expect(await steps('reserved')).toEqual([])
  await db.close()
})

test('after every connection broke in the middle of a statement, the next statements are answered, each by its own', async () => {
  const db = openDatabase(proxy.connection, CONNECTIONS)
  for (let round = 0; round < 5; round++) {
    const waiting = Array.from({ length: 2 * CONNECTIONS }, () => outcome(db.read`select pg_sleep(0.05)`))
    await Bun.sleep(5 * round)
    proxy.drop()
    await Promise.all(waiting)
    const answers = Array.from(
      { length: 2 * CONNECTIONS },
      async (_, n) => (await db.read`select ${n}::int as n`)[0]!.n,
    )
    expect(await Promise.all(answers)).toEqual([...answers.keys()])
  }
  await db.close()
})

test('who hangs up before it is ready has refused: nobody waits for it, and it is not called without end', async () => {
  const db = openDatabase(proxy.connection, CONNECTIONS)
  proxy.mode = 'hang_up'
  const before = proxy.accepted
  expect(await outcome(db.read`select 1`)).toMatch(/^refused (CONNECTION_CLOSED|ECONNRESET)$/)
  expect(proxy.accepted - before).toBeLessThan(10)
  proxy.mode = 'pass'
  expect(await outcome(db.read`select 1`)).toBe('done')
  await db.close()
})

test('a connection that is lost while it learns the types of arrays leaves nothing behind that nobody hears', async () => {
  const unheard: unknown[] = []
  const hear = (error: unknown) => void unheard.push(error)
  process.on('unhandledRejection', hear)
  const db = openDatabase(proxy.connection, CONNECTIONS)
  proxy.dropsAt = 'pg_catalog.pg_type'
  try {
    expect(await outcome(db.write`select 1`)).toMatch(/^refused (CONNECTION_CLOSED|ECONNRESET)$/)
    await Bun.sleep(0)
    expect(unheard).toEqual([])
  } finally {
    proxy.dropsAt = undefined
    process.off('unhandledRejection', hear)
  }
  expect(await outcome(db.write`select 1`)).toBe('done')
  await db.close()
})
