import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test'
import { type DependencyEvent, type DependencySettings, dependency } from '#src/lib/dependency.ts'
import { DependencyError, StatusError, successOf } from '#src/lib/dependency-error.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { type HttpStandIn, httpStandIn } from '#test/support/http-stand-in.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
let host: HttpStandIn
let clock: number
let events: DependencyEvent[]
beforeEach(async () => {
  host = await httpStandIn()
  clock = Date.UTC(2026, 0, 1)
  events = []
})
afterEach(() => host.end())

const aDependency = (about: Partial<DependencySettings> = {}) =>
  dependency({
    name: 'files',
    now: () => new Date(clock),
    breaker: { failures: 5, windowMs: MINUTE_MS, restMs: MINUTE_MS },
    timeoutMs: 5 * SECOND_MS,
    deadlineMs: 20 * SECOND_MS,
    concurrency: { calls: 50, waiting: 50 },
    onEvent: (event) => events.push(event),
    ...about,
  })
type Host = ReturnType<typeof aDependency>

const fetchFrom =
  (path = '/') =>
  async (signal: AbortSignal) =>
    (await successOf(await fetch(host.url + path, { signal, keepalive: false }))).text()
const ask = (of: Host, signal?: AbortSignal) => of.call(fetchFrom(), { signal })
/** How the call ended: its answer, or the reason and the code of what it was refused with. */
const outcome = (of: Host) =>
  ask(of).catch((error) => (error instanceof DependencyError ? error.reason : `${error.name} ${error.status}`))
async function fail(of: Host, times: number) {
  host.behave({ status: 503 })
  for (let time = 0; time < times; time += 1) expect(await outcome(of)).toBe('failed')
}
async function until(isSo: () => boolean) {
  while (!isSo()) await Bun.sleep(2)
}

test('it opens at the fifth failure within a minute, and then refuses at once without a request', async () => {
  const files = aDependency()
  await fail(files, 4)
  expect(files.status()).toMatchObject({ state: 'closed', failuresInWindow: 4, nextTryAt: undefined })
  host.behave({ status: 200 })
  expect(await outcome(files)).toBe('done')
  clock += 59 * SECOND_MS
  await fail(files, 1)
  const openedAt = clock
  expect(files.status()).toMatchObject({ state: 'open', nextTryAt: new Date(openedAt + MINUTE_MS), calls: 6 })
  clock += 45 * SECOND_MS
  const before = host.requests.length
  const refusals = await Promise.all(
    Array.from({ length: 10 }, () => ask(files).catch((error: DependencyError) => [error.reason, error.retryAfterMs])),
  )
  expect(refusals).toEqual(Array(10).fill(['resting', 15 * SECOND_MS]))
  expect(host.requests.length).toBe(before)
  expect(files.status()).toMatchObject({ calls: 16, refused: 10 })
})

test('five failures in sixty-one seconds leave it closed', async () => {
  const files = aDependency()
  await fail(files, 1)
  clock += 30 * SECOND_MS
  await fail(files, 3)
  clock += 31 * SECOND_MS
  await fail(files, 1)
  expect(files.status()).toMatchObject({ state: 'closed', failuresInWindow: 4 })
})

test('after its rest one request tries it though twenty callers come, and its success closes', async () => {
  const files = aDependency()
  await fail(files, 5)
  clock += MINUTE_MS
  expect(files.status()).toMatchObject({ state: 'open', nextTryAt: undefined })
  host.behave('stall')
  const before = host.requests.length
  const callers = Array.from({ length: 20 }, () => outcome(files))
  await until(() => host.open() === 1)
  expect(files.status().state).toBe('half-open')
  expect(await outcome(files)).toBe('resting')
  host.release()
  const outcomes = await Promise.all(callers)
  expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
  expect(outcomes.filter((one) => one === 'resting')).toHaveLength(19)
  expect(host.requests.length - before).toBe(1)
  expect(files.status()).toMatchObject({ state: 'closed', failuresInWindow: 0, nextTryAt: undefined })
  expect(events.filter((event) => event !== 'refused')).toEqual(['opened', 'probing', 'closed'])
})

