import { afterAll, beforeAll, expect, test } from 'bun:test'
import { registerTeam } from '#src/registration/service.ts'
import { holdTournament, moveTeam } from '#src/teams/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

type List = { items: { id: string }[] }
const list = async (query = '', encoding = 'identity') => {
  const answer = await fetch(`${app.url}/api/v1/teams${query}`, { headers: { 'accept-encoding': encoding } })
  expect(answer.status).toBe(200)
  return { headers: answer.headers, ids: ((await answer.json()) as List).items.map((team) => team.id) }
}

async function register(): Promise<string> {
  const { ctx } = app
  const submission = { body: aRegistration(), door: 'api', missingField: () => '' } as const
  return (await registerTeam(ctx, ctx.tournament, submission)).id
}

const move = (teamId: string, to: 'approved' | 'withdrawn') =>
  app.ctx.db.write.begin(async (tx) => {
    await holdTournament(tx, app.ctx.tournament.id)
    await moveTeam(tx, { teamId, to, actor: { kind: 'system' }, now: new Date() })
  })

test('a team is on the list as soon as it is approved and off it as soon as it is withdrawn', async () => {
  const [first, second] = [await register(), await register()]
  expect((await list()).ids).toEqual([])
  await move(first, 'approved')
  expect((await list()).ids).toEqual([first])
  await move(second, 'approved')
  expect((await list()).ids).toEqual([first, second])
  expect((await list()).ids).toEqual([first, second])
  await move(first, 'withdrawn')
  expect((await list()).ids).toEqual([second])
})

test('each address has a list of its own, whatever encoding it is asked for in', async () => {
  for (let made = 0; made < 12; made += 1) await move(await register(), 'approved')
  const whole = await list()
  expect(whole.ids).toHaveLength(13)
  expect((await list('?limit=2')).ids).toEqual(whole.ids.slice(0, 2))
  for (const encoding of ['br', 'gzip', 'br', 'identity']) {
    const { headers, ids } = await list('', encoding)
    expect(ids).toEqual(whole.ids)
    expect(headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('vary')).toContain('Accept-Encoding')
  }
})

test('a list that nobody changed is read once for as long as the settings are remembered', async () => {
  app.ctx.travel(60_000)
  await list()
  const before = app.ctx.statements.length
  await list()
  const asked = app.ctx.statements.slice(before).filter((text) => text.includes('from teams'))
  expect(asked).toEqual([])
})
