import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chooseEncoding } from '#src/http/compression.ts'
import { type TestApp, testApp } from '#test/support/app.ts'

describe('the encoding', () => {
  test.each([
    [null, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['BR', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.2, gzip;q=0.8', 'gzip'],
    ['br; q=0.000', undefined],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', undefined],
    ['identity;q=0, *', 'br'],
    ['identity, gzip;q=0.5', undefined],
    ['gzip;q=much', undefined],
    ['zstd, deflate', undefined],
  ])('for %j is %p', (accepted, encoding) => {
    expect(chooseEncoding(accepted)).toBe(encoding as 'br' | undefined)
  })
})

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

const ask = (path: string, init: RequestInit = {}) =>
  fetch(app.url + path, { decompress: false, redirect: 'manual', headers: { 'accept-encoding': 'br' }, ...init })

test.each([
  ['/register', 200],
  ['/sign-in', 200],
  ['/api/openapi.json', 200],
  ['/api/docs', 200],
  ['/nowhere', 404],
])('%s is compressed, and as long as it says', async (path, status) => {
  const answer = await ask(path)
  expect([answer.status, answer.headers.get('content-encoding')]).toEqual([
    status,
    expect.stringMatching(/^(br|gzip)$/),
  ])
  expect(answer.headers.get('vary')).toContain('Accept-Encoding')
  expect(Number(answer.headers.get('content-length'))).toBe((await answer.bytes()).byteLength)
})

test('what is small, a redirect and HEAD are left as they are', async () => {
  for (const [path, method] of [
    ['/healthz', 'GET'],
    ['/api/v1/nowhere', 'GET'],
    ['/admin', 'GET'],
    ['/sign-in', 'HEAD'],
  ] as const) {
    const answer = await ask(path, { method })
    expect([path, answer.headers.has('content-encoding') && method === 'GET']).toEqual([path, false])
    if (method === 'HEAD') expect((await answer.bytes()).byteLength).toBe(0)
  }
})
