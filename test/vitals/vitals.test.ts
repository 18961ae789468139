import { beforeEach, expect, test } from 'bun:test'
import pino from 'pino'
import { readConfig } from '#src/config.ts'
import { ANSWERS_MIN, TRAFFIC_WINDOW_MS } from '#src/vitals/traffic.ts'
import { makeVitals, type Vitals } from '#src/vitals/vitals.ts'

let clock: number
let logged: string[]
let vitals: Vitals
beforeEach(() => {
  clock = Date.UTC(2026, 0, 1)
  logged = []
  const log = pino({ level: 'debug', messageKey: 'event' }, { write: (line: string) => void logged.push(line) })
  vitals = makeVitals({
    config: readConfig({ BREAKER_FAILURES: '2', BREAKER_WINDOW: '30', BREAKER_REST: '10' }, {}, () => ''),
    log,
    now: () => new Date(clock),
  })
})

const answer = (status: number, times: number) => {
  for (let time = 0; time < times; time += 1) vitals.countAnswer(status)
}
const shown = () => vitals.notices().map(({ id }) => id)
const raised = () => logged.filter((line) => line.includes('notice.raised')).length
const aHost = () =>
  vitals.addDependency({ name: 'mail', timeoutMs: 100, deadlineMs: 100, concurrency: { calls: 1, waiting: 0 } })
const down = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))

test('more than one answer of 5xx in a hundred raises a notice, once, until the window has gone by', () => {
  const heard: string[] = []
  vitals.noticeListeners.add(({ id }) => heard.push(id))
  answer(200, ANSWERS_MIN * 2 - 2)
  answer(503, 2)
  expect(shown()).toEqual([])
  answer(500, 1)
  expect(shown()).toEqual(['error-rate'])
  answer(500, 5)
  expect([raised(), heard]).toEqual([1, ['error-rate']])
  clock += TRAFFIC_WINDOW_MS
  expect(vitals.traffic.recent()).toEqual({ answers: 0, errors: 0 })
  expect(shown()).toEqual([])
})

test('a few answers raise none, however many of them failed', () => {
  answer(500, ANSWERS_MIN - 1)
  expect(shown()).toEqual([])
  answer(200, 1)
  answer(404, 1)
  expect(shown()).toEqual([])
  answer(500, 1)
  expect(shown()).toEqual(['error-rate'])
})

test('a burst that nobody saw end is told anew', () => {
  answer(500, ANSWERS_MIN)
  clock += 10 * TRAFFIC_WINDOW_MS
  answer(500, ANSWERS_MIN)
  expect(raised()).toBe(2)
})

test('a dismissed notice stays away until it is raised again after it was resolved', () => {
  answer(500, ANSWERS_MIN)
  expect(vitals.dismissNotice('error-rate')).toMatchObject({ kind: 'error-rate', since: new Date(clock) })
  expect(vitals.dismissNotice('error-rate')).toBeUndefined()
  answer(500, 1)
  expect(shown()).toEqual([])
  clock += TRAFFIC_WINDOW_MS
  expect(shown()).toEqual([])
  answer(500, ANSWERS_MIN)
  expect(shown()).toEqual(['error-rate'])
})

test('a breaker takes its size from the settings; its opening raises a notice, its closing takes it away', async () => {
  const mail = aHost()
  await mail.call(down).catch(() => {})
  expect(shown()).toEqual([])
  await mail.call(down).catch(() => {})
  expect(shown()).toEqual(['dependency-open mail'])
  expect(logged.some((line) => line.includes('dependency.opened') && line.includes('ECONNREFUSED'))).toBe(true)
  clock += 10_000
  await mail.call(down).catch(() => {})
  expect([shown(), raised()]).toEqual([['dependency-open mail'], 1])
  clock += 10_000
  await mail.call(async () => 'sent')
  expect(shown()).toEqual([])
  expect(aHost).toThrow('mail')
})
