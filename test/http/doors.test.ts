import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import type { Admission } from '#src/http/admit.ts'
import type { Limiter } from '#src/lib/limiter.ts'
import { ROLES } from '#src/permissions.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { testContext } from '#test/support/context.ts'
import { type SignedIn, signedIn } from '#test/support/staff.ts'

const FOREIGN = 'https://elsewhere.example.org'
const FULL: Limiter = {
  take: async (_, window) => ({
    allowed: false,
    limit: window.points,
    remaining: 0,
    resetSeconds: 7,
    windowSeconds: window.seconds,
  }),
  findRefusal: () => undefined,
}

type Route = { method: string; path: string; admission: Admission }

/** Every route of the server, at an address that fits it. */
const routes = await listRoutes()
const counted = routes.filter(({ admission }) => admission.tier !== 'uncounted')
const guarded = routes.filter(({ admission }) => admission.requires !== undefined)
const writing = routes.filter(({ method }) => !['GET', 'HEAD'].includes(method))
const reading = (kinds: string[]) => writing.filter(({ admission }) => kinds.includes(admission.body.kind))
const named = (of: Route[]) => of.map((route) => [`${route.method} ${route.path}`, route] as const)

let app: TestApp
let full: TestApp
let viewer: SignedIn
let owner: SignedIn
beforeAll(async () => {
  app = await testApp()
  viewer = await signedIn(app.ctx, 'viewer')
  owner = await signedIn(app.ctx, 'owner')
  full = await testApp({ config: { enableRateLimiting: true } })
  full.ctx.limits.requests = FULL
})
afterAll(async () => {
  await app.end()
  await full.end()
})

async function listRoutes(): Promise<Route[]> {
  const ctx = await testContext()
  const slug = ctx.tournament.slug
  const all = makeApp(ctx, new Map()).routes.map(({ method, path, hooks }) => ({
    method,
    path: path.replace(':slug', slug).replaceAll(/:\w+/g, 'x'),
    admission: (hooks as { detail: { 'x-admission': Admission } }).detail['x-admission'],
  }))
  await ctx.end()
  return all
}

const ask = (of: TestApp, { method, path }: Route, init: RequestInit = {}) =>
  fetch(of.url + path, { method, redirect: 'manual', ...init })

describe('every route', () => {
  test('is looked at', () => {
    expect(counted.length).toBeGreaterThan(40)
    expect(guarded.length).toBeGreaterThan(6)
    expect(writing.length).toBeGreaterThan(20)
  })

  test.each(named(routes))('%s carries a request id and the security headers', async (_, route) => {
    const { headers } = await ask(app, route)
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    expect(headers.get('content-security-policy')).not.toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each(named(counted))('%s refuses a host that is not ours', async (_, route) => {
    expect((await ask(app, route, { headers: { host: 'elsewhere.example.org' } })).status).toBe(421)
  })

  test.each(named(counted))('%s is counted', async (_, route) => {
    const answer = await ask(full, route)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
    expect(answer.headers.get('ratelimit-policy')).toMatch(/^"[a-z-]+";q=\d+;w=\d+$/)
  })
})

describe('who asks', () => {
  test.each(named(guarded))('%s sends nobody away', async (_, route) => {
    const answer = await ask(app, route)
    const isPage = !route.path.startsWith('/api/')
    if (isPage && route.method === 'GET') expect(answer.headers.get('location')).toStartWith('/sign-in?next=')
    else expect(answer.status).toBe(401)
  })

  const forbidden = guarded.filter(({ admission }) => !ROLES.viewer.includes(admission.requires!))
  test.each(named(forbidden))('%s is not for a viewer', async (_, route) => {
    const { cookie } = viewer
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    expect((await ask(app, route, { headers })).status).toBe(403)
  })
})

describe('every write', () => {
  test.each(named(writing))('%s refuses a page of another site', async (_, route) => {
    const { cookie } = viewer
    const others: Record<string, string>[] = [
      { origin: FOREIGN },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const from of others) expect((await ask(app, route, { headers: { cookie, ...from } })).status).toBe(403)
  })

  const bounded = named(reading(['json', 'form', 'stream']))
  test.each(bounded)('%s refuses a body over its limit by its declared length', async (_, route) => {
    const { maxBytes } = route.admission.body
    expect(await declare(route, maxBytes + 1)).toContain(' 413 ')
  })
})

const CONTENT_TYPES: Record<string, string> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  stream: 'multipart/form-data; boundary=x',
}

/** The first line of the answer to a body of so many bytes that is never sent. */
function declare({ method, path, admission }: Route, bytes: number): Promise<string> {
  const { host, hostname, port } = new URL(app.url)
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: ${app.url}`,
    `Cookie: ${owner.cookie}`,
    `Content-Type: ${CONTENT_TYPES[admission.body.kind]}`,
    `Content-Length: ${bytes}`,
  ]
  return new Promise((resolve, reject) => {
    void Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        open: (socket) => void socket.write(`${head.join('\r\n')}\r\n\r\n`),
        data(socket, answer) {
          resolve(answer.toString('latin1').split('\r\n')[0]!)
          socket.end()
        },
        close: () => resolve('closed without an answer'),
        error: (_, error) => reject(error),
      },
    })
  })
}
