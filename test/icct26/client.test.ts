import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeApp } from '#src/app.ts'
import { CLIENT_PAGES, readClient } from '#src/http/client.ts'
import { Connection } from '#test/fuzz/connection.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { samplePng } from '#test/support/sample-files.ts'

const SECRET = 'nobody may read this'
const outside = mkdtempSync(join(tmpdir(), 'teamsheet-outside-'))
const dir = mkdtempSync(join(tmpdir(), 'teamsheet-client-'))
setDefaultTimeout(60_000)
let app: TestApp

const put = (path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), content)
}
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(app.url + path, { method, headers, redirect: 'manual' })

beforeAll(async () => {
  writeFileSync(join(outside, 'secret.txt'), SECRET)
  put(
    'index.html',
    '<!doctype html><title>Client</title><script type="module" src="/assets/index-BxT3k2_a.js"></script>',
  )
  put('assets/index-BxT3k2_a.js', `export const words = "${'cricket '.repeat(1000)}"`)
  put('assets/apple-touch-icon.png', samplePng())
  put('assets/logo-sponsor1.png', samplePng())
  put('assets/fonts/main.8e1a2b3c4d5e6f70.css', 'body { margin: 0 }')
  put('விளையாட்டு.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
  put('.env', SECRET)
  put('.git/config', SECRET)
  put('api/teams.json', SECRET)
  put('admin/teams.json', SECRET)
  put('sign-in', SECRET)
  put('README', SECRET)
  symlinkSync(join(outside, 'secret.txt'), join(dir, 'link.txt'))
  symlinkSync(outside, join(dir, 'linked'))
  app = await testApp({ preset: 'icct26', clientDir: dir })
})
afterAll(async () => {
  await app.end()
  for (const folder of [outside, dir]) rmSync(folder, { recursive: true, force: true })
})

test('its pages are its index, asked about each time, under a policy of its own', async () => {
  const pages = CLIENT_PAGES.map((page) => page.replace('*', 'ICCT-001'))
  for (const page of [...pages, '/index.html', '/admin/team/ICCT-001/players']) {
    const answer = await get(page)
    expect([page, answer.status, answer.headers.get('content-type')]).toEqual([page, 200, 'text/html;charset=utf-8'])
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(answer.headers.get('content-security-policy')).toContain("style-src 'self' 'unsafe-inline'")
    expect(answer.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/)
    for (const header of ['x-request-id', 'x-content-type-options', 'referrer-policy', 'etag'])
      expect(answer.headers.has(header)).toBe(true)
    expect(await answer.text()).toContain('<title>Client</title>')
  }
})

test('our own pages stay where they are', async () => {
  const titles = {
    '/register': 200,
    '/t/icct26': 200,
    '/t/icct26/register': 200,
    '/sign-in': 200,
    '/entry': 200,
    '/admin': 303,
  }
  for (const [path, status] of Object.entries(titles)) {
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, status])
    expect(await answer.text()).not.toContain('<title>Client</title>')
  }
  expect((await get('/admin/registrations')).status).toBe(303)
  expect((await get('/admin/teams', { 'content-type': 'application/json' })).status).toBe(401)
  expect((await get('/api/teams')).status).toBe(200)
  for (const path of ['/somewhere', '/registration/more', '/admin/nowhere', '/admin/team'])
    expect([path, (await get(path)).status]).toEqual([path, 404])
})

test('files have their types, and those that are named by their content are kept for ever', async () => {
  const expected: [path: string, type: RegExp, cached: string][] = [
    ['/assets/index-BxT3k2_a.js', /^text\/javascript/, 'public, max-age=31536000, immutable'],
    ['/assets/fonts/main.8e1a2b3c4d5e6f70.css', /^text\/css/, 'public, max-age=31536000, immutable'],
    ['/assets/apple-touch-icon.png', /^image\/png$/, 'no-cache'],
    ['/assets/logo-sponsor1.png', /^image\/png$/, 'no-cache'],
    [`/${encodeURIComponent('விளையாட்டு')}.svg`, /^image\/svg\+xml/, 'no-cache'],
  ]
  for (const [path, type, cached] of expected) {
    const answer = await get(path)
    expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, 200, cached])
    expect(answer.headers.get('content-type')).toMatch(type)
    const again = await get(path, { 'if-none-match': answer.headers.get('etag')! })
    expect([again.status, await again.text()]).toEqual([304, ''])
  }
  expect(Buffer.from(await (await get('/assets/apple-touch-icon.png')).arrayBuffer())).toEqual(Buffer.from(samplePng()))
})

