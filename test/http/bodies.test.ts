import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'

const JSON_MAX_BYTES = 256 * 1024
const FORM_MAX_BYTES = 64 * 1024
const FORM = 'application/x-www-form-urlencoded'
let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding))

/** The status and code; of a page, the status. */
async function send(path: string, type: string | undefined, body: BodyInit | undefined, headers: object = {}) {
  const answer = await fetch(app.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers } as Record<string, string>,
    body,
  })
  const text = await answer.text()
  expect(text).not.toMatch(/\bat .*\.ts:|SQLSTATE|invalid byte sequence|\/src\//)
  return {
    status: answer.status,
    code: answer.headers.get('content-type')?.includes('json') ? JSON.parse(text).code : undefined,
  }
}
const json = async (body: BodyInit | undefined, type: string | undefined = 'application/json') =>
  (await send('/api/v1/registrations', type, body)).code as string

const withText = (text: string) => JSON.stringify(aRegistration()).replace('Samuel', text)
const raised = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('a registration', () => {
  const whole = () => JSON.stringify(aRegistration())

  test.each<[what: string, code: string, body: () => BodyInit | undefined]>([
    ['nothing at all', 'MALFORMED_REQUEST', () => undefined],
    ['an empty text', 'MALFORMED_REQUEST', () => ''],
    ['half of it', 'MALFORMED_REQUEST', () => whole().slice(0, 200)],
    ['UTF-16', 'MALFORMED_REQUEST', () => bytes(whole(), 'utf16le')],
    ['Latin-1', 'MALFORMED_REQUEST', () => bytes(withText('José'), 'latin1')],
    ['a NUL between', 'MALFORMED_REQUEST', () => `${whole()}\0`],
    ['a deep nest', 'MALFORMED_REQUEST', () => raised(17)],
    ['a very deep nest', 'MALFORMED_REQUEST', () => raised(100_000)],
    ['a list', 'VALIDATION_FAILED', () => '[]'],
    ['a number', 'VALIDATION_FAILED', () => '1'],
    ['null', 'VALIDATION_FAILED', () => 'null'],
    ['a text', 'VALIDATION_FAILED', () => '"registration"'],
    ['an endless number', 'VALIDATION_FAILED', () => '1e999'],
    ['an allowed nest', 'VALIDATION_FAILED', () => raised(16)],
    ['an escaped NUL in a name', 'VALIDATION_FAILED', () => withText('Sam\\u0000uel')],
    ['half a surrogate pair in a name', 'VALIDATION_FAILED', () => withText('Sam\\ud800uel')],
    ['a control character in a name', 'VALIDATION_FAILED', () => withText('Sam\\u0007uel')],
    ['a squad that is a text', 'VALIDATION_FAILED', () => JSON.stringify({ ...aRegistration(), players: 'eleven' })],
    ['a squad of nothing', 'VALIDATION_FAILED', () => JSON.stringify({ ...aRegistration(), players: [null, 1, []] })],
    ['a captain who is a list', 'VALIDATION_FAILED', () => JSON.stringify({ ...aRegistration(), captain: [[]] })],
    ['a name that is an object', 'VALIDATION_FAILED', () => JSON.stringify({ ...aRegistration(), teamName: { a: 1 } })],
    ['only a prototype', 'VALIDATION_FAILED', () => `{"__proto__": ${whole()}}`],
    ['more than the limit', 'BODY_TOO_LARGE', () => `${whole()}${' '.repeat(JSON_MAX_BYTES)}`],
    ['more than the limit, in chunks', 'BODY_TOO_LARGE', () => chunked(' '.repeat(JSON_MAX_BYTES), whole())],
  ])('of %s is %s', async (_, code, body) => {
    expect(await json(body())).toBe(code)
  })

  test.each<[what: string, body: () => BodyInit]>([
    ['with a byte order mark', () => `\ufeff${whole()}`],
    ['with a prototype beside it', () => whole().replace('{', '{"__proto__": {"teamName": ""}, "constructor": 1, ')],
    ['with a name given twice, the last of which counts', () => whole().replace('{', '{"teamName": 5, ')],
    ['of exactly the limit', () => whole().padEnd(JSON_MAX_BYTES)],
    ['in chunks', () => chunked(whole())],
  ])('%s is taken', async (_, body) => {
    expect((await send('/api/v1/registrations', 'application/json; charset=utf-8', body())).status).toBe(201)
    expect(({} as { teamName?: string }).teamName).toBeUndefined()
  })

  test.each([
    undefined,
    '',
    'text/plain',
    'application/xml',
    FORM,
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'json',
  ])('of type %s is an unsupported media type', async (type) => {
    expect(await json(bytes(whole()), type ?? '')).toBe('UNSUPPORTED_MEDIA_TYPE')
  })

  test('that is compressed is refused', async () => {
    const body = Bun.gzipSync(bytes(whole()))
    const { status } = await send('/api/v1/registrations', 'application/json', body, { 'content-encoding': 'gzip' })
    expect(status).toBe(415)
  })

  test.each(['identity', 'Identity', ''])('that says it is in no coding, by "%s", is taken', async (coding) => {
    expect((await send('/entry', FORM, 'reference=&pin=', { 'content-encoding': coding })).status).toBe(422)
    const upload = new FormData()
    upload.append('slot', 'team.nothing')
    const headers = { 'content-encoding': coding }
    expect((await fetch(`${app.url}/register/draft`, { method: 'POST', body: upload, headers })).status).toBe(200)
  })
})

