import { afterAll, beforeAll, expect, test } from 'bun:test'
import postgres, { type Options, type Sql } from 'postgres'
import { scoped } from '#src/db/scoped.ts'
import { Turns } from '#src/db/turns.ts'
import { AppError } from '#src/errors.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { testDatabase } from '#test/support/database.ts'

const LATE = new Error('late')
/** As db/client.ts opens them: for single statements, and for transactions. */
let pool: Sql
let write: Sql
let other: Sql
let end: () => Promise<void>
beforeAll(async () => {
  const { connection, drop } = await testDatabase()
  const open = (maxPipeline: number) =>
    scoped(
      postgres({ ...connection, max: 2, max_pipeline: maxPipeline, onnotice() {} } as Options<Record<string, never>>),
    )
  pool = open(0)
  write = open(1)
  other = postgres({ ...connection, max: 4, onnotice() {} })
  await other`create table kept (what text)`
  end = async () => {
    await Promise.all([pool.end(), write.end(), other.end()])
    await drop()
  }
})
afterAll(() => end())

const outcomeOf = (work: PromiseLike<unknown>) =>
  Promise.resolve(work).then(
    () => 'done',
    (error) => error,
  )
const within = <T>(scope: Scope, work: () => PromiseLike<T>) => inScope(scope, async () => await work())
const countRunning = async () =>
  (
    await other`
    select count(*)::int as running from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`
  )[0]!.running as number
async function untilRunning(expected: number): Promise<void> {
  while ((await countRunning()) !== expected) await Bun.sleep(5)
}

test('a statement of a cancelled scope is cancelled in PostgreSQL, and its connection serves the next', async () => {
  const scope = new Scope()
  const sleeping = [1, 2].map(() => outcomeOf(within(scope, () => pool`select pg_sleep(60)`)))
  await untilRunning(2)
  scope.cancel(LATE)
  expect(await Promise.all(sleeping)).toEqual([LATE, LATE])
  expect(await countRunning()).toBe(0)
  expect(await pool`select 1 as one`).toHaveLength(1)
})

test('a statement that waits for a connection leaves the queue, and those behind it move up', async () => {
  const [running, waiting, behind] = [new Scope(), new Scope(), new Scope()]
  const sleeping = [1, 2].map(() => outcomeOf(within(running, () => pool`select pg_sleep(60)`)))
  await untilRunning(2)
  const left = outcomeOf(within(waiting, () => pool`insert into kept values ('left')`))
  const served = outcomeOf(within(behind, () => pool`insert into kept values ('served')`))
  waiting.cancel(LATE)
  expect(await left).toBe(LATE)
  running.cancel(LATE)
  await Promise.all(sleeping)
  expect(await served).toBe('done')
  expect((await other`select what from kept`).map(({ what }) => what)).toEqual(['served'])
})

test('a cancelled scope sends nothing more', async () => {
  const scope = new Scope(performance.now() - 1)
  expect(await outcomeOf(within(scope, () => pool`insert into kept values ('late')`))).toBeInstanceOf(Error)
  expect(
    await outcomeOf(within(scope, () => write.begin((tx) => tx`insert into kept values ('late')`))),
  ).toBeInstanceOf(Error)
  expect(await other`select 1 from kept where what = 'late'`).toHaveLength(0)
})

test('a transaction whose scope ends in the middle is undone, between its statements as well as in one', async () => {
  for (const last of ['select 1', 'select pg_sleep(60)']) {
    const scope = new Scope()
    const work = within(scope, () =>
      write.begin(async (tx) => {
        await tx`insert into kept values ('half')`
        if (last === 'select 1') scope.cancel(LATE)
        else setTimeout(() => scope.cancel(LATE), 50)
        await tx.unsafe(last)
      }),
    )
    expect(await outcomeOf(work)).toBe(LATE)
    expect(await other`select 1 from kept where what = 'half'`).toHaveLength(0)
    expect(
      await other`select 1 from pg_stat_activity where datname = current_database() and state like 'idle in%'`,
    ).toHaveLength(0)
  }
  expect(await write.begin((tx) => tx`select 1 as one`)).toHaveLength(1)
})

test('what waits for a transaction leaves the queue, too', async () => {
  const [running, waiting] = [new Scope(), new Scope()]
  const sleeping = [1, 2].map(() => outcomeOf(within(running, () => write.begin((tx) => tx`select pg_sleep(60)`))))
  await untilRunning(2)
  const left = outcomeOf(within(waiting, () => write.begin((tx) => tx`select 1`)))
  waiting.cancel(LATE)
  expect(await left).toBe(LATE)
  running.cancel(LATE)
  expect(await Promise.all(sleeping)).toEqual([LATE, LATE])
  expect(await outcomeOf(write.begin((tx) => tx`select 1`))).toBe('done')
})

test('a failure is the statement’s own, and frees its connection', async () => {
  for (let i = 0; i < 5; i += 1) expect(await outcomeOf(pool`select 1/0`)).toMatchObject({ code: '22012' })
  expect(await outcomeOf(pool`select 1`)).toBe('done')
})

test('thousands of statements at once are all served by two connections', async () => {
  const rows = await Promise.all(Array.from({ length: 3000 }, (_, n) => pool`select ${n}::int as n`))
  expect(rows.map(([row]) => row!.n)).toEqual(Array.from({ length: 3000 }, (_, n) => n))
})

test('more than may wait are refused at once, and told when to come again', () => {
  const turns = new Turns(1, 2)
  const started: string[] = []
  const turn = (name: string) => ({ start: () => void started.push(name) })
  for (const name of ['a', 'b', 'c']) turns.take(turn(name))
  let refused: unknown
  try {
    turns.take(turn('d'))
  } catch (error) {
    refused = error
  }
  expect(refused).toBeInstanceOf(AppError)
  expect(refused).toMatchObject({ code: 'SERVER_BUSY', retryAfterSeconds: 5 })
  turns.end()
  turns.take(turn('e'))
  turns.end()
  turns.end()
  turns.end()
  expect(started).toEqual(['a', 'b', 'c', 'e'])
})

test('a scope’s signal ends a fetch at the deadline, with its reason', async () => {
  const silent = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => Bun.sleep(60_000).then(() => new Response()),
  })
  const scope = new Scope(performance.now() + 200)
  expect(await outcomeOf(fetch(silent.url, { signal: scope.signal }))).toBe(scope.reason)
  expect(scope.signal.aborted).toBe(true)
  await silent.stop(true)
})
