import { expect, test } from 'bun:test'
import { checkPassword } from '#src/staff/model.ts'
import { hashPassword, inTurn, isPassword } from '#src/staff/passwords.ts'

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

test('two are hashed at once, the others wait, and too many are told to come back', async () => {
  let running = 0
  let most = 0
  const work = () =>
    inTurn(async () => {
      most = Math.max(most, ++running)
      await Bun.sleep(1)
      running -= 1
    })
  const outcomes = await Promise.allSettled(Array.from({ length: 80 }, work))
  expect(most).toBe(2)
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(refused.length).toBe(18)
  expect(refused[0]!.reason).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 2 })
})
