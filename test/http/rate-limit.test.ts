import { afterAll, beforeAll, expect, test } from 'bun:test'
import { networkOf } from '#src/lib/networks.ts'
import { type TestApp, testApp } from '#test/support/app.ts'

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

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
