import { afterAll, beforeEach, expect, test } from 'bun:test'
import { beginTotp, checkFactor, enableTotp, findBegunTotp, removeFactors } from '#src/auth/factors/service.ts'
import { openLimits } from '#src/db/limits.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { SYSTEM } from '#src/permissions.ts'
import { SECRET_KEY, testContext } from '#test/support/context.ts'
import { codeOf, enrolled, nextStep, wrongCode } from '#test/support/factors.ts'
import { signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

const ctx = await testContext()
afterAll(() => ctx.end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const HERE = '192.0.2.7'
const check = async (staffId: string, code: string) => (await checkFactor(ctx, staffId, code, HERE)).outcome

test('the app’s code is right once, however it is spaced', async () => {
  const { actor, secret } = await enrolled(ctx, 'viewer', 'Asha')
  const code = codeOf(ctx, secret)
  expect(await check(actor.id, ` ${code.slice(0, 3)} ${code.slice(3)}`)).toBe('right')
  expect(await check(actor.id, code)).toBe('wrong')
  nextStep(ctx)
  expect(await check(actor.id, codeOf(ctx, secret))).toBe('right')
})

test('a clock half a minute off is taken, one that is off by a minute is not', async () => {
  const { actor, secret } = await enrolled(ctx, 'viewer', 'Bala')
  ctx.travel(300_000)
  expect(await check(actor.id, codeOf(ctx, secret, -2))).toBe('wrong')
  expect(await check(actor.id, codeOf(ctx, secret, 2))).toBe('wrong')
  expect(await check(actor.id, codeOf(ctx, secret, -1))).toBe('right')
  expect(await check(actor.id, codeOf(ctx, secret, 1))).toBe('right')
  // What is older than a code that was taken is over.
  expect(await check(actor.id, codeOf(ctx, secret))).toBe('wrong')
})

test('of two who send the same code at once one gets in', async () => {
  const { actor, secret } = await enrolled(ctx, 'viewer', 'Chitra')
  const code = codeOf(ctx, secret)
  let answers: Promise<string[]> | undefined
  await ctx.db.write.begin(async (tx) => {
    await tx`select from totp_secrets where staff_id = ${actor.id} for update`
    answers = Promise.all([check(actor.id, code), check(actor.id, code)])
    const waiting = () => ctx.db.read`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await untilIs(
      async () => (await waiting()).length,
      (count) => count === 2,
    )
  })
  expect((await answers!).toSorted()).toEqual(['right', 'wrong'])
})

test('what cannot be a code is wrong', async () => {
  const { actor } = await enrolled(ctx, 'viewer', 'Kavya')
  for (const code of ['', '12345', '1234567', 'abcdef', '１２３４５６', '-12345', '12345\u0000']) {
    ctx.limits.guesses = openLimits(ctx).guesses
    expect([code, await check(actor.id, code)]).toEqual([code, 'wrong'])
  }
})

test('the code of another person’s app is wrong', async () => {
  const [one, other] = [await enrolled(ctx, 'viewer', 'Divya'), await enrolled(ctx, 'viewer', 'Esther')]
  expect(await check(one.actor.id, codeOf(ctx, other.secret))).toBe('wrong')
})

test('a secret that nobody confirmed counts for nothing', async () => {
  const { actor } = await signedIn(ctx, 'viewer', 'Farida')
  const { secret, uri } = await beginTotp(ctx, actor)
  expect(uri).toStartWith('otpauth://totp/Teamsheet:farida%40example.org?')
  expect(new URL(uri).searchParams.get('secret')).toBe(secret)
  expect(await check(actor.id, codeOf(ctx, secret))).toBe('wrong')
  expect((await enableTotp(ctx, actor, wrongCode(ctx, secret))).outcome).toBe('wrong')
  expect((await findBegunTotp(ctx, actor))?.secret).toBe(secret)
  expect((await enableTotp(ctx, actor, codeOf(ctx, secret))).outcome).toBe('enabled')
  // The code that enabled it is used up; a second app is not begun beside it.
  expect(await check(actor.id, codeOf(ctx, secret))).toBe('wrong')
  expect(beginTotp(ctx, actor)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(enableTotp(ctx, actor, codeOf(ctx, secret, 1))).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('wrong codes meet a growing wait, which a right one does not skip', async () => {
  const { actor, secret } = await enrolled(ctx, 'viewer', 'Gita')
  for (let tries = 0; tries < 5; tries += 1) expect(await check(actor.id, wrongCode(ctx, secret))).toBe('wrong')
  expect(await checkFactor(ctx, actor.id, codeOf(ctx, secret), HERE)).toEqual({ outcome: 'wait', seconds: 1 })
  ctx.travel(1000)
  expect(await check(actor.id, codeOf(ctx, secret))).toBe('right')
})

test('the secret is kept encrypted; a former key still opens it, and a use brings it under the present one', async () => {
  const { actor, secret } = await enrolled(ctx, 'viewer', 'Hari')
  const kept = async () => (await ctx.db.read`select secret from totp_secrets where staff_id = ${actor.id}`)[0]!.secret
  expect(Buffer.from(await kept()).toString('latin1')).not.toContain(secret)
  const renewed = { ...ctx, keys: makeKeys('a key that came after the first one', SECRET_KEY) }
  expect((await checkFactor(renewed, actor.id, codeOf(ctx, secret), HERE)).outcome).toBe('right')
  expect(makeKeys('a key that came after the first one').decrypt(await kept())).toBe(secret)
  expect(ctx.keys.decrypt(await kept())).toBeUndefined()
})

test('what is taken from somebody who lost it: app, codes and sessions', async () => {
  const { actor, secret, codes } = await enrolled(ctx, 'viewer', 'Indu')
  await ctx.db.write.begin((tx) => removeFactors(tx, actor.id, SYSTEM))
  expect(await check(actor.id, codeOf(ctx, secret))).toBe('wrong')
  expect(await check(actor.id, codes[0]!)).toBe('wrong')
  expect(await ctx.db.read`select from sessions where staff_id = ${actor.id}`).toHaveLength(0)
  const events = await ctx.db
    .read`select event from audit_entries where subject_id = ${actor.id} order by id desc limit 1`
  expect(events[0]!.event).toBe('factor.removed')
})