test('a failure while it is tried opens it for another rest, without a second try', async () => {
  const files = aDependency({ retries: { count: 3, firstMs: 1 } })
  host.behave({ status: 500 })
  await outcome(files)
  await outcome(files)
  expect(host.requests).toHaveLength(5)
  expect(files.status().state).toBe('open')
  clock += MINUTE_MS
  expect(await outcome(files)).toBe('failed')
  expect(host.requests).toHaveLength(6)
  expect(files.status()).toMatchObject({ state: 'open', nextTryAt: new Date(clock + MINUTE_MS) })
  clock += MINUTE_MS - 1
  expect(await outcome(files)).toBe('resting')
})

test('whoever leaves while it is tried proves nothing: the next caller tries it', async () => {
  const files = aDependency()
  await fail(files, 5)
  clock += MINUTE_MS
  host.behave('stall')
  const leaving = new AbortController()
  const call = ask(files, leaving.signal)
  await until(() => host.open() === 1)
  leaving.abort(new Error('gone'))
  expect(call).rejects.toThrow('gone')
  await until(() => files.status().state === 'open')
  host.behave({ status: 200 })
  expect(await outcome(files)).toBe('done')
  expect(files.status().state).toBe('closed')
  expect(events.filter((event) => event === 'opened')).toHaveLength(1)
})

test('a reset closes it, forgets what was counted, and a try under way no longer matters', async () => {
  const files = aDependency()
  await fail(files, 5)
  files.reset()
  expect(files.status()).toMatchObject({ state: 'closed', failuresInWindow: 0 })
  await fail(files, 5)
  clock += MINUTE_MS
  host.behave('stall')
  const probe = outcome(files)
  await until(() => host.open() === 1)
  files.reset()
  await host.end()
  await probe
  expect(files.status().state).toBe('closed')
})

test.each([
  ['status 500', { status: 500 }, 'failed', { reason: 'status', detail: '500' }],
  ['status 429', { status: 429 }, 'failed', { reason: 'status', detail: '429' }],
  ['a connection that closes', 'refuse', 'failed', { reason: 'network', detail: 'ECONNRESET' }],
  ['an answer that breaks off', 'drop', 'failed', { reason: 'network', detail: 'ECONNRESET' }],
  ['silence', 'stall', 'slow', { reason: 'timeout', detail: '' }],
] as const)('%s is the host’s failure', async (_, manner, reason, told) => {
  const files = aDependency({ timeoutMs: 50 })
  host.behave(manner)
  expect(await outcome(files)).toBe(reason)
  expect(files.status()).toMatchObject({ failuresInWindow: 1, lastFailure: { ...told, at: new Date(clock) } })
})

test('nobody listening is the host’s failure', async () => {
  const files = aDependency()
  await host.end()
  expect(await outcome(files)).toBe('failed')
  expect(files.status().lastFailure).toMatchObject({ reason: 'network', detail: 'ECONNREFUSED' })
})

test.each([
  ['status 404', { status: 404 }],
  ['an answer that comes late, but in time', { lateMs: 60 }],
] as const)('%s counts for nothing, and is not tried again', async (_, manner) => {
  const files = aDependency({ retries: { count: 3, firstMs: 1 } })
  host.behave(manner)
  await outcome(files)
  expect(host.requests).toHaveLength(1)
  expect(files.status()).toMatchObject({ failuresInWindow: 0, lastFailure: undefined })
})

test('what is wrong on our side comes as it was thrown, even while it is tried', async () => {
  const files = aDependency()
  host.behave({ status: 404 })
  expect(await ask(files).catch((error) => error)).toEqual(new StatusError(404))
  const bug = new TypeError('x is not a function')
  expect(await files.call(() => Promise.reject(bug)).catch((error) => error)).toBe(bug)
})

test('a failure is told without the host’s own words, which may hold addresses and secrets', async () => {
  const files = aDependency()
  const secret = 'https://api:hunter2@example.org/?to=samuel@example.org'
  const telling = Object.assign(new Error(secret), { code: 'ECONNREFUSED' })
  await files.call(() => Promise.reject(telling)).catch(() => {})
  await files.call(() => Promise.reject(Object.assign(new Error(secret), { code: secret }))).catch(() => {})
  expect(JSON.stringify(files.status())).not.toMatch(/hunter2|samuel/)
})

