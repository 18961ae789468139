import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import { admit } from '#src/http/admit.ts'
import { loadAssets } from '#src/http/assets.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { PASSWORD, type SignedIn, signedIn } from '#test/support/staff.ts'

const ORIGIN = 'https://client.example.org'
/** What only this server knows, as an error of the database or the disk would quote it. */
const INSIDE = 'select pin_hmac from teams where captain_email = /var/lib/teamsheet/data/postgres'
const MARK = '"><b onx=1>'
let app: TestApp
let viewer: SignedIn
beforeAll(async () => {
  app = await testApp({ config: { corsOrigins: [ORIGIN] } })
  viewer = await signedIn(app.ctx, 'viewer')
})
afterAll(() => app.end())

const ask = (path: string, init: RequestInit = {}) => fetch(app.url + path, { redirect: 'manual', ...init })

type Shape = 'problem' | 'page' | 'fragment'
async function shapeOf(answer: Response): Promise<Shape> {
  const type = answer.headers.get('content-type') ?? ''
  if (type === 'application/problem+json') return 'problem'
  expect(type).toBe('text/html; charset=utf-8')
  return (await answer.clone().text()).includes('<html') ? 'page' : 'fragment'
}

/** The whole app with a route below both doors that fails as it is told to. */
async function failing(fail: () => unknown) {
  const broken = makeApp(app.ctx, await loadAssets())
    .use(admit(app.ctx))
    .get('/broken', fail, { admit: { tier: 'public', public: true, body: BODY_NONE } })
    .get('/api/v1/broken', fail, { admit: { tier: 'read', public: true, body: BODY_NONE } })
  return (path: string, headers: Record<string, string> = {}) =>
    broken.handle(new Request(`http://localhost${path}`, { headers }))
}

describe('the door a request came to is the one that answers', () => {
  const HTMX = { 'hx-request': 'true' }
  const asked: [what: string, path: string, init: RequestInit, status: number, shape: Shape][] = [
    ['an unknown page', '/nowhere', {}, 404, 'page'],
    ['an unknown part of a page', '/nowhere', { headers: HTMX }, 404, 'fragment'],
    ['an unknown address of the API', '/api/v1/nowhere', {}, 404, 'problem'],
    ['an unknown address beside the API', '/api/nowhere', {}, 404, 'problem'],
    ['the API itself', '/api/', {}, 404, 'problem'],
    ['an unknown address of the API, from htmx', '/api/v1/nowhere', { headers: HTMX }, 404, 'problem'],
    ['an unknown tournament', '/t/nowhere', {}, 404, 'page'],
    ['an unknown tournament of the API', '/api/v1/tournaments/nowhere/teams', {}, 404, 'problem'],
    ['a page posted to', '/', { method: 'POST' }, 405, 'page'],
    ['a page deleted by htmx', '/sign-in', { method: 'DELETE', headers: HTMX }, 405, 'fragment'],
    ['a list deleted', '/api/v1/teams', { method: 'DELETE' }, 405, 'problem'],
    ['a page asked for by a verb of nobody', '/', { method: 'PROPFIND' }, 405, 'page'],
    ['a list asked for by a verb of nobody', '/api/v1/teams', { method: 'PROPFIND' }, 405, 'problem'],
    ['an escape that is none', '/t/%E0%A4%A', {}, 404, 'page'],
    ['an escape that is none, at the API', '/api/v1/teams/%E0%A4%A', {}, 404, 'problem'],
    ['a list without a session', '/api/v1/registrations', {}, 401, 'problem'],
    ['a form without a session', '/account/password', { method: 'POST', body: new URLSearchParams() }, 401, 'page'],
  ]
  test.each(asked)('%s', async (_, path, init, status, shape) => {
    const answer = await ask(path, init)
    expect([answer.status, await shapeOf(answer)]).toEqual([status, shape])
    const id = answer.headers.get('x-request-id')!
    expect(await answer.text()).toContain(id)
    expect([answer.headers.get('cache-control'), answer.headers.has('allow')]).toEqual(['no-store', status === 405])
  })

  test('HEAD is answered as GET is, without a body', async () => {
    for (const path of ['/', '/nowhere', '/api/v1/teams', '/api/v1/nowhere', '/api/v1/registrations', '/admin']) {
      const [head, get] = [await ask(path, { method: 'HEAD' }), await ask(path)]
      expect([path, head.status, head.headers.get('content-type')]).toEqual([
        path,
        get.status,
        get.headers.get('content-type'),
      ])
      expect((await head.bytes()).byteLength).toBe(0)
      expect(head.headers.get('x-request-id')).not.toBeNull()
    }
  })

  test('a host that is none', async () => {
    for (const [path, shape] of [
      ['/', 'page'],
      ['/api/v1/teams', 'problem'],
    ] as const)
      for (const host of ['a b', '[::1', 'x'.repeat(300), '..', 'user@example.org', '127.0.0.1:99999']) {
        const answer = await ask(path, { headers: { host } })
        expect([path, host, [400, 421].includes(answer.status)]).toEqual([path, host, true])
        // What Bun itself cannot read never comes to us, and its answer has no body.
        const text = await answer.clone().text()
        if (text === '') continue
        expect(await shapeOf(answer)).toBe(shape)
        expect(text).not.toContain(host)
      }
  })
})

