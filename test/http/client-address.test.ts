import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Server } from 'bun'
import { meetClient } from '#src/http/client-address.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { requestState } from '#src/http/request-state.ts'
import { networkOf } from '#src/lib/networks.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { signedIn } from '#test/support/staff.ts'

const PROXIES = ['10.0.0.0/8', '127.0.0.1', '2001:db8:ffff::/48']
let app: TestApp
beforeAll(async () => {
  app = await testApp({ config: { trustedProxies: PROXIES, enableRateLimiting: true } })
})
afterAll(() => app.end())

/** Who is found for a request of these headers that comes from `peer`. */
function meet(headers: Record<string, string>, peer: string | null = '10.0.0.1', config = {}) {
  const request = new Request('http://192.0.2.200:3000/a?b=c', { headers })
  const server = { requestIP: () => peer && { address: peer } } as unknown as Server<unknown>
  const ctx = { ...app.ctx, config: { ...app.ctx.config, ...config } }
  meetClient(ctx, request, server)
  const { address, url } = requestState(request)
  return { address, url: url?.href, origin: ownOrigin(ctx, request) }
}
const addressOf = (headers: Record<string, string>, peer?: string | null) => meet(headers, peer).address

describe('the client', () => {
  test.each([
    ['no header', {}, '10.0.0.1'],
    ['one hop', { 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7'],
    ['a made-up hop before it', { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }, '203.0.113.7'],
    ['our own proxies after it', { 'x-forwarded-for': '198.51.100.1,203.0.113.7 , 10.2.2.2, 10.1.1.1' }, '203.0.113.7'],
    ['nothing but our own', { 'x-forwarded-for': '10.9.9.9, 10.1.1.1' }, '10.9.9.9'],
    ['a port', { 'x-forwarded-for': '203.0.113.7:51000' }, '203.0.113.7'],
    ['IPv6', { 'x-forwarded-for': '2001:DB8::0:1' }, '2001:db8::1'],
    ['IPv6 and a port', { 'x-forwarded-for': '[2001:db8::1]:443' }, '2001:db8::1'],
    ['IPv6 proxies', { 'x-forwarded-for': '203.0.113.7, 2001:db8:ffff::2' }, '203.0.113.7'],
    ['IPv4 mapped into IPv6', { 'x-forwarded-for': '::ffff:203.0.113.7, ::ffff:10.1.1.1' }, '203.0.113.7'],
    ['garbage', { 'x-forwarded-for': 'drop table' }, '10.0.0.1'],
    ['garbage behind our own', { 'x-forwarded-for': '203.0.113.7, ?, 10.1.1.1' }, '10.1.1.1'],
    ['nothing', { 'x-forwarded-for': ' , ' }, '10.0.0.1'],
    ['an address that is none', { 'x-forwarded-for': '999.1.1.1' }, '10.0.0.1'],
    ['Forwarded', { forwarded: 'for=203.0.113.7;proto=https;by=10.0.0.1' }, '203.0.113.7'],
    ['Forwarded in any case', { forwarded: 'Proto=http ; FOR="203.0.113.7:80"' }, '203.0.113.7'],
    ['quoted IPv6', { forwarded: 'for=198.51.100.9, for="[2001:db8:cafe::17]:4711"' }, '2001:db8:cafe::17'],
    ['several fields', { forwarded: 'for=198.51.100.9, for=203.0.113.7, for=10.1.1.1' }, '203.0.113.7'],
    ['unknown', { forwarded: 'for=203.0.113.7, for=unknown' }, '10.0.0.1'],
    ['an obfuscated name', { forwarded: 'for=203.0.113.7, for=_hidden;proto=http, for=10.1.1.1' }, '10.1.1.1'],
    ['a comma in quotes', { forwarded: 'for="203.0.113.9,";host="a,b", for=203.0.113.7' }, '203.0.113.7'],
    ['a quotation without end', { forwarded: 'for="198.51.100.1, for="[2001:db8::7]"' }, '10.0.0.1'],
    ['an escaped end', { forwarded: 'for="x\\, for=203.0.113.7' }, '10.0.0.1'],
    ['a parameter twice', { forwarded: 'for=203.0.113.7;for=198.51.100.1' }, '10.0.0.1'],
    ['a parameter twice, further away', { forwarded: 'For=203.0.113.7;for=198.51.100.1, for=10.1.1.1' }, '10.0.0.1'],
    ['both, of one mind', { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7'],
    ['both, and one made up', { forwarded: 'for=198.51.100.1', 'x-forwarded-for': '203.0.113.7' }, '10.0.0.1'],
  ])('of %s', (_, headers, address) => {
    expect(addressOf(headers as Record<string, string>)).toBe(address)
  })

  test('is the peer, whatever a stranger writes', () => {
    const spoofed = {
      'x-forwarded-for': '203.0.113.7, 10.0.0.1',
      forwarded: 'for=203.0.113.7;host=evil.example;proto=https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }
    for (const peer of ['198.51.100.20', '11.0.0.1', '2001:db8:fffe::1'])
      expect(meet(spoofed, peer)).toEqual({
        address: peer,
        url: 'http://192.0.2.200:3000/a?b=c',
        origin: 'http://192.0.2.200:3000',
      })
  })

  test('of more than twenty hops is the proxy that tells of them', () => {
    const hops = (count: number) => ['203.0.113.7', ...Array<string>(count - 1).fill('10.1.1.1')].join(', ')
    expect(addressOf({ 'x-forwarded-for': hops(20) })).toBe('203.0.113.7')
    expect(addressOf({ 'x-forwarded-for': hops(21) })).toBe('10.0.0.1')
    expect(addressOf({ 'x-forwarded-for': hops(100_000) })).toBe('10.0.0.1')
    expect(addressOf({ forwarded: `for=${'"\\"'.repeat(100_000)}` })).toBe('10.0.0.1')
  })

  test('without an address is nobody’s neighbour, and nothing it says counts', () => {
    expect(addressOf({ 'x-forwarded-for': '203.0.113.7' }, null)).toBe('local')
    expect(addressOf({ 'x-forwarded-for': '203.0.113.7' }, '/run/teamsheet.sock')).toBe('local')
  })
})

describe('the origin', () => {
  const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': '192.0.2.9' }

  test('is what a trusted proxy was asked by', () => {
    expect(meet(headers)).toMatchObject({ url: 'https://192.0.2.9/a?b=c', origin: 'https://192.0.2.9' })
    expect(meet({ forwarded: 'for=203.0.113.7;host="192.0.2.9:8443";proto=https' }).origin).toBe(
      'https://192.0.2.9:8443',
    )
    // What a client wrote stands left of what the outermost proxy of ours wrote.
    expect(meet({ forwarded: 'for=a;host=evil.example, for=203.0.113.7;host=192.0.2.9' }).origin).toBe(
      'http://192.0.2.9',
    )
    expect(meet({ 'x-forwarded-host': 'evil.example, 192.0.2.9' }).origin).toBe('http://192.0.2.9')
  })

  test('is PUBLIC_URL where there is one', () => {
    expect(meet(headers, '10.0.0.1', { publicUrl: 'https://teams.example' }).origin).toBe('https://teams.example')
  })

  test('that cannot be one is refused', () => {
    for (const host of ['a/b', 'a@b', 'a b', 'a?b', '[', ''])
      expect(meet({ forwarded: `for=203.0.113.7;host="${host}"` }).url).toBeUndefined()
    expect(meet({ 'x-forwarded-proto': 'javascript' }).origin).toBe('http://192.0.2.200:3000')
  })

  test('passes or fails the host check', async () => {
    const ask = (host: string, publicUrl?: string) => {
      const before = app.ctx.config
      app.ctx.config = { ...before, publicUrl }
      return fetch(`${app.url}/api/v1/tournaments/current`, {
        headers: { 'x-forwarded-host': host, 'x-forwarded-for': '203.0.113.99' },
      })
        .then(({ status }) => status)
        .finally(() => {
          app.ctx.config = before
        })
    }
    expect(await ask('192.0.2.9')).toBe(200)
    expect(await ask('evil.example')).toBe(421)
    expect(await ask('teams.example', 'http://teams.example')).toBe(200)
    expect(await ask('evil.example', 'http://teams.example')).toBe(421)
    expect(await ask('a/b')).toBe(400)
  })
})

test('clients behind one trusted proxy are counted apart, and are never logged', async () => {
  const left = async (client: string) => {
    const answer = await fetch(`${app.url}/api/v1/teams`, { headers: { 'x-forwarded-for': client } })
    return Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
  }
  expect([await left('203.0.113.30'), await left('203.0.113.30'), await left('203.0.113.31')]).toEqual([59, 58, 59])
  expect(await left('2001:db8:1:2::1')).toBe(59)
  expect(await left('2001:db8:1:2:ffff::9')).toBe(58)
  expect(app.ctx.logged.join('')).not.toMatch(/203\.0\.113|2001:db8/)
})

test('staff are warned for an hour of headers of a proxy that nobody named', async () => {
  const bare = await testApp()
  const staff = await signedIn(bare.ctx, 'admin')
  const page = async (headers = {}) =>
    (await fetch(`${bare.url}/account`, { headers: { cookie: staff.cookie, ...headers } })).text()
  expect(await page()).not.toContain('TRUSTED_PROXIES')
  expect(await page({ 'x-forwarded-for': '203.0.113.7' })).toContain('TRUSTED_PROXIES')
  expect(await page()).toContain('TRUSTED_PROXIES')
  bare.ctx.travel(3_600_001)
  expect(await page()).not.toContain('TRUSTED_PROXIES')
  await bare.end()
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['local', 'local'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
