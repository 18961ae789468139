import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newSetupAddress } from '#src/auth/service.ts'
import { TIER_NAMES, type Tier, windowOf } from '#src/http/tiers.ts'
import { newToken } from '#src/lib/keys.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { cookieOf, PASSWORD, signedIn } from '#test/support/staff.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp({ config: { enableRateLimiting: true, rateLimitRequests: 3 } })
})
afterAll(() => app.end())

test('the sixth registration a minute from one address is refused, with how long to wait', async () => {
  const send = () =>
    fetch(`${app.url}/api/v1/registrations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
  const answers = []
  for (let sent = 0; sent < 6; sent += 1) answers.push(await send())
  expect(answers.map((answer) => answer.status)).toEqual([422, 422, 422, 422, 422, 429])
  expect(answers[0]!.headers.get('ratelimit-policy')).toBe('"upload";q=5;w=60')
  expect(answers[0]!.headers.get('ratelimit')).toMatch(/^"upload";r=4;t=\d+$/)
  const refused = answers.at(-1)!
  expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, 61)
  expect((await refused.json()) as unknown).toMatchObject({ code: 'RATE_LIMITED' })
})

test('RATE_LIMIT_REQUESTS is the number of anonymous writes', async () => {
  const send = () =>
    fetch(`${app.url}/entry`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'reference=A&pin=1',
    })
  const statuses = []
  for (let sent = 0; sent < 4; sent += 1) statuses.push((await send()).status)
  expect(statuses).toEqual([422, 422, 422, 429])
})

test('a form is counted by its draft, so that a village behind one address does not stop itself', async () => {
  const save = (draft: string) =>
    fetch(`${app.url}/register/clubs?clubName=`, { headers: { cookie: `draft-open=${draft.padEnd(43, 'x')}` } })
  expect((await save('one')).headers.get('ratelimit')).toMatch(/r=299/)
  expect((await save('two')).headers.get('ratelimit')).toMatch(/r=299/)
  expect((await save('one')).headers.get('ratelimit')).toMatch(/r=298/)
})

test('assets and probes are never counted', async () => {
  for (const path of ['/healthz', '/readyz']) expect((await fetch(app.url + path)).headers.has('ratelimit')).toBe(false)
})

test('addresses that nothing has are counted as public pages, all together', async () => {
  const strict = await testApp({ config: { enableRateLimiting: true, rateLimitPublic: 3 } })
  const ask = (path: string, method = 'GET') => fetch(strict.url + path, { method })
  const answers = [await ask('/nowhere'), await ask('/api/v1/nowhere'), await ask('/', 'DELETE'), await ask('/lost')]
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 405, 429])
  expect(fieldsOf(answers[0]!)).toEqual(['"public";q=3;w=60', '"public";r=2'])
  expect((await ask('/')).status).toBe(429)
  await strict.end()
})

test('OPTIONS is never counted, and neither is anything when limits are lifted', async () => {
  const ask = (method: string) => fetch(`${app.url}/api/v1/teams`, { method })
  const before = await ask('GET')
  for (let sent = 0; sent < 5; sent += 1) expect((await ask('OPTIONS')).headers.has('ratelimit')).toBe(false)
  expect(remaining(await ask('GET'))).toBe(remaining(before) - 1)
})

test('every tier has its own number, and every number is a setting', () => {
  const numbers = Object.fromEntries(
    Object.entries(app.ctx.config).filter(([name]) => name.startsWith('rateLimit') && name !== 'rateLimitStore'),
  )
  const config = { ...app.ctx.config, ...numbers }
  const of = (tier: Tier, isKnown = false) => windowOf(config, tier, isKnown)
  const minute = (points: number) => ({ points, seconds: 60 })
  expect(of('public')).toEqual(minute(100))
  expect(of('read')).toEqual(minute(60))
  expect([of('write'), of('write', true)]).toEqual([minute(3), minute(60)])
  expect(of('download')).toEqual({ points: 20, seconds: 3600 })
  expect([of('metadata'), of('draft')]).toEqual([minute(30), minute(300)])
  expect([of('search'), of('search', true)]).toEqual([minute(20), minute(120)])
  expect(of('admin')).toEqual(minute(1000))
  expect([of('upload'), of('file')]).toEqual([minute(5), minute(120)])
  expect(of('uncounted')).toBeUndefined()
  const ones = Object.fromEntries(Object.keys(numbers).map((name) => [name, 1]))
  for (const tier of TIER_NAMES)
    for (const isKnown of [false, true])
      expect(windowOf({ ...config, ...ones }, tier, isKnown)?.points).toBe(tier === 'uncounted' ? undefined : 1)
})

test('somebody signed in is counted by account, wherever they are', async () => {
  const strict = await testApp({ config: { enableRateLimiting: true, trustedProxies: ['127.0.0.1'] } })
  const one = await signedIn(strict.ctx, 'admin', 'One')
  const other = await signedIn(strict.ctx, 'admin', 'Other')
  const left = async (cookie: string, address: string) =>
    remaining(await fetch(`${strict.url}/admin`, { headers: { cookie, 'x-forwarded-for': address } }))
  expect([await left(one.cookie, '192.0.2.1'), await left(one.cookie, '192.0.2.2')]).toEqual([999, 998])
  expect(await left(other.cookie, '192.0.2.1')).toBe(999)
  await strict.end()
})

test('all drafts that one address names are counted together, too', async () => {
  const strict = await testApp({ config: { enableRateLimiting: true, rateLimitDraft: 2, rateLimitDrafts: 2 } })
  const answers = []
  for (let sent = 0; sent < 5; sent += 1)
    answers.push(
      await fetch(`${strict.url}/register/clubs?clubName=`, {
        headers: { cookie: `draft-open=${String(sent).padEnd(43, 'x')}` },
      }),
    )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429])
  expect(fieldsOf(answers[4]!)).toEqual(['"draft-together";q=4;w=60', '"draft-together";r=0'])
  await strict.end()
})

describe('a refusal', () => {
  test('tells its window, and asks the database nothing', async () => {
    const strict = await testApp({ config: { enableRateLimiting: true, rateLimitRead: 2 } })
    const ask = (path: string) => fetch(strict.url + path)
    for (let sent = 0; sent < 2; sent += 1) expect((await ask('/api/v1/teams')).status).toBe(200)
    const before = strict.ctx.statements.length
    const refused = await ask('/api/v1/teams')
    expect([refused.status, ...fieldsOf(refused)]).toEqual([429, '"read";q=2;w=60', '"read";r=0'])
    expect(Number(refused.headers.get('retry-after'))).toBe(
      Number(/t=(\d+)/.exec(refused.headers.get('ratelimit')!)![1]),
    )
    expect(strict.ctx.statements.length).toBe(before)
    await strict.end()
  })

  test('of guesses tells theirs', async () => {
    const lifted = await testApp()
    const guess = () =>
      fetch(`${lifted.url}/sign-in`, {
        method: 'POST',
        body: new URLSearchParams({ email: 'a@example.org', password: 'x' }),
      })
    for (let sent = 0; sent < 5; sent += 1) expect((await guess()).status).toBe(422)
    const refused = await guess()
    expect([refused.status, ...fieldsOf(refused)]).toEqual([429, '"guesses";q=5;w=86400', '"guesses";r=0'])
    await lifted.end()
  })
})

describe('credentials that are none', () => {
  test('are looked up so often a minute from one address; then it is refused before anybody is asked', async () => {
    const strict = await testApp({ config: { enableRateLimiting: true, rateLimitBadCredentials: 3 } })
    const { cookie } = await signedIn(strict.ctx, 'admin', 'Before')
    const ask = (headers: Record<string, string>) => fetch(`${strict.url}/account`, { headers, redirect: 'manual' })
    expect((await ask({ cookie })).status).toBe(200)
    const bad = () => ask({ cookie: `session=${newToken()}` })
    for (let sent = 0; sent < 3; sent += 1) expect((await bad()).status).toBe(303)
    const before = strict.ctx.statements.length
    const refused = await bad()
    expect([refused.status, ...fieldsOf(refused)]).toEqual([429, '"bad-credentials";q=3;w=60', '"bad-credentials";r=0'])
    expect(strict.ctx.statements.length).toBe(before)
    // Others behind the address go on: those who show nothing, what is no credential at all, and whoever was known or signs in.
    expect((await ask({})).status).toBe(303)
    expect((await ask({ cookie: 'session=of-another-program' })).status).toBe(303)
    expect((await ask({ cookie })).status).toBe(200)
    const form = new URLSearchParams({ email: 'before@example.org', password: PASSWORD })
    const fresh = await fetch(`${strict.url}/sign-in`, { method: 'POST', body: form, redirect: 'manual' })
    expect((await ask({ cookie: cookieOf(fresh) })).status).toBe(200)
    await strict.end()
  })
})

describe('wrong links', () => {
  test.each(['/entry/', '/draft/', '/setup/'])(
    '%s… count against their address, right ones always open',
    async (path) => {
      const lifted = await testApp({ config: { guessDelayFromAddress: 3 } })
      const right = await newSetupAddress(lifted.ctx)
      const statuses = []
      for (let sent = 0; sent < 4; sent += 1) statuses.push((await fetch(lifted.url + path + newToken())).status)
      expect(statuses).toEqual([404, 404, 429, 429])
      expect((await fetch(`${lifted.url}${path}mistyped`)).status).toBe(404)
      expect((await fetch(lifted.url + right)).status).toBe(200)
      await lifted.end()
    },
  )
})

const remaining = (answer: Response) => Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
/** Policy, and what is left without the seconds. */
const fieldsOf = ({ headers }: Response) => [
  headers.get('ratelimit-policy'),
  headers.get('ratelimit')?.replace(/;t=[1-9]\d*$/, ''),
]
