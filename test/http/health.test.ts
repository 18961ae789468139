import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openDatabase } from '#src/db/client.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { createDatabase, testPostgres } from '#test/support/postgres.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

async function ready() {
  const answer = await fetch(`${app.url}/readyz`)
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), said: await answer.json() }
}

test('a server that can serve says so, and tells no number of bytes', async () => {
  const { status, said } = await ready()
  expect(status).toBe(200)
  expect(Object.keys(said).sort()).toEqual(['database', 'status', 'storage'])
})

test('a standby, an empty database and one that restarts are not ready', async () => {
  const { db, owner } = app.ctx
  const [{ name }] = (await db.read`select current_database() as name`) as unknown as [{ name: string }]
  const { connection } = await testPostgres()
  await owner.unsafe(`alter database ${name} set default_transaction_read_only = on`)
  app.ctx.db = openDatabase({ ...connection, database: name }, 4)
  expect(await ready()).toMatchObject({ status: 503, retryAfter: '5', said: { database: 'read_only' } })
  await app.ctx.db.close()
  await owner.unsafe(
    `set default_transaction_read_only = off; alter database ${name} reset default_transaction_read_only`,
  )

  const empty = await createDatabase()
  app.ctx.db = openDatabase(empty.connection, 4)
  expect(await ready()).toMatchObject({ status: 503, said: { database: 'not_migrated' } })
  await app.ctx.db.close()
  await empty.drop()
  app.ctx.db = db

  app.ctx.db.state = () => 'restarting'
  expect(await ready()).toMatchObject({ status: 503, said: { database: 'restarting' } })
  app.ctx.db.state = () => 'running'
  expect((await ready()).status).toBe(200)
})

test('a data directory that is gone is not ready', async () => {
  const { config } = app.ctx
  app.ctx.config = { ...config, dataDir: '/nonexistent' }
  expect(await ready()).toMatchObject({ status: 503, said: { storage: 'unwritable' } })
  app.ctx.config = config
})

test('behind a closed gate the probes tell so, and everything else is refused with SERVICE_STOPPING', async () => {
  app.ctx.vitals.gate.close()
  expect(await ready()).toMatchObject({ status: 503, said: { status: 'stopping' } })
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
  const refused = await fetch(`${app.url}/api/v1/tournaments/current`)
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')]).toEqual([
    503,
    '5',
    'close',
  ])
  expect(await refused.json()).toMatchObject({ code: 'SERVICE_STOPPING' })
})
