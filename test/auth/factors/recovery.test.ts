import { afterAll, beforeEach, expect, test } from 'bun:test'
import { checkFactor, countRecoveryCodes, newRecoveryCodes } from '#src/auth/factors/service.ts'
import { openLimits } from '#src/db/limits.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { SECRET_KEY, testContext } from '#test/support/context.ts'
import { enrolled } from '#test/support/factors.ts'
import { signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

const ctx = await testContext()
afterAll(() => ctx.end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const HERE = '192.0.2.7'
const check = async (staffId: string, code: string) => (await checkFactor(ctx, staffId, code, HERE)).outcome

test('ten codes of 120 bits, in groups, each as a digest only', async () => {
  const { actor, codes } = await enrolled(ctx, 'viewer', 'Asha')
  expect(codes).toHaveLength(10)
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/)
  const rows = await ctx.db.read`select code_hash as hash from recovery_codes where staff_id = ${actor.id}`
  expect(rows.map(({ hash }) => hash.length)).toEqual(Array(10).fill(32))
})

test('each is good once, however it is typed, and the person is told by mail', async () => {
  const { actor, codes } = await enrolled(ctx, 'viewer', 'Bala')
  const typed = ` ${codes[0]!.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `
  expect(await check(actor.id, typed)).toBe('right')
  expect(await check(actor.id, codes[0]!)).toBe('wrong')
  expect(await countRecoveryCodes(ctx, actor.id)).toBe(9)
  const mails = await ctx.db.read`select to_address as to, data from mails where kind = 'recovery_code_used'`
  expect([...mails]).toEqual([{ to: 'bala@example.org', data: { left: '9' } }])
})

test('all ten can be used, and then none is left', async () => {
  const { actor, codes } = await enrolled(ctx, 'viewer', 'Chitra')
  for (const code of codes) expect(await check(actor.id, code)).toBe('right')
  expect(await countRecoveryCodes(ctx, actor.id)).toBe(0)
  expect(await check(actor.id, codes[9]!)).toBe('wrong')
})

test('of two who send the same code at once one gets in', async () => {
  const { actor, codes } = await enrolled(ctx, 'viewer', 'Divya')
  let answers: Promise<string[]> | undefined
  await ctx.db.write.begin(async (tx) => {
    await tx`select from recovery_codes where staff_id = ${actor.id} for update`
    answers = Promise.all([check(actor.id, codes[0]!), check(actor.id, codes[0]!)])
    const waiting = () => ctx.db.read`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await untilIs(
      async () => (await waiting()).length,
      (count) => count === 2,
    )
  })
  expect((await answers!).toSorted()).toEqual(['right', 'wrong'])
})

test('another person’s code is wrong', async () => {
  const [one, other] = [await enrolled(ctx, 'viewer', 'Esther'), await enrolled(ctx, 'viewer', 'Farida')]
  expect(await check(one.actor.id, other.codes[0]!)).toBe('wrong')
  expect(await check(other.actor.id, other.codes[0]!)).toBe('right')
})

test('new codes end the former ones; nobody without a factor gets any', async () => {
  const { actor, codes } = await enrolled(ctx, 'viewer', 'Gita')
  const renewed = await newRecoveryCodes(ctx, actor)
  expect(await check(actor.id, codes[0]!)).toBe('wrong')
  expect(await check(actor.id, renewed[0]!)).toBe('right')
  const without = await signedIn(ctx, 'viewer', 'Hari')
  expect(newRecoveryCodes(ctx, without.actor)).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('codes made under a former key stay good', async () => {
  const { actor, codes } = await enrolled(ctx, 'viewer', 'Indu')
  const renewed = { ...ctx, keys: makeKeys('a key that came after the first one', SECRET_KEY) }
  expect((await checkFactor(renewed, actor.id, codes[0]!, HERE)).outcome).toBe('right')
  const lost = { ...ctx, keys: makeKeys('a key that came after the first one') }
  expect((await checkFactor(lost, actor.id, codes[1]!, HERE)).outcome).toBe('wrong')
})
