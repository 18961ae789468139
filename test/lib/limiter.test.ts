import { expect, test } from 'bun:test'
import { memoryLimiter } from '#src/lib/limiter.ts'

const MINUTE = { points: 3, seconds: 60 }

function limiter(windowsMax?: number) {
  let nowMs = 0
  const { take, findRefusal } = memoryLimiter(() => nowMs, windowsMax)
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { take: (key: string, points?: number) => take('test', MINUTE, key, points), findRefusal, pass }
}

test('a window holds its points from its first take to its end', async () => {
  const { take, pass } = limiter()
  const verdicts = []
  for (let taken = 0; taken < 4; taken += 1) {
    verdicts.push(await take('a'))
    pass(1000)
  }
  expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
  expect(verdicts.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0])
  expect(verdicts.map(({ resetSeconds }) => resetSeconds)).toEqual([60, 59, 58, 57])
  expect((await take('b')).allowed).toBe(true)
  pass(56_000)
  expect(await take('a')).toEqual({ allowed: true, limit: 3, remaining: 2, resetSeconds: 60, windowSeconds: 60 })
})

test('several points are taken at once, or none are left', async () => {
  const { take } = limiter()
  expect((await take('a', 2)).remaining).toBe(1)
  expect((await take('a', 2)).allowed).toBe(false)
})

test('a window that is used up is known without counting', async () => {
  const { take, findRefusal, pass } = limiter()
  expect(findRefusal('test', MINUTE, 'a')).toBeUndefined()
  for (let taken = 0; taken < 2; taken += 1) await take('a')
  expect(findRefusal('test', MINUTE, 'a')).toBeUndefined()
  expect((await take('a')).allowed).toBe(true)
  expect(findRefusal('test', MINUTE, 'a')).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 60 })
  pass(60_000)
  expect(findRefusal('test', MINUTE, 'a')).toBeUndefined()
})

test('a flood of networks takes no more memory, locks nobody out, and frees nobody who was refused', async () => {
  const { take } = limiter(100)
  for (let taken = 0; taken < 4; taken += 1) await take('greedy')
  await take('modest')
  for (let network = 0; network < 10_000; network += 1)
    expect((await take(`2001:db8:0:${network.toString(16)}`)).allowed).toBe(true)
  expect((await take('greedy')).allowed).toBe(false)
  expect((await take('newcomer')).remaining).toBe(2)
  // It was counted once, and forgotten: there are no more windows than the maximum.
  expect((await take('modest')).remaining).toBe(2)
})

test('nor does one of networks that all used up their windows', async () => {
  const { take, pass } = limiter(100)
  for (let network = 0; network < 300; network += 1)
    for (let taken = 0; taken < 4; taken += 1) await take(`network ${network}`)
  expect((await take('newcomer')).allowed).toBe(true)
  expect((await take('network 299')).allowed).toBe(false)
  expect((await take('network 0')).allowed).toBe(true)
  pass(60_000)
  expect((await take('network 299')).remaining).toBe(2)
})