test('a script is sent compressed where that is taken, and HEAD tells what GET would', async () => {
  const path = '/assets/index-BxT3k2_a.js'
  const plain = await get(path, { 'accept-encoding': 'identity' })
  expect([plain.headers.get('content-encoding'), (await plain.text()).length]).toEqual([null, 8023])
  const packed = await get(path, { 'accept-encoding': 'br' })
  expect(packed.headers.get('content-encoding')).toBe('br')
  expect(Number(packed.headers.get('content-length'))).toBeLessThan(500)
  expect((await packed.text()).length).toBe(8023)
  const head = await get(path, { 'accept-encoding': 'identity' }, 'HEAD')
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '8023', ''])
  expect((await get('/', {}, 'HEAD')).status).toBe(200)
  const post = await get('/registration', {}, 'POST')
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test('nothing else in the folder, and nothing outside of it, is served', async () => {
  const connection = new Connection(Number(new URL(app.url).port))
  const raw = async (path: string) => {
    const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    const outcome = await connection.ask(bytes, { hasBody: true, isLast: false })
    return typeof outcome === 'string' ? outcome : outcome.body
  }
  const hidden = [
    '/.env',
    '/.git/config',
    '/link.txt',
    '/linked/secret.txt',
    '/README',
    '/api/teams.json',
    '/admin/teams.json',
  ]
  const name = outside.split('/').pop()!
  const ways = [
    '/../',
    '/..%2f',
    '/%2e%2e/',
    '/assets/../../',
    '/assets/%2e%2e%2f%2e%2e%2f',
    '//..//',
    '/..\\',
    '/%252e%252e/',
  ]
  for (const path of [...hidden, ...ways.map((way) => `${way}${name}/secret.txt`)])
    expect([path, await raw(path)]).toEqual([path, expect.not.stringContaining(SECRET)])
  expect(await raw('/sign-in')).not.toContain(SECRET)
  connection.end()
})

test('a file that went, or became a link, is not found; one that changed is sent as it is', async () => {
  put('news.txt', 'first')
  const other = await testApp({ preset: 'icct26', clientDir: dir })
  try {
    const news = () => fetch(`${other.url}/news.txt`)
    expect(await (await news()).text()).toBe('first')
    put('news.txt', 'second one')
    expect(await (await news()).text()).toBe('second one')
    rmSync(join(dir, 'news.txt'))
    expect((await news()).status).toBe(404)
    symlinkSync(join(outside, 'secret.txt'), join(dir, 'news.txt'))
    expect((await news()).status).toBe(404)
  } finally {
    rmSync(join(dir, 'news.txt'))
    await other.end()
  }
})

test('its policy is a setting, and a folder without a client ends the start with a sentence', async () => {
  Object.assign(app.ctx.config, { clientCsp: "default-src 'self' https://fonts.example" })
  expect((await get('/')).headers.get('content-security-policy')).toBe("default-src 'self' https://fonts.example")
  Object.assign(app.ctx.config, { clientCsp: undefined })
  for (const folder of [outside, join(dir, 'nowhere'), join(dir, 'index.html')])
    expect(() => readClient(folder)).toThrow(/^CLIENT_DIR .* is no folder with a built client/)
})

test('every route of it says how often, for whom and how large a body', () => {
  const routes = makeApp(app.ctx, new Map(), readClient(dir)).routes
  const own = routes.filter(({ hooks }) => hooks?.detail?.['x-admission'] === undefined)
  expect(own.map(({ path }) => path)).toEqual([])
})
