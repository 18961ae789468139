import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { seed } from '#src/commands/seed.ts'
import { listDocuments } from '#src/documents/service.ts'
import { findByPassword, inTurn } from '#src/staff/service.ts'
import { TEAM_STATES } from '#src/teams/model.ts'
import { type TestContext, testContext } from '#test/support/context.ts'

setDefaultTimeout(60_000)

let ctx: TestContext
const printed: string[] = []
beforeAll(async () => {
  ctx = await testContext({ preset: 'icct26', config: { environment: 'development' } })
  expect(await seed(ctx, (line) => void printed.push(line))).toBe(0)
})
afterAll(() => ctx.end())

test('there are 40 teams of 16 clubs, in every state', async () => {
  const rows = await ctx.db.read<{ state: string; clubId: string }[]>`select state, club_id as "clubId" from teams`
  expect(rows).toHaveLength(40)
  expect(new Set(rows.map(({ clubId }) => clubId)).size).toBe(16)
  expect([...new Set(rows.map(({ state }) => state))].sort()).toEqual([...TEAM_STATES].sort())
})

test('they have letters, photographs and scans, and names in three scripts', async () => {
  const teams = await ctx.db.read<{ id: string; name: string }[]>`select id, name from teams order by number`
  const kinds = new Set(
    (await Promise.all(teams.map(({ id }) => listDocuments(ctx, id)))).flat().map(({ kind }) => kind),
  )
  expect([...kinds].sort()).toEqual(['aadhar', 'group_photo', 'pastor_letter', 'payment_receipt'])
  const names = teams.map(({ name }) => name).join()
  for (const script of [/\p{Script=Latin}/u, /\p{Script=Tamil}/u, /\p{Script=Devanagari}/u])
    expect(names).toMatch(script)
})

test('they came in over a fortnight, and every count beside them is right', async () => {
  const [days] = await ctx.db.read`select count(*)::int as count, sum(teams)::int as teams from day_counts`
  expect(days).toEqual({ count: expect.any(Number), teams: 40 })
  expect(days!.count).toBeGreaterThan(10)
  const [wrong] = await ctx.db.read`
    select count(*)::int as states from state_counts
    where teams <> (select count(*) from teams where teams.state = state_counts.state)`
  expect(wrong).toEqual({ states: 0 })
})

test('the sign-in that was printed works', async () => {
  const password = /^The password of everybody: (\S+)$/.exec(printed[0]!)![1]!
  for (const role of ['owner', 'admin', 'reviewer', 'viewer']) {
    expect(await inTurn(() => findByPassword(ctx, `${role}@example.org`, password))).toMatchObject({
      isDisabled: false,
    })
  }
})

test('it happens once, and only in development', async () => {
  await expect(seed(ctx, () => {})).rejects.toThrow('There are people here already.')
  const production = { ...ctx, config: { ...ctx.config, environment: 'production' as const } }
  await expect(seed(production, () => {})).rejects.toThrow('ENVIRONMENT=development')
})