test('retries wait half a second, one and two, each shortened by chance by up to a half', async () => {
  const waits: number[] = []
  const timers = spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0) => {
    if (ms < 3 * SECOND_MS) {
      waits.push(ms)
      queueMicrotask(run)
    }
    return 0
  }) as unknown as typeof setTimeout)
  try {
    for (const chance of [0, 0.5, 0.999]) {
      const random = spyOn(Math, 'random').mockReturnValue(chance)
      const files = aDependency({ retries: { count: 3, firstMs: 500 } })
      const down = Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
      await files.call(() => Promise.reject(down)).catch(() => {})
      random.mockRestore()
    }
  } finally {
    timers.mockRestore()
  }
  expect(waits).toEqual([250, 500, 1000, 375, 750, 1500, 499, 999, 1999])
})

test('the second attempt’s success is the answer', async () => {
  const files = aDependency({ retries: { count: 3, firstMs: 1 } })
  host.behave({ status: 500 })
  const call = files.call(async (signal) => {
    if (host.requests.length === 1) host.behave({ status: 200 })
    return fetchFrom()(signal)
  })
  expect(await call).toBe('done')
  expect(host.requests).toHaveLength(2)
  expect(events).toEqual(['retried'])
})

test('retries end at the deadline, and nothing is begun after it', async () => {
  const files = aDependency({ deadlineMs: 100, retries: { count: 9, firstMs: 64 } })
  let begun = 0
  const call = files.call(async () => {
    begun += 1
    throw new StatusError(500)
  })
  expect(await call.catch((error) => error.reason)).toBe('slow')
  const before = begun
  expect(before).toBeLessThan(5)
  await Bun.sleep(200)
  expect(begun).toBe(before)
})

test('a call from before it opened that fails while it is tried changes nothing', async () => {
  const files = aDependency({ breaker: { failures: 1, windowMs: MINUTE_MS, restMs: MINUTE_MS } })
  const old = Promise.withResolvers<string>()
  const call = files.call(() => old.promise)
  await fail(files, 1)
  clock += MINUTE_MS
  host.behave('stall')
  const probe = outcome(files)
  await until(() => host.open() === 1)
  old.reject(new StatusError(503))
  expect(await call.catch((error) => error.reason)).toBe('failed')
  expect(files.status().state).toBe('half-open')
  host.release()
  expect(await probe).toBe('done')
  expect(files.status().state).toBe('closed')
})

test('a caller who leaves stops at once, in a request, between two, and in the queue; it is nobody’s failure', async () => {
  const files = aDependency({ concurrency: { calls: 1, waiting: 5 }, retries: { count: 3, firstMs: 2 * SECOND_MS } })
  host.behave('stall')
  const [first, second] = [new AbortController(), new AbortController()]
  const asked = ask(files, first.signal)
  await until(() => host.open() === 1)
  const queued = ask(files, second.signal)
  second.abort(new Error('left the queue'))
  expect(queued).rejects.toThrow('left the queue')
  first.abort(new Error('left'))
  expect(asked).rejects.toThrow('left')
  await until(() => host.open() === 0)
  expect(files.status().failuresInWindow).toBe(0)

  host.behave({ status: 500 })
  const between = new AbortController()
  const retrying = ask(files, between.signal)
  await until(() => events.includes('retried'))
  between.abort(new Error('left between'))
  expect(retrying).rejects.toThrow('left between')
  expect(files.call(async () => 'never', { signal: between.signal })).rejects.toThrow('left between')
})

test('a call ends with the request it is made for', async () => {
  const files = aDependency()
  host.behave('stall')
  const request = new Scope()
  const call = inScope(request, () => ask(files))
  await until(() => host.open() === 1)
  request.cancel(new Error('too late'))
  expect(call).rejects.toThrow('too late')
  await until(() => host.open() === 0)
  expect(files.status().failuresInWindow).toBe(0)
})

test('as many calls as it may take run at once, as many wait, and the next is refused', async () => {
  const files = aDependency({ concurrency: { calls: 2, waiting: 3 } })
  host.behave('stall')
  const callers = Array.from({ length: 5 }, () => outcome(files))
  await until(() => host.open() === 2)
  expect(await outcome(files)).toBe('busy')
  expect(host.requests).toHaveLength(2)
  host.behave({ status: 200 })
  host.release()
  expect(await Promise.all(callers)).toEqual(Array(5).fill('done'))
})

test('a clock that is set back forgets and tries rather than wait for longer', async () => {
  const files = aDependency()
  await fail(files, 5)
  clock -= 3_600_000
  expect(files.status().failuresInWindow).toBe(0)
  host.behave({ status: 200 })
  expect(await outcome(files)).toBe('done')
})
