import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import pino from 'pino'
import { openContext } from '#src/commands/open-context.ts'
import { readConfig } from '#src/config.ts'
import { composeMail, startMail } from '#src/mail/service.ts'
import { cleanUp, makeDataDir, packForTests } from '#test/db/embedded/processes.ts'

const MAIL = { SMTP_SERVER: '127.0.0.1', SMTP_FROM_EMAIL: 'cup@example.org', PUBLIC_URL: 'http://127.0.0.1:3000' }

setDefaultTimeout(30_000)
afterAll(cleanUp)
await packForTests()

/** How many connections a server has once every pool has more to do than it can, and how many the pools have. */
async function countConnections(environment: Record<string, string>): Promise<[open: number, pooled: number]> {
  const config = readConfig({ DATA_DIR: await makeDataDir(), ...environment }, {}, () => '')
  const { ctx, close } = await openContext(config, pino({ level: 'silent' }), { serving: true })
  try {
    const mail = await startMail(ctx, composeMail)
    const { read, locking, write } = ctx.db
    const pools = [read, locking, write]
    const pooled = pools.reduce((sum, pool) => sum + pool.options.max, 0)
    await Promise.all(
      pools.flatMap((pool) => Array.from({ length: 2 * pool.options.max }, () => pool`select pg_sleep(0.1)`)),
    )
    const [row] = await read`
      select count(*)::int as open from pg_stat_activity where datname = current_database() and backend_type = 'client backend'`
    await mail?.stop(0)
    return [row!.open, pooled]
  } finally {
    await close()
  }
}

test('of its own database a server takes 24 connections at most, the one that mail listens on among them', async () => {
  expect(await countConnections({ DATABASE_POOL: '100' })).toEqual([24, 24])
  expect(await countConnections({ DATABASE_POOL: '100', ...MAIL })).toEqual([24, 23])
})

test('where DATABASE_POOL is less it is that, and the one that mail listens on', async () => {
  expect(await countConnections({ DATABASE_POOL: '4', ...MAIL })).toEqual([5, 4])
})
