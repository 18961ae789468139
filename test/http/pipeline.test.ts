import { afterAll, beforeAll, expect, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import { loadAssets } from '#src/http/assets.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'

const ORIGIN = 'https://client.example.org'
let app: TestApp
beforeAll(async () => {
  app = await testApp({ config: { corsOrigins: [ORIGIN] } })
})
afterAll(() => app.end())

const ask = (path: string, init: RequestInit = {}) => fetch(app.url + path, { redirect: 'manual', ...init })
/** As if a request had come for another host: asked of the app itself. */
const askAs = async (host: string, publicUrl?: string) => {
  const ctx = { ...app.ctx, config: { ...app.ctx.config, publicUrl } }
  return makeApp(ctx, await loadAssets()).handle(new Request(`http://${host}/`))
}

test.each(['/', '/register', '/nowhere', '/api/v1/teams', '/api/v1/nowhere', '/healthz', '/sign-in'])(
  '%s carries the security headers and a request id',
  async (path) => {
    const { headers } = await ask(path)
    expect(headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  },
)

test('a usable request id is kept, any other is replaced', async () => {
  expect((await ask('/', { headers: { 'x-request-id': 'abc-123' } })).headers.get('x-request-id')).toBe('abc-123')
  expect((await ask('/', { headers: { 'x-request-id': 'x'.repeat(200) } })).headers.get('x-request-id')).toHaveLength(
    36,
  )
})

test('a refusal speaks the language of its door', async () => {
  const page = await ask('/nowhere')
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain(page.headers.get('x-request-id')!)
  const fragment = await (await ask('/nowhere', { headers: { 'hx-request': 'true' } })).text()
  expect(fragment).toStartWith('<div role="alert"')
  const problem = await ask('/api/v1/nowhere')
  expect(problem.headers.get('content-type')).toBe('application/problem+json')
  expect(await problem.json()).toMatchObject({
    type: '/api/docs#NOT_FOUND',
    title: expect.any(String),
    status: 404,
    code: 'NOT_FOUND',
    errors: [],
  })
})

test('an address that takes other methods says which', async () => {
  const answer = await ask('/api/v1/registrations', { method: 'DELETE' })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toContain('POST')
  expect((await answer.json()) as unknown).toMatchObject({ code: 'METHOD_NOT_ALLOWED' })
})

test('CORS answers named origins only, on refusals too, and never on pages', async () => {
  const named = await ask('/api/v1/nowhere', { headers: { origin: ORIGIN } })
  expect([named.status, named.headers.get('access-control-allow-origin')]).toEqual([404, ORIGIN])
  expect(
    (await ask('/api/v1/teams', { headers: { origin: 'https://evil.example' } })).headers.has(
      'access-control-allow-origin',
    ),
  ).toBe(false)
  expect((await ask('/', { headers: { origin: ORIGIN } })).headers.has('access-control-allow-origin')).toBe(false)
  const preflight = await ask('/api/v1/registrations', {
    method: 'OPTIONS',
    headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
})

test('an answer that CORS and compression both shape says that it differs by both', async () => {
  const headers = { origin: ORIGIN, 'accept-encoding': 'br' }
  for (const path of ['/api/v1/teams', '/api/openapi.json']) {
    const { headers: given } = await ask(path, { headers })
    expect([path, given.get('access-control-allow-origin')]).toEqual([path, ORIGIN])
    expect([path, given.get('vary')]).toEqual([path, 'Origin, Accept-Encoding'])
  }
})

test('a form from another site is refused before it is read', async () => {
  const send = (headers: Record<string, string>) =>
    ask('/entry', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: 'reference=X&pin=1',
    }).then((answer) => answer.status)
  expect(await send({ origin: 'https://evil.example' })).toBe(403)
  expect(await send({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await send({ origin: app.url })).toBe(422)
  expect(await send({ 'sec-fetch-site': 'same-origin' })).toBe(422)
})

test('a write that a session cookie admits must show where it comes from', async () => {
  const send = (headers: Record<string, string>) =>
    ask('/api/v1/registrations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'session=x', ...headers },
      body: JSON.stringify(aRegistration()),
    }).then((answer) => answer.status)
  expect(await send({})).toBe(403)
  expect(await send({ origin: 'https://evil.example' })).toBe(403)
  expect(await send({ origin: ORIGIN })).toBe(201)
  expect(await send({ 'sec-fetch-site': 'same-origin' })).toBe(201)
})

test('without PUBLIC_URL only loopback and IP literals are served; with it, its host and loopback', async () => {
  const statuses = async (hosts: string[], publicUrl?: string) =>
    Promise.all(hosts.map(async (host) => (await askAs(host, publicUrl)).status))
  expect(await statuses(['localhost', '127.0.0.1:3000', '192.168.1.9', '[::1]', 'evil.example'])).toEqual([
    200, 200, 200, 200, 421,
  ])
  expect(
    await statuses(['teams.example.org', 'localhost', '192.168.1.9', 'evil.example'], 'https://teams.example.org'),
  ).toEqual([200, 200, 421, 421])
})

test('pages and answers are compressed as the client takes them, and the same inside', async () => {
  for (const path of ['/register', '/api/openapi.json']) {
    const plain = await (await ask(path, { headers: { 'accept-encoding': 'identity' } })).text()
    for (const encoding of ['br', 'gzip']) {
      const answer = await ask(path, { headers: { 'accept-encoding': encoding } })
      expect([path, answer.headers.get('content-encoding')]).toEqual([path, encoding])
      expect(answer.headers.get('vary')).toContain('Accept-Encoding')
      expect((await answer.text()).length).toBe(plain.length)
    }
  }
})

test('healthz is constant; readyz tells the truth about the database', async () => {
  expect((await ask('/healthz')).status).toBe(200)
  expect((await (await ask('/readyz')).json()) as unknown).toMatchObject({ status: 'ready', database: 'ok' })
  await app.ctx.owner`alter function add_team(jsonb) rename to add_team_away`
  const unready = await ask('/readyz')
  await app.ctx.owner`alter function add_team_away(jsonb) rename to add_team`
  expect([unready.status, (await unready.json()) as unknown]).toEqual([
    503,
    expect.objectContaining({ database: 'not_migrated' }),
  ])
})

test('an unforeseen failure says nothing of itself to the client and everything to the log', async () => {
  await app.ctx.owner`alter table clubs rename to clubs_away`
  const answer = await ask('/api/v1/clubs/availability')
  await app.ctx.owner`alter table clubs_away rename to clubs`
  const text = await answer.text()
  expect(answer.status).toBe(500)
  expect(text).not.toMatch(/clubs_away|relation|select|\/src\//i)
  const id = (JSON.parse(text) as { request_id: string }).request_id
  expect(app.ctx.logged.find((line) => line.includes('request.failed') && line.includes(id))).toContain(
    'does not exist',
  )
})

test('one line a request is logged, with the route rather than the address', async () => {
  const answer = await ask('/entry/some-secret-token-that-nobody-should-read')
  const id = answer.headers.get('x-request-id')!
  const line = () => app.ctx.logged.findLast((other) => other.includes('request.answered') && other.includes(id))
  // It is written once the answer has gone, which may be after it has come.
  while (!line()) await Bun.sleep(1)
  expect(JSON.parse(line()!)).toMatchObject({ method: 'GET', route: '/entry/:token', status: 404, tier: 'public' })
  expect(app.ctx.logged.join('')).not.toContain('some-secret-token')
})

test('the parts are shown together in development and nowhere else', async () => {
  expect((await ask('/dev/parts')).status).toBe(404)
  const ctx = { ...app.ctx, config: { ...app.ctx.config, environment: 'development' as const } }
  expect((await makeApp(ctx, await loadAssets()).handle(new Request('http://localhost/dev/parts'))).status).toBe(200)
})
