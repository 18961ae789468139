import { afterAll, beforeEach, expect, test } from 'bun:test'
import { PASSKEYS_MAX, partyOf } from '#src/auth/passkeys/model.ts'
import {
  addPasskey,
  askForPasskey,
  beginPasskey,
  countPasskey,
  listPasskeys,
  readPasskey,
} from '#src/auth/passkeys/service.ts'
import { openLimits } from '#src/db/limits.ts'
import type { StaffActor } from '#src/permissions.ts'
import { anAuthenticator, type Deviation } from '#test/support/authenticator.ts'
import { testContext } from '#test/support/context.ts'
import { enrolled } from '#test/support/factors.ts'
import { signedIn } from '#test/support/staff.ts'

const ctx = await testContext()
afterAll(() => ctx.end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const ORIGIN = 'https://teams.example'
const PARTY = partyOf(ORIGIN)!

/** Somebody with one passkey. */
async function withPasskey(name: string) {
  const { actor, ...person } = await signedIn(ctx, 'viewer', name)
  const authenticator = anAuthenticator(ORIGIN)
  const added = await add(actor, authenticator)
  return { ...person, actor, authenticator, added }
}

const add = async (actor: StaffActor, authenticator: ReturnType<typeof anAuthenticator>, about: Deviation = {}) =>
  addPasskey(ctx, actor, PARTY, {
    ...authenticator.create(await beginPasskey(ctx, actor, PARTY), about),
    name: 'My phone',
  })

test('one is made, named and signs; with the first come recovery codes, and other sessions end', async () => {
  const { actor, authenticator, added } = await withPasskey('Asha')
  if (added.outcome !== 'added') throw new Error('It was refused.')
  expect(added.codes).toHaveLength(10)
  expect(added.token).toBeString()
  expect(await listPasskeys(ctx, actor.id)).toMatchObject([{ name: 'My phone', lastUsedAt: null }])
  const signed = await readPasskey(ctx, PARTY, authenticator.get(await askForPasskey(ctx, PARTY, actor.id)), actor.id)
  expect(signed).toMatchObject({ staffId: actor.id, counter: 1 })
  expect(await ctx.db.write.begin((tx) => countPasskey(tx, ctx, signed!))).toBe(true)
  expect((await listPasskeys(ctx, actor.id))[0]!.lastUsedAt).toBeInstanceOf(Date)
})

test('whoever has recovery codes keeps them', async () => {
  const { actor } = await enrolled(ctx, 'viewer', 'Bala')
  expect(await add(actor, anAuthenticator(ORIGIN))).toMatchObject({ outcome: 'added', codes: [] })
})

test.each<[string, Deviation]>([
  ['made at another origin', { origin: 'https://teams.example.evil.example' }],
  ['made for another name', { rpId: 'evil.example' }],
  ['made by another challenge', { challenge: 'c29tZXRoaW5nIGVsc2U' }],
  ['made without making sure of the person', { isVerified: false }],
])('none is kept that was %s', async (_, about) => {
  const { actor } = await signedIn(ctx, 'viewer', `Somebody${letters()}`)
  expect(await add(actor, anAuthenticator(ORIGIN), about)).toMatchObject({ outcome: 'wrong' })
  expect(await listPasskeys(ctx, actor.id)).toEqual([])
})

test.each<[string, Deviation]>([
  ['from another origin', { origin: 'https://teams.example.evil.example' }],
  ['for another name', { rpId: 'evil.example' }],
  ['of another challenge', { challenge: 'c29tZXRoaW5nIGVsc2U' }],
  ['whose counter stood still', { counter: 5 }],
  ['whose counter went back', { counter: 4 }],
])('an answer %s opens nothing', async (_, about) => {
  const { actor, authenticator } = await withPasskey(`Person${letters()}`)
  await ctx.db.write`update passkeys set counter = 5 where staff_id = ${actor.id}`
  const ask = () => askForPasskey(ctx, PARTY, actor.id)
  expect(await readPasskey(ctx, PARTY, authenticator.get(await ask(), about), actor.id)).toBeUndefined()
  expect(await readPasskey(ctx, PARTY, authenticator.get(await ask(), { counter: 6 }), actor.id)).toBeDefined()
})

test('as both factors it has to make sure of the person; as the second alone it need not', async () => {
  const { actor, authenticator } = await withPasskey('Chitra')
  const carelessly = { isVerified: false }
  const asFirst = await askForPasskey(ctx, PARTY)
  expect(asFirst.options).toMatchObject({ userVerification: 'required' })
  expect(await readPasskey(ctx, PARTY, authenticator.get(asFirst, carelessly))).toBeUndefined()
  const asSecond = await askForPasskey(ctx, PARTY, actor.id)
  expect(await readPasskey(ctx, PARTY, authenticator.get(asSecond, carelessly), actor.id)).toBeDefined()
})

test('whoever signs in by it alone is the person it was made for', async () => {
  const { actor, authenticator } = await withPasskey('Jaya')
  const other = await signedIn(ctx, 'viewer', 'Kavya')
  const ask = () => askForPasskey(ctx, PARTY)
  for (const id of ['', other.actor.id.replaceAll('-', '')]) {
    const userHandle = Buffer.from(id, 'hex').toString('base64url')
    expect(await readPasskey(ctx, PARTY, authenticator.get(await ask(), { userHandle }))).toBeUndefined()
  }
  expect(await readPasskey(ctx, PARTY, authenticator.get(await ask()))).toMatchObject({ staffId: actor.id })
})

test('a challenge is good once, for its person and its purpose, for five minutes', async () => {
  const one = await withPasskey('Divya')
  const other = await withPasskey('Esther')
  const answer = one.authenticator.get(await askForPasskey(ctx, PARTY, one.actor.id))
  expect(await readPasskey(ctx, PARTY, answer, one.actor.id)).toBeDefined()
  expect(await readPasskey(ctx, PARTY, answer, one.actor.id)).toBeUndefined()
  const others = one.authenticator.get(await askForPasskey(ctx, PARTY, other.actor.id))
  expect(await readPasskey(ctx, PARTY, others, other.actor.id)).toBeUndefined()
  // What was asked of nobody in particular does not stand for somebody's second factor.
  expect(
    await readPasskey(ctx, PARTY, one.authenticator.get(await askForPasskey(ctx, PARTY)), one.actor.id),
  ).toBeUndefined()
  const late = one.authenticator.get(await askForPasskey(ctx, PARTY, one.actor.id))
  ctx.travel(5 * 60_000)
  expect(await readPasskey(ctx, PARTY, late, one.actor.id)).toBeUndefined()
})

test('an enrolment that somebody else began is not finished', async () => {
  const [one, other] = [await signedIn(ctx, 'viewer', 'Farida'), await signedIn(ctx, 'viewer', 'Gita')]
  const answer = anAuthenticator(ORIGIN).create(await beginPasskey(ctx, one.actor, PARTY))
  expect(await addPasskey(ctx, other.actor, PARTY, { ...answer, name: 'Phone' })).toMatchObject({ outcome: 'wrong' })
})

test('of two answers at once that count the same one opens', async () => {
  const { actor, authenticator } = await withPasskey('Hari')
  const read = async () =>
    (await readPasskey(
      ctx,
      PARTY,
      authenticator.get(await askForPasskey(ctx, PARTY, actor.id), { counter: 1 }),
      actor.id,
    ))!
  const both = [await read(), await read()]
  const counted = await Promise.all(both.map((signed) => ctx.db.write.begin((tx) => countPasskey(tx, ctx, signed))))
  expect(counted.toSorted()).toEqual([false, true])
})

test.each(['', '{', '[]', 'null', '{"id":7}', '{"id":"a"}', `{"id":"${'a'.repeat(5000)}","response":{}}`])(
  'an answer of %s is refused',
  async (response) => {
    const { challenge } = await askForPasskey(ctx, PARTY)
    expect(await readPasskey(ctx, PARTY, { challenge, response })).toBeUndefined()
    expect(await readPasskey(ctx, PARTY, { challenge: 'none', response })).toBeUndefined()
  },
)

test('nobody has more than ten, and one authenticator makes one', async () => {
  const { actor, authenticator } = await withPasskey('Indu')
  expect(await add(actor, authenticator)).toMatchObject({ outcome: 'wrong' })
  for (let count = 1; count < PASSKEYS_MAX; count += 1) await add(actor, anAuthenticator(ORIGIN))
  expect(beginPasskey(ctx, actor, PARTY)).rejects.toMatchObject({ code: 'CONFLICT' })
})

test.each([
  ['https://teams.example', 'teams.example'],
  ['http://localhost:3000', 'localhost'],
  ['http://teams.example', undefined],
  ['https://192.0.2.7', undefined],
  ['http://127.0.0.1:3000', undefined],
  ['https://[2001:db8::1]', undefined],
  ['', undefined],
])('at %p passkeys are for %p', (origin, id) => {
  expect(partyOf(origin)?.id).toBe(id)
})

/** A name has no digits. */
function letters(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => String.fromCharCode(97 + (byte % 26))).join('')
}
