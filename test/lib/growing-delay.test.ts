import { afterAll, describe, expect, test } from 'bun:test'
import { databaseFailures } from '#src/db/guess-store.ts'
import { deleteEndedCounts, guessLimits } from '#src/db/limits.ts'
import { type FailureStore, type Guessed, growingDelay } from '#src/lib/growing-delay.ts'
import { testContext } from '#test/support/context.ts'

const ctx = await testContext()
afterAll(() => ctx.end())
const LIMITS = guessLimits(ctx.config)
const inDatabase = () => databaseFailures(ctx.db.read, ctx.keys, LIMITS)
const STORES: [string, () => FailureStore | undefined][] = [
  ['in memory', () => undefined],
  ['in the database', inDatabase],
]
let cases = 0

function guesses(store: FailureStore | undefined) {
  cases += 1
  let nowMs = Date.UTC(2026, 0, 1) + cases * 10 * 86_400_000
  const { guess, countWrongLink } = growingDelay(() => new Date(nowMs), LIMITS, store)
  const pass = (ms: number) => {
    nowMs += ms
  }
  const wrong = (subject: string, address: string) => guess(subject, address, async () => undefined)
  const right = (subject: string, address: string) => guess(subject, address, async () => true)
  const secondsToWait = async (attempt: Promise<Guessed<unknown>>) => {
    const guessed = await attempt
    return guessed.outcome === 'wait' ? guessed.seconds : 0
  }
  return { guess, countWrongLink, wrong, right, secondsToWait, pass }
}

describe.each(STORES)('%s', (_, store) => {
  test('from the fifth failure the wait doubles from one second to five minutes', async () => {
    const { wrong, secondsToWait, pass } = guesses(store())
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
    const { guess } = guesses(store())
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
    const { wrong, right, secondsToWait, pass } = guesses(store())
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
    const { wrong, right, pass } = guesses(store())
    for (let made = 0; made < 4; made += 1) await wrong('captain', '192.0.2.1')
    for (let made = 0; made < 30; made += 1) expect((await right('captain', '192.0.2.1')).outcome).toBe('right')
    for (let made = 0; made < 5; made += 1) await wrong('captain', '192.0.2.1')
    expect((await right('captain', '192.0.2.1')).outcome).toBe('wait')
    pass(24 * 3_600_000 + 1)
    expect((await right('captain', '192.0.2.1')).outcome).toBe('right')
  })

  test('a guess that could not be checked does not count', async () => {
    const { guess, right } = guesses(store())
    const down = () => guess('captain', '192.0.2.1', () => Promise.reject(new Error('the database is away')))
    for (let made = 0; made < 30; made += 1) await down().catch(() => {})
    expect((await right('captain', '192.0.2.1')).outcome).toBe('right')
  })

  test('a guess that has to wait counts against nobody', async () => {
    const { wrong, right, secondsToWait } = guesses(store())
    for (let made = 0; made < 5; made += 1) await wrong('captain', 'a')
    for (let made = 0; made < 30; made += 1) expect(await secondsToWait(wrong('captain', 'b'))).toBe(1)
    expect((await right('another', 'b')).outcome).toBe('right')
    expect(await secondsToWait(right('captain', 'c'))).toBe(1)
  })

  test('the twentieth wrong link from an address is told to wait, and one that is told so is not counted', async () => {
    const { countWrongLink, pass } = guesses(store())
    const waits = []
    for (let made = 0; made < 21; made += 1) waits.push(await countWrongLink('192.0.2.1'))
    expect(waits).toEqual([...Array<number>(19).fill(0), 1, 1])
    pass(1000)
    expect(await countWrongLink('192.0.2.1')).toBe(2)
  })
})

test('two processes on one database add up the same guesses, and keep no name of whom', async () => {
  const [one, other] = [guesses(inDatabase()), guesses(inDatabase())]
  other.pass(-10 * 86_400_000)
  const [subject, address] = ['sign-in meena@example.org', '203.0.113.77']
  for (let made = 0; made < 5; made += 1) await (made % 2 ? one : other).wrong(subject, address)
  expect(await one.secondsToWait(one.right(subject, 'elsewhere'))).toBe(1)
  expect(await other.secondsToWait(other.right(subject, 'elsewhere'))).toBe(1)
  const kept = JSON.stringify(await ctx.db.read`select * from guess_failures`)
  expect(kept).not.toContain('meena')
  expect(kept).not.toContain('203.0.113')
})

test('a right guess of one process does not take back what another counted meanwhile', async () => {
  const [one, other] = [guesses(inDatabase()), guesses(inDatabase())]
  other.pass(-10 * 86_400_000)
  const guessed = await one.guess('mine', '192.0.2.9', async () => {
    for (let made = 0; made < 19; made += 1) await other.wrong(`theirs ${made}`, '192.0.2.9')
    return true
  })
  expect(guessed.outcome).toBe('right')
  await other.wrong('theirs', '192.0.2.9')
  expect(await one.secondsToWait(one.right('mine', '192.0.2.9'))).toBe(1)
})

test('what is forgotten is deleted, what still counts is not', async () => {
  await ctx.db.write`delete from guess_failures`
  const { guess } = growingDelay(ctx.now, LIMITS, inDatabase())
  await guess('old', 'old', async () => undefined)
  ctx.travel(24 * 3_600_000 + 1)
  await guess('new', 'new', async () => undefined)
  expect(await deleteEndedCounts(ctx)).toBe(2)
  expect(await ctx.db.read`select count(*)::int as left from guess_failures`).toEqual([{ left: 2 }] as never)
})
