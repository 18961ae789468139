import { expect, test } from 'bun:test'
import { type Guessed, growingDelay } from '#src/lib/growing-delay.ts'

function guesses() {
  let nowMs = Date.UTC(2026, 0, 1)
  const { guess } = growingDelay(() => new Date(nowMs))
  const pass = (ms: number) => {
    nowMs += ms
  }
  const wrong = (subject: string, address: string) => guess(subject, address, async () => undefined)
  const right = (subject: string, address: string) => guess(subject, address, async () => true)
  const secondsToWait = async (attempt: Promise<Guessed<unknown>>) => {
    const guessed = await attempt
    return guessed.outcome === 'wait' ? guessed.seconds : 0
  }
  return { guess, wrong, right, secondsToWait, pass }
}

test('from the fifth failure the wait doubles from one second to five minutes', async () => {
  const { wrong, secondsToWait, pass } = guesses()
  const waits: number[] = []
  for (let made = 0; made < 16; made += 1) {
    expect((await wrong('captain', `192.0.2.${made}`)).outcome).toBe('wrong')
    const wait = await secondsToWait(made < 4 ? Promise.resolve({ outcome: 'wrong' }) : wrong('captain', 'elsewhere'))
    waits.push(wait)
    pass(wait * 1000)
  }
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
})

test('a hundred guesses sent at once do not overtake the count', async () => {
  const { guess } = guesses()
  let checked = 0
  const slow = async () => {
    await Bun.sleep(5)
    checked += 1
    return undefined
  }
  await Promise.all(Array.from({ length: 100 }, (_, index) => guess('captain', `192.0.2.${index}`, slow)))
  expect(checked).toBe(5)
})

test('an address that guesses at many subjects waits from its twentieth failure, at most a minute', async () => {
  const { wrong, right, secondsToWait, pass } = guesses()
  for (let made = 0; made < 20; made += 1) expect((await wrong(`subject ${made}`, '192.0.2.1')).outcome).toBe('wrong')
  expect(await secondsToWait(right('another', '192.0.2.1'))).toBe(1)
  for (let made = 0; made < 10; made += 1) {
    pass(60_000)
    await wrong(`more ${made}`, '192.0.2.1')
  }
  expect(await secondsToWait(right('another', '192.0.2.1'))).toBe(60)
  expect((await right('another', '192.0.2.2')).outcome).toBe('right')
})

test('the right guess is forgiven and its subject forgotten, and so is all after a day', async () => {
  const { wrong, right, pass } = guesses()
  for (let made = 0; made < 4; made += 1) await wrong('captain', '192.0.2.1')
  for (let made = 0; made < 30; made += 1) expect((await right('captain', '192.0.2.1')).outcome).toBe('right')
  for (let made = 0; made < 5; made += 1) await wrong('captain', '192.0.2.1')
  expect((await right('captain', '192.0.2.1')).outcome).toBe('wait')
  pass(24 * 3_600_000 + 1)
  expect((await right('captain', '192.0.2.1')).outcome).toBe('right')
})

test('a guess that could not be checked does not count', async () => {
  const { guess, right } = guesses()
  const down = () => guess('captain', '192.0.2.1', () => Promise.reject(new Error('the database is away')))
  for (let made = 0; made < 30; made += 1) await down().catch(() => {})
  expect((await right('captain', '192.0.2.1')).outcome).toBe('right')
})
