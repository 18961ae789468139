import { expect, test } from 'bun:test'
import { checkPassword } from '#src/staff/model.ts'
import { HASHES_WAITING_MAX, hashPassword, inTurn, isPassword } from '#src/staff/passwords.ts'
import { addStaff, findByPassword } from '#src/staff/service.ts'
import { testContext } from '#test/support/context.ts'

const OWN = ['Arun Kumar', 'arun.k@stmarys.example', 'Teamsheet']
const verdict = (password: string) => checkPassword(password, OWN)?.code ?? 'taken'

test.each([
  'password1234',
  'Passw0rd2024!',
  'P@ssword!!!!!!',
  'passwordpassword',
  'qwertyuiop123',
  '1q2w3e4r5t6y',
  '123456789012',
  'abcdefghijkl',
  'aaaaaaaaaaaaaaaa',
  'abcabcabcabcabc',
  'iloveyou12345',
  'Cricket@2026',
  'ArunKumar1998',
  'stmarys-stmarys',
  'teamsheet2026!',
  'Jesus is Lord',
  // On the list alone.
  'jamesbond007',
  'LeaveMeAlone',
  '102030405060',
  'counterstrike',
])('%s is easily guessed', (password) => expect(verdict(password)).toBe('common'))

test.each([
  'a rope for the marquee',
  'x7#Kp2!vQ9sL',
  'correct horse battery staple',
  'eleven wickets before tea',
  'பன்னிரண்டு எழுத்து',
  '90417735286149',
  'dragon monkey sunshine chennai',
])('%s is taken', (password) => expect(verdict(password)).toBe('taken'))

test('a password has twelve to 128 characters, of any kind', () => {
  expect(verdict('')).toBe('required')
  expect(verdict('x7#Kp2!vQ9s')).toBe('length')
  expect(verdict('🏏'.repeat(3))).toBe('length')
  expect(verdict('marquee rope '.repeat(10))).toBe('length')
  expect(verdict(`${'marquee rope '.repeat(9)}!`)).toBe('taken')
})

test('it is hashed with argon2id, 19 MiB and two passes', async () => {
  const hash = await hashPassword('a rope for the marquee')
  expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$')
  expect(await isPassword('a rope for the marquee', hash)).toBe(true)
  expect(await isPassword('A rope for the marquee', hash)).toBe(false)
  expect(await isPassword('anything', undefined)).toBe(false)
})

test('a password whose hash took less memory or fewer passes is hashed anew when it is given', async () => {
  const ctx = await testContext()
  const [password, email] = ['a rope for the marquee', 'meena@example.org']
  const id = await addStaff(ctx, { name: 'Meena Raj', email, password, role: 'viewer' })
  const kept = async () =>
    (await ctx.db.read`select password_hash as hash from staff where id = ${id}`)[0]!.hash as string
  const present = await kept()
  const given = (typed: string) => inTurn(() => findByPassword(ctx, email, typed))
  await given(password)
  expect(await kept()).toBe(present)

  for (const weaker of [
    { memoryCost: 9728, timeCost: 2 },
    { memoryCost: 19_456, timeCost: 1 },
  ]) {
    const former = await Bun.password.hash(password, { algorithm: 'argon2id', ...weaker })
    await ctx.db.write`update staff set password_hash = ${former} where id = ${id}`
    expect(await given('a rope for the tent')).toBeUndefined()
    expect(await kept()).toBe(former)
    expect(await given(password)).toMatchObject({ id })
    expect(await kept()).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$')
    expect(await given(password)).toMatchObject({ id })
  }
  await ctx.end()
})

test('two are hashed at once, the others wait, and too many are told to come back', async () => {
  let running = 0
  let most = 0
  const work = () =>
    inTurn(async () => {
      most = Math.max(most, ++running)
      await Bun.sleep(1)
      running -= 1
    })
  const outcomes = await Promise.allSettled(Array.from({ length: 2 + HASHES_WAITING_MAX + 18 }, work))
  expect(most).toBe(2)
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(refused.length).toBe(18)
  expect(refused[0]!.reason).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 5 })
})