describe('every refusal of the API is one that the named origin can read', () => {
  test('REGISTRATION_CLOSED, and CSRF_FAILED is one that an origin of nobody cannot', async () => {
    const strange = await ask('/api/v1/registrations', {
      method: 'POST',
      body: '{}',
      headers: { origin: 'https://evil.example', cookie: viewer.cookie, 'content-type': 'application/json' },
    })
    expect([strange.status, strange.headers.get('access-control-allow-origin')]).toEqual([403, null])
    expect(strange.headers.get('vary')).toContain('Origin')
    expect(await strange.json()).toMatchObject({ code: 'CSRF_FAILED' })
    await app.ctx.db
      .write`update tournaments set closes_at = now() - interval '1 day', opens_at = now() - interval '2 days'`
    // Settings of a tournament are remembered for a moment.
    app.ctx.travel(120_000)
    const closed = await ask('/api/v1/registrations', {
      method: 'POST',
      body: JSON.stringify(aRegistration()),
      headers: { origin: ORIGIN, 'content-type': 'application/json' },
    })
    expect([closed.status, closed.headers.get('access-control-allow-origin')]).toEqual([403, ORIGIN])
    expect(await closed.json()).toMatchObject({ code: 'REGISTRATION_CLOSED' })
  })

  test.each([
    [500, 'INTERNAL_ERROR', () => new Error(INSIDE)],
    [503, 'DATABASE_UNAVAILABLE', () => Object.assign(new Error(INSIDE), { code: 'ECONNREFUSED', detail: INSIDE })],
    [503, 'SERVER_BUSY', () => Object.assign(new Error(INSIDE), { code: '55P03', query: INSIDE })],
  ])('%d %s, which says nothing of its cause', async (status, code, make) => {
    const broken = await failing(() => {
      throw make()
    })
    const answer = await broken('/api/v1/broken', { origin: ORIGIN })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, ORIGIN])
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '5' : null)
    const problem = await answer.json()
    expect(problem).toMatchObject({ code, status, request_id: answer.headers.get('x-request-id') })
    const page = await (await broken('/broken')).text()
    const fragment = await (await broken('/broken', { 'hx-request': 'true' })).text()
    expect([page.includes('<html'), fragment.includes('<html')]).toEqual([true, false])
    for (const told of [JSON.stringify(problem), page, fragment]) {
      expect(told).not.toContain(INSIDE)
      expect(told).not.toMatch(/pin_hmac|\/var\/lib|\.ts\b|at \w+ \(/)
    }
    // Here, where nobody from outside looks, it is.
    expect(
      app.ctx.logged.some((line) => line.includes(answer.headers.get('x-request-id')!) && line.includes('select')),
    ).toBe(true)
  })
})

test.each([
  [500, 'INTERNAL_ERROR', () => new TypeError(INSIDE)],
  [503, 'DATABASE_UNAVAILABLE', () => Object.assign(new Error(INSIDE), { code: '57P01' })],
])('what fails at the door, before a body is read, is %d %s to those who send one, too', async (status, code, make) => {
  const findTournament = () => Promise.reject(make())
  const broken = makeApp({ ...app.ctx, findTournament }, await loadAssets())
  for (const init of [{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }, {}]) {
    const answer = await broken.handle(new Request('http://localhost/api/v1/registrations', init))
    // Who may not is told so after the tournament was looked for.
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }])
    expect(app.ctx.logged.join('\n')).toContain(answer.headers.get('x-request-id')!)
  }
})

describe('no refusal gives back what was sent, as markup or at all', () => {
  const bad = encodeURIComponent(MARK)
  const asked: [path: string, init: RequestInit][] = [
    [`/${bad}`, {}],
    [`/nowhere?q=${bad}`, {}],
    [`/t/${bad}/register`, {}],
    [`/entry/${bad}`, {}],
    [`/draft/${bad}`, {}],
    [`/setup/${bad}`, {}],
    [`/files/${bad}/${bad}`, {}],
    [`/api/v1/${bad}`, {}],
    [`/api/v1/teams/${bad}`, {}],
    [`/api/v1/teams?limit=${bad}&sort=${bad}&cursor=${bad}`, {}],
    ['/nowhere', { headers: { 'x-request-id': MARK, referer: MARK, 'user-agent': MARK } }],
    ['/sign-in', { method: 'POST', body: new URLSearchParams({ email: MARK, password: PASSWORD, next: MARK }) }],
    ['/entry', { method: 'POST', body: new URLSearchParams({ reference: MARK, pin: MARK }) }],
    ['/api/v1/registrations', { method: 'POST', body: `{"${MARK}`, headers: { 'content-type': 'application/json' } }],
    [
      '/api/v1/registrations',
      {
        method: 'POST',
        body: JSON.stringify({ teamName: MARK, players: [{ name: MARK }], [MARK]: MARK }),
        headers: { 'content-type': 'application/json' },
      },
    ],
  ]
  test.each(asked)('%s', async (path, init) => {
    const answer = await ask(path, init)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    const text = await answer.text()
    expect(text).not.toContain(MARK)
    expect(text).not.toContain('<b onx')
    expect(text).not.toContain(PASSWORD)
    expect(text).not.toMatch(/PostgresError|\bselect\b.*\bfrom\b|node_modules|\.ts:\d/)
  })
})
