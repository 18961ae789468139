import { afterAll, expect, test } from 'bun:test'
import { type Database, openDatabase, shareConnections } from '#src/db/client.ts'
import { createDatabase } from '#test/support/postgres.ts'

const { connection, drop } = await createDatabase()
afterAll(drop)

const poolsOf = ({ read, locking, write }: Database) => [read, locking, write]

test('however many connections are given, no more are opened, and each pool has one', () => {
  for (let given = 4; given <= 100; given += 1) {
    const { read, locking, write } = shareConnections(given)
    expect(read + locking + write).toBe(given)
    expect(Math.min(read, locking, write)).toBeGreaterThanOrEqual(given < 6 ? 1 : 2)
  }
  expect(shareConnections(20)).toEqual({ read: 13, locking: 3, write: 4 })
})

test('four are enough for more work of every kind than there are connections', async () => {
  const db = openDatabase(connection, 4)
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, at) => [
      db.read`select ${at}::int as at`,
      db.locking`select pg_sleep(0.01), ${at}::int as at`,
      db.write.begin(async (tx) => tx`select pg_sleep(0.01), ${at}::int as at`),
    ]).flat(),
  )
  expect(results).toHaveLength(36)
  const [row] = await db.read`select count(*)::int as open from pg_stat_activity where datname = current_database()`
  expect(row!.open).toBe(4)
  await db.close()
})

test('a connection lives an hour', async () => {
  const db = openDatabase(connection, 8)
  expect(poolsOf(db).map((pool) => pool.options.max_lifetime)).toEqual([3600, 3600, 3600])
  await db.close()
})

test('a connection past its time gives way to another; what it is at is finished before', async () => {
  const db = openDatabase(connection, 4, { lifetimeSeconds: 1 })
  const pidOf = async (pool: Database['read']) => (await pool`select pg_backend_pid() as pid`)[0]!.pid as number
  const before = await Promise.all(poolsOf(db).map(pidOf))
  const pids = await db.write.begin(async (tx) => {
    const [first] = await tx`select pg_backend_pid() as pid, pg_sleep(1.2)`
    const [last] = await tx`select pg_backend_pid() as pid`
    return [first!.pid, last!.pid]
  })
  expect(pids).toEqual([before[2], before[2]])
  const after = await Promise.all(poolsOf(db).map(pidOf))
  for (const [at, pid] of after.entries()) expect(pid).not.toBe(before[at])
  await db.close()
})
