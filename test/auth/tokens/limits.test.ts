import { afterAll, expect, test } from 'bun:test'
import { makeKey } from '#src/auth/keys/service.ts'
import { signedIn, staffApp } from '#test/support/staff.ts'
import { aProgram, bearer, tokensOf } from './program.ts'

const app = await staffApp({
  config: {
    enableRateLimiting: true,
    rateLimitRead: 100,
    rateLimitBadCredentials: 3,
    metricsToken: 'a-token-of-metrics',
  },
})
const { ctx, url } = app
afterAll(() => app.end())
const owner = await signedIn(ctx, 'owner', 'Olivia')

const ask = (token: string, path = '/api/v1/auth/me') => fetch(url + path, bearer(token))
const leftOf = (answer: Response) => Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
const aKey = (name: string) =>
  makeKey(ctx, owner.actor, ctx.tournament, {
    id: Bun.randomUUIDv7(),
    name,
    scopes: ['registrations.see'],
    reach: 'tournament',
    life: '90',
  })

test('an account is counted once, however many tokens it has; each key is counted by itself', async () => {
  const { staffId, accessToken } = await aProgram(ctx, 'viewer', 'Meera')
  const other = await tokensOf(ctx, staffId)
  expect(leftOf(await ask(accessToken))).toBe(99)
  expect(leftOf(await ask(other.accessToken))).toBe(98)
  const [first, second] = [await aKey('One'), await aKey('Another')]
  expect(leftOf(await ask(first))).toBe(99)
  expect(leftOf(await ask(second))).toBe(99)
  expect(leftOf(await ask(first))).toBe(98)
})

test('many bad tokens and keys from one address are refused unasked; good ones beside them, and the metrics, are not', async () => {
  const good = await aProgram(ctx, 'viewer', 'Good')
  const key = await aKey('Good')
  for (const token of [good.accessToken, key]) expect((await ask(token)).status).toBe(200)
  const statuses = []
  for (const bad of ['a.b.c', `ts_live_${'x'.repeat(43)}`, 'd.e.f', 'g.h.i', `ts_live_${'y'.repeat(43)}`])
    statuses.push((await ask(bad)).status)
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  const before = ctx.statements.length
  const refused = await ask('j.k.l')
  expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, '"bad-credentials";q=3;w=60'])
  expect(ctx.statements.slice(before)).toEqual([])
  for (const token of [good.accessToken, key]) expect((await ask(token)).status).toBe(200)
  expect((await ask('a-token-of-metrics', '/metrics')).status).toBe(200)
  expect((await ask('a-token-of-metrics')).status).toBe(401)
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: good.email, password: 'a rope for the marquee' }),
  })
  const { access_token: fresh } = (await login.json()) as { access_token: string }
  expect((await ask(fresh)).status).toBe(200)
})
