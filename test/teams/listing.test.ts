import { afterAll, beforeAll, expect, test } from 'bun:test'
import { registerTeam } from '#src/registration/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'

const TEAMS = 25
let app: TestApp
beforeAll(async () => {
  app = await testApp()
  for (let made = 0; made < TEAMS; made += 1)
    await registerTeam(app.ctx, app.ctx.tournament, { body: aRegistration(), door: 'api', missingField: () => '' })
  await app.ctx.db.write`update teams set state = 'approved'`
})
afterAll(() => app.end())

type List = { items: { teamId: string; teamName: string }[]; nextCursor: string | null }

test.each(['number', 'name'])('every team is given once, in order of %s, however short the pages', async (sort) => {
  const seen: List['items'] = []
  let cursor: string | null = null
  do {
    const answer = await fetch(`${app.url}/api/v1/teams?limit=4&sort=${sort}${cursor ? `&cursor=${cursor}` : ''}`)
    const list = (await answer.json()) as List
    expect(list.items.length).toBeLessThanOrEqual(4)
    seen.push(...list.items)
    cursor = list.nextCursor
  } while (cursor)
  expect(new Set(seen.map((team) => team.teamId)).size).toBe(TEAMS)
  const keys = seen.map((team) => (sort === 'number' ? team.teamId : team.teamName.toLowerCase().replace(/\s/g, '')))
  expect(keys).toEqual(keys.toSorted())
})

test.each(['-99999999999', '-1e300', '-Infinity', 'NaN', '1e3', '99999999999'])(
  'a made-up cursor with %s begins the list again',
  async (number) => {
    const cursor = Buffer.from(JSON.stringify(['number', number])).toString('base64url')
    const answer = await fetch(`${app.url}/api/v1/teams?limit=1&cursor=${cursor}`)
    expect(answer.status).toBe(200)
    expect(((await answer.json()) as List).items[0]!.teamId).toBe('TEAM-001')
  },
)