const chunked = (...parts: string[]) =>
  new ReadableStream({
    async start(controller) {
      for (const part of parts) controller.enqueue(bytes(part))
      controller.close()
    },
  })

describe.each([
  '/sign-in',
  '/entry',
  '/setup/none',
  '/register',
  '/register/draft',
  '/register/sections/team',
  '/register/files',
  '/api/v1/uploads',
])('a body for %s', (path) => {
  const takesText = path !== '/api/v1/uploads'

  test.each<[what: string, type: string | undefined, body: () => BodyInit | undefined]>([
    ['nothing', undefined, () => undefined],
    ['nothing of a type', FORM, () => undefined],
    ['a lone per cent sign', FORM, () => '%'],
    ['JSON', 'application/json', () => '{}'],
    ['text', 'text/plain', () => 'email=a'],
    ['a type that is none', 'x', () => 'email=a'],
    ['a multipart without a boundary', 'multipart/form-data', () => 'email=a'],
    ['a multipart that is none', 'multipart/form-data; boundary=x', () => 'email=a'],
    ['a multipart without parts', 'multipart/form-data; boundary=x', () => '--x--\r\n'],
    ['an empty multipart', 'multipart/form-data; boundary=x', () => ''],
    ['names of a prototype', FORM, () => '__proto__=1&constructor=2&email[__proto__]=3&players[0][name]=4'],
  ])('of %s is no failure of ours', async (_, type, body) => {
    expect((await send(path, type, body())).status).toBeWithin(200, 423)
  })

  test.each<[what: string, body: () => BodyInit]>([
    ['too many fields', () => Array.from({ length: 201 }, (_, index) => `f${index}=`).join('&')],
    ['a NUL', () => 'email=a%00b'],
    ['a NUL in a name', () => 'e%00mail=a'],
    ['bytes that are not UTF-8', () => bytes('email=José', 'latin1')],
    ['escaped bytes that are not UTF-8', () => 'email=Jos%E9'],
    ['escaped half a surrogate pair', () => 'email=%ED%A0%80'],
  ])('with %s is malformed', async (_, body) => {
    expect((await send(path, FORM, body())).status).toBe(takesText ? 400 : 415)
  })

  test('that is larger than a form without files may be is refused, by its length and by counting', async () => {
    const large = `email=${'a'.repeat(FORM_MAX_BYTES)}`
    expect((await send(path, FORM, large)).status).toBe(takesText ? 413 : 415)
    expect((await send(path, FORM, chunked(large))).status).toBe(takesText ? 413 : 415)
  })
})

/** What the server says to a request that is written byte by byte, until it closes. */
function say(...parts: string[]): Promise<string> {
  const socket = connect({ port: Number(new URL(app.url).port), host: '127.0.0.1' })
  let answer = ''
  let sent = 0
  const sendNext = () => void (sent < parts.length && socket.write(parts[sent++]!))
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1')
    sendNext()
  })
  socket.on('error', () => {})
  sendNext()
  return new Promise((resolve) => socket.on('close', () => resolve(answer)))
}
const head = (method: string, path: string, ...lines: string[]) =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
const JSON_TYPE = 'Content-Type: application/json'

