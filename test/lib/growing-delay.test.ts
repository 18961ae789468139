import { expect, test } from 'bun:test'
import { growingDelay } from '#src/lib/growing-delay.ts'

function guesses() {
  let nowMs = Date.UTC(2026, 0, 1)
  const delay = growingDelay(() => new Date(nowMs))
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { ...delay, pass }
}

test('from the fifth failure the wait doubles from one second to five minutes', () => {
  const { failed, secondsToWait, pass } = guesses()
  const waits = Array.from({ length: 16 }, (_, index) => {
    failed('captain', `192.0.2.${index}`)
    const wait = secondsToWait('captain', 'elsewhere')
    pass(wait * 1000)
    return wait
  })
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
})

test('an address that guesses at many subjects waits from its twentieth failure, at most a minute', () => {
  const { failed, secondsToWait, pass } = guesses()
  for (let made = 0; made < 19; made += 1) failed(`subject ${made}`, '192.0.2.1')
  expect(secondsToWait('another', '192.0.2.1')).toBe(0)
  for (let made = 0; made < 20; made += 1) failed(`more ${made}`, '192.0.2.1')
  expect(secondsToWait('another', '192.0.2.1')).toBe(60)
  expect(secondsToWait('another', '192.0.2.2')).toBe(0)
  pass(60_000)
  expect(secondsToWait('another', '192.0.2.1')).toBe(0)
})

test('success forgets, and so does a day', () => {
  const { failed, succeeded, secondsToWait, pass } = guesses()
  for (let made = 0; made < 10; made += 1) failed('captain', '192.0.2.1')
  expect(secondsToWait('captain', 'x')).toBeGreaterThan(0)
  succeeded('captain')
  expect(secondsToWait('captain', 'x')).toBe(0)
  for (let made = 0; made < 30; made += 1) failed('other', '192.0.2.1')
  pass(24 * 3_600_000 + 1)
  expect([secondsToWait('other', 'x'), secondsToWait('z', '192.0.2.1')]).toEqual([0, 0])
})
