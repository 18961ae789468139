import { afterAll, beforeAll, expect, test } from 'bun:test'
import { registerTeam } from '#src/registration/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'

const STATEMENTS_MAX = 3
let app: TestApp
let entry: string
beforeAll(async () => {
  app = await testApp()
  const registered = await registerTeam(app.ctx, app.ctx.tournament, {
    body: aRegistration(),
    door: 'api',
    missingField: () => '',
  })
  entry = `/entry/${registered.token}`
})
afterAll(() => app.end())

/** A page's own statements: the tournament's settings were read a moment ago, and a new connection's look at the types is not its own. */
async function countStatements(path: string, headers: Record<string, string> = {}): Promise<number> {
  await fetch(app.url + path, { headers })
  const before = app.ctx.statements.length
  const answer = await fetch(app.url + path, { headers, redirect: 'manual' })
  expect([path, answer.status]).toEqual([path, 200])
  return app.ctx.statements.slice(before).filter((text) => !text.includes('pg_catalog.pg_type')).length
}

test.each(['/', '/register', '/entry', '/sign-in', '/api/docs', '/api/v1/teams', '/api/v1/clubs/availability'])(
  '%s takes three statements or fewer',
  async (path) => {
    expect(await countStatements(path)).toBeLessThanOrEqual(STATEMENTS_MAX)
  },
)

test('a team’s own page takes three statements or fewer', async () => {
  expect(await countStatements(entry)).toBeLessThanOrEqual(STATEMENTS_MAX)
})