describe('a length', () => {
  test('that is more than the route takes is refused before the body has come', async () => {
    for (const [path, type, length] of [
      ['/api/v1/registrations', JSON_TYPE, JSON_MAX_BYTES + 1],
      ['/sign-in', `Content-Type: ${FORM}`, FORM_MAX_BYTES + 1],
      ['/api/v1/uploads', 'Content-Type: multipart/form-data; boundary=x', 6_000_000],
      ['/register', 'Content-Type: multipart/form-data; boundary=x', 170 * 1_048_576 + 1],
    ] as const)
      expect(await say(head('POST', path, type, `Content-Length: ${length}`))).toStartWith('HTTP/1.1 413 ')
  })

  test('of a form with all its photos as they came from the camera is refused in our own words', async () => {
    const answer = await say(
      head('POST', '/register', 'Content-Type: multipart/form-data; boundary=x', 'Content-Length: 900000000'),
    )
    expect(answer).toStartWith('HTTP/1.1 413 ')
    expect(answer.toLowerCase()).toContain('\r\nx-request-id: ')
  })

  test.each(['-1', 'abc', '1e3', '99999999999999999999999'])('of %s is refused', async (length) => {
    const answer = await say(head('POST', '/sign-in', `Content-Type: ${FORM}`, `Content-Length: ${length}`), 'a=b')
    expect(answer).toMatch(/^(?:$|HTTP\/1\.1 4)/)
  })

  test('that is given twice, or beside chunks, is refused', async () => {
    for (const lines of [
      ['Content-Length: 2', 'Content-Length: 3'],
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
    ])
      expect(await say(`${head('POST', '/api/v1/registrations', JSON_TYPE, ...lines)}{}`)).toMatch(
        /^(?:$|HTTP\/1\.1 4)/,
      )
  })

  test('that is less than what is sent cuts the body there', async () => {
    const answer = await say(`${head('POST', '/api/v1/registrations', JSON_TYPE, 'Content-Length: 2')}{}{"teamName":1}`)
    expect(answer).toStartWith('HTTP/1.1 422 ')
    expect(answer.match(/HTTP\/1\.1 2/)).toBeNull()
  })

  test('is limited by MAX_REQUEST_SIZE where a route names no more', async () => {
    const { config } = app.ctx
    app.ctx.config = { ...config, maxRequestSize: 1024 }
    const statuses = [
      (await send('/api/v1/registrations', 'application/json', JSON.stringify(aRegistration()).padEnd(1025))).status,
      (await send('/sign-in', FORM, `email=${'a'.repeat(1024)}`)).status,
      (await send('/register/draft', FORM, `teamName=${'a'.repeat(1024)}`)).status,
    ]
    app.ctx.config = config
    expect(statuses).toEqual([413, 413, 413])
  })
})

test('a client that expects to be told to go on is told, and answered', async () => {
  const body = JSON.stringify(aRegistration())
  const answer = await say(
    head(
      'POST',
      '/api/v1/registrations',
      JSON_TYPE,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Expect: 100-continue',
    ),
    body,
  )
  expect(answer).toStartWith('HTTP/1.1 100 ')
  expect(answer).toContain('HTTP/1.1 201 ')
})

test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT'])('a body that %s does not take is no failure', async (method) => {
  for (const path of ['/', '/api/v1/teams', '/api/v1/registrations', '/sign-in', '/nowhere']) {
    const small = await say(`${head(method, path, 'Content-Length: 10')}0123456789`)
    expect([path, small.slice(0, 12)]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 [24]/)])
    const more = await say(`${head(method, path, 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`)
    expect([path, more.slice(0, 12)]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 [24]/)])
  }
})

test('a body where none is taken is refused above MAX_REQUEST_SIZE', async () => {
  expect(await say(head('GET', '/api/v1/teams', 'Content-Length: 10485761'))).toStartWith('HTTP/1.1 413 ')
})

test('files that no form holds are gone with their refusal', async () => {
  const form = new FormData()
  form.set('kind', 'no_such_kind')
  form.set('file', new File([samplePdf(100_000)], 'letter.pdf'))
  expect((await fetch(`${app.url}/api/v1/uploads`, { method: 'POST', body: form })).status).toBe(422)
  expect(readdirSync(join(app.ctx.config.dataDir, 'files/incoming'))).toEqual([])
})
