import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Database, openDatabase } from '#src/db/client.ts'
import { registerTeam } from '#src/registration/service.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { testPostgres } from '#test/support/postgres.ts'
import { type DatabaseProxy, openProxy } from '#test/support/proxy.ts'
import { aRegistration } from '#test/support/registrations.ts'

let ctx: TestContext
let proxy: DatabaseProxy
let direct: Database
let proxied: Database
beforeAll(async () => {
  ctx = await testContext()
  direct = ctx.db
  const { connection } = await testPostgres()
  proxy = await openProxy({ ...connection, database: direct.read.options.database })
  proxied = openDatabase(proxy.connection, 8)
  // What registers, and nothing else, goes through the proxy.
  ctx.db = { ...direct, locking: proxied.locking }
})
afterAll(async () => {
  await proxied.close()
  proxy.close()
  ctx.db = direct
  await ctx.end()
})

const teams = (name: string) =>
  direct.read<{ code: string; reference: string }[]>`select code, reference from teams where name = ${name}`

test.each([undefined, 'a key of the client'])(
  'a registration whose answer was lost on the way is answered all the same, and is there once (key: %p)',
  async (key) => {
    const register = (body: ReturnType<typeof aRegistration>) =>
      registerTeam(ctx, ctx.tournament, {
        body,
        door: 'api',
        key: key && `${key} ${body.teamName}`,
        missingField: () => '',
      })
    // Its connections are open from here on.
    await register(aRegistration())
    const body = aRegistration()
    proxy.isMute = true
    const registered = register(body)
    while ((await teams(body.teamName)).length === 0) await Bun.sleep(2)
    proxy.isMute = false
    expect(proxy.drop()).toBeGreaterThan(0)
    const answer = await registered
    const [team, ...others] = await teams(body.teamName)
    expect(others).toEqual([])
    expect(answer).toMatchObject({ code: team!.code, reference: team!.reference, replayed: false })
  },
)
