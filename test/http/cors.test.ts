import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type TestApp, testApp } from '#test/support/app.ts'

const ORIGIN = 'https://client.example.org'
let app: TestApp
let open: TestApp
beforeAll(async () => {
  app = await testApp({ config: { corsOrigins: [ORIGIN, 'null'], enableRateLimiting: true, rateLimitRequests: 2 } })
  open = await testApp()
})
afterAll(async () => {
  await app.end()
  await open.end()
})

const ask = (path: string, init: RequestInit = {}, of = app) => fetch(of.url + path, { redirect: 'manual', ...init })
const from = (origin: string, more: Record<string, string> = {}) => ({ headers: { origin, ...more } })
const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin')

test('every refusal of the API is one that the named origin can read', async () => {
  const json = { 'content-type': 'application/json' }
  const refusals: [number, string, RequestInit][] = [
    [400, '/api/v1/registrations', { method: 'POST', body: '{', ...from(ORIGIN, json) }],
    [401, '/api/v1/registrations', from(ORIGIN)],
    [404, '/api/v1/nowhere', from(ORIGIN)],
    [405, '/api/v1/registrations', { method: 'DELETE', ...from(ORIGIN) }],
    [413, '/api/v1/registrations', { method: 'POST', body: 'x'.repeat(300_000), ...from(ORIGIN, json) }],
    [415, '/api/v1/registrations', { method: 'POST', body: 'x', ...from(ORIGIN, { 'content-type': 'text/plain' }) }],
    [422, '/api/v1/registrations', { method: 'POST', body: '{}', ...from(ORIGIN, json) }],
    [421, '/api/v1/teams', from(ORIGIN, { host: 'elsewhere.example' })],
  ]
  for (const [status, path, init] of refusals) {
    const answer = await ask(path, init)
    expect([path, answer.status, allowed(answer)]).toEqual([path, status, ORIGIN])
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('vary')).toContain('Origin')
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  }
  const statuses = []
  for (let sent = 0; sent < 70; sent += 1) {
    const answer = await ask('/api/v1/teams', from(ORIGIN))
    statuses.push(answer.status)
    expect(allowed(answer)).toBe(ORIGIN)
  }
  expect(statuses).toContain(429)
})

test.each([
  'null',
  'https://CLIENT.example.org',
  'https://client.example.org:8443',
  'http://client.example.org',
  'https://client.example.org.evil.example',
  'https://evil.example',
  `${ORIGIN}, https://evil.example`,
])('%s is nobody we named', async (origin) => {
  const answer = await ask('/api/v1/nowhere', from(origin))
  expect([allowed(answer), answer.headers.has('access-control-allow-credentials')]).toEqual([null, false])
  expect(answer.headers.get('vary')).toContain('Origin')
})

test('nobody is named by default', async () => {
  expect(allowed(await ask('/api/v1/teams', from(ORIGIN), open))).toBeNull()
})

test('pages say nothing of origins, the page about the API among them', async () => {
  for (const path of ['/', '/sign-in', '/api/docs', '/nowhere']) {
    const answer = await ask(path, from(ORIGIN))
    expect([path, allowed(answer), answer.headers.get('vary')?.includes('Origin') ?? false]).toEqual([
      path,
      null,
      false,
    ])
  }
})

test('a preflight is answered before anything else, and allows the named origin alone', async () => {
  const preflight = (origin: string, path = '/api/v1/registrations') =>
    ask(path, { method: 'OPTIONS', ...from(origin, { 'access-control-request-method': 'POST' }) })
  const named = await preflight(ORIGIN)
  expect([named.status, named.headers.get('access-control-allow-methods')]).toEqual([
    204,
    expect.stringContaining('POST'),
  ])
  expect(named.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
  expect(named.headers.get('access-control-max-age')).toBe('7200')
  expect((await preflight('https://evil.example')).headers.has('access-control-allow-methods')).toBe(false)
  expect(allowed(await preflight(ORIGIN, '/sign-in'))).toBeNull()
})
