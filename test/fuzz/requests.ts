import { type Body, type Field, jsonBody, multipart, someFields, someJson, urlEncoded } from './bodies.ts'
import { MARKER, someText, someValue } from './garbage.ts'
import { type Random, random } from './random.ts'
import type { Person, Route, World } from './world.ts'

export type Request = {
  route: Route
  person: Person
  method: string
  bytes: Buffer
  /** Bytes that no client of HTTP sends: the server may refuse them before they are a request, or hang up. */
  isOdd: boolean
}
type Header = readonly [name: string, value: string]

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'QUERY',
  'get',
  'FOO',
]
const QUERY_NAMES = [
  'limit',
  'cursor',
  'sort',
  'state',
  'club',
  'q',
  'next',
  'notice',
  'clubName',
  'withdrawn',
  'format',
  'page',
  'slot',
]
const QUERY_VALUES = [
  '1',
  '100',
  '101',
  '-1',
  '0',
  'name',
  'number',
  'newest',
  'approved',
  'WyJudW1iZXIiLCIxIl0',
  'WyJuYW1lIiwiYSIsImIiXQ',
  'e30',
]
const FIELD_NAMES = [
  'reference',
  'pin',
  'confirmed',
  'reason',
  'slot',
  'row',
  'token',
  'id',
  'name',
  'kind',
  'section',
  'remove',
]
const SECTIONS = ['team', 'captain', 'viceCaptain', 'players', 'players.p1', 'documents', 'review']
/** Password hashing is meant to be slow. */
const SLOW = /^\/(?:sign-in|setup|account\/password)/
const SLOW_KEPT_ONE_IN = 8
const TEXT_MAX = 3000
const TOLD_MAX = 400
/** Bun takes no longer head. */
const HEAD_MAX_BYTES = 16_000
/** Names that it knows none of. */
const UNKNOWN_METHODS = new Set(['get', 'FOO'])

/** The request of this seed and index, always the same one but for tokens and names that are new in each run. */
export function makeRequest(world: World, seed: number, index: number): Request {
  const chance = random(seed, index)
  const person = chance.pick(world.people)
  let route = chance.pick(world.routes)
  while (SLOW.test(route.path) && route.method === 'POST' && !chance.isOneIn(SLOW_KEPT_ONE_IN))
    route = chance.pick(world.routes)
  const method = chance.isOneIn(25) ? chance.pick(METHODS) : route.method
  const target = targetOf(chance, world, route, person)
  const body =
    method === 'GET' || method === 'HEAD'
      ? chance.isOneIn(60)
        ? jsonBody({})
        : undefined
      : bodyOf(chance, world, route, person)
  const headers = headersOf(chance, world, person, method, body)
  const framed = frame(chance, { method, target, headers, body })
  const isOdd =
    framed.isOdd ||
    UNKNOWN_METHODS.has(method) ||
    !target.startsWith('/') ||
    framed.bytes.indexOf('\r\n\r\n') > HEAD_MAX_BYTES
  return { route, person, method, ...framed, isOdd }
}

function targetOf(random: Random, world: World, route: Route, person: Person): string {
  let path = route.path.replace(/:(\w+)|\*/g, (_, name: string) => parameter(random, world, person, name))
  if (random.isOneIn(30)) path = oddPath(random, path)
  const query = Array.from({ length: random.isOneIn(2) ? 0 : random.whole(0, 3) }, () => {
    const name = random.isOneIn(8) ? someText(random) : random.pick(QUERY_NAMES)
    const value = random.isOneIn(2) ? random.pick(QUERY_VALUES) : someText(random)
    const text = random.isOneIn(12) ? safeInTarget(value) : encoded(value)
    return `${encoded(name)}${random.isOneIn(10) ? '[]' : ''}${random.isOneIn(15) ? '' : `=${text}`}`
  })
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function parameter(random: Random, world: World, person: Person, name: string): string {
  if (random.isOneIn(4)) return encoded(someText(random)) || 'x'
  if (random.isOneIn(25))
    return random.pick([
      '%00',
      '%ff',
      '%2e%2e%2f',
      '%252e',
      '%',
      '%zz',
      ';a=b',
      '%c0%af',
      '%0d%0a',
      '%20',
      '%f0%9f%8f%8f',
    ])
  if (name === 'slug') return random.pick(['open', 'second', 'open', 'current', 'OPEN'])
  if (name === 'section') return random.pick(SECTIONS)
  if (name === 'hash' || name === 'name') return encoded(random.pick(world.assets).split('/')[name === 'hash' ? 0 : 1]!)
  if (name === 'token' && person.tokens.length > 0 && !random.isOneIn(4)) return random.pick(person.tokens)
  return random.isOneIn(6) ? Bun.randomUUIDv7() : random.pick(world.ids)
}

const oddPath = (random: Random, path: string) =>
  random.pick([
    `/${path}`,
    `${path}/`,
    `${path}//`,
    `/.${path}`,
    `/x/..${path}`,
    path.toUpperCase(),
    path.replaceAll('/', '%2f'),
    `${path}.json`,
    `${path};jsessionid=1`,
    `${path}%20`,
    `${path}/${'a'.repeat(random.whole(3000, 9000))}`,
    `${path}/%2e%2e/%2e%2e/etc/passwd`,
    `${path}#fragment`,
    path.replace('v1', 'v2'),
    `${path}\\`,
  ])

function bodyOf(random: Random, world: World, route: Route, person: Person): Body | undefined {
  if (random.isOneIn(40)) return undefined
  const kind = random.isOneIn(15) ? random.pick(['json', 'form', 'stream']) : route.bodyKind
  if (kind === 'json' || (kind === 'none' && random.isOneIn(2))) {
    const known: Record<string, unknown> = Object.fromEntries(route.fields.map((name) => [name, someValue(random)]))
    return someJson(random, { ...known, documents: [random.pick(world.uploads)] })
  }
  const isRegistration = kind === 'stream'
  const own: Field[] = [
    ...(person.draft && !random.isOneIn(5) ? [['draft', person.draft] as const] : []),
    ...(person.csrf && !random.isOneIn(6) ? [['csrf', person.csrf] as const] : []),
    ...route.fields.filter((name) => name !== 'csrf').map((name) => [name, someText(random)] as const),
    ...(route.path.endsWith('/uploads') ? [['kind', 'pastor_letter'] as const] : []),
    ...(random.isOneIn(3) ? [[random.pick(FIELD_NAMES), random.isOneIn(2) ? 'on' : someText(random)] as const] : []),
  ]
  if (route.path.endsWith('/withdrawal')) own.push(['confirmed', 'on'])
  if (route.path.includes('/files')) own.push(['slot', 'team.pastor_letter'])
  if (route.fields.includes('expectedState')) own.push(['expectedState', 'submitted'])
  const fields = someFields(random, own, { isRegistration: isRegistration && !route.path.endsWith('/uploads') })
  return kind === 'stream' && !random.isOneIn(4) ? multipart(random, fields) : urlEncoded(random, fields)
}

function headersOf(random: Random, world: World, person: Person, method: string, body: Body | undefined): Header[] {
  const origin = `http://127.0.0.1:${world.port}`
  const headers: Header[] = [['Host', `127.0.0.1:${world.port}`]]
  if (person.cookie) headers.push(['Cookie', person.cookie])
  if (method !== 'GET' && method !== 'HEAD' && !random.isOneIn(10))
    headers.push(['Origin', random.isOneIn(12) ? safeInHeader(someText(random)) : origin])
  if (body) headers.push(['Content-Type', random.isOneIn(20) ? safeInHeader(someText(random)) : body.type])
  if (random.isOneIn(3)) headers.push(['X-Forwarded-For', forwarded(random)])
  for (let count = random.isOneIn(2) ? 0 : random.whole(0, 2); count > 0; count -= 1)
    headers.push(random.pick(TRICKS)(random))
  return headers
}

const forwarded = (random: Random) =>
  random.isOneIn(5)
    ? safeInHeader(someText(random))
    : `10.${random.whole(0, 255)}.${random.whole(0, 255)}.${random.whole(1, 254)}`

const TRICKS: readonly ((random: Random) => Header)[] = [
  (random) => [
    'Accept-Encoding',
    random.pick(['gzip', 'br', 'identity;q=0', 'br;q=x, gzip;q=-1', '*', 'gzip;q=0', ',;,', 'br'.repeat(500)]),
  ],
  (random) => ['Accept', random.pick(['text/html', 'application/json', '*/*;q=zz', ''])],
  (random) => ['Accept-Language', safeInHeader(someText(random))],
  (random) => [
    'Range',
    random.pick([
      'bytes=0-0',
      'bytes=-1',
      'bytes=9999999999999999999-',
      'bytes=a-b',
      'items=0-1',
      `bytes=${'0-1,'.repeat(200)}0-1`,
    ]),
  ],
  (random) => ['If-None-Match', random.pick(['*', '""', 'W/"x"', '"a","b', safeInHeader(someText(random))])],
  (random) => ['If-Modified-Since', random.pick(['0', 'Thu, 99 Foo 9999 99:99:99 GMT', ''])],
  (random) => ['X-HTTP-Method-Override', random.pick(['DELETE', 'GET', 'TRACE'])],
  (random) => [
    'Authorization',
    random.pick([
      'Bearer',
      'Bearer ',
      'Basic %%%',
      `Bearer ${'a'.repeat(2000)}`,
      'Basic Og==',
      safeInHeader(someText(random)),
    ]),
  ],
  (random) => [
    'Idempotency-Key',
    random.pick([
      safeInHeader(someText(random)),
      'k'.repeat(random.whole(1, 400)),
      Bun.randomUUIDv7(),
      'same-key-7f3a',
    ]),
  ],
  (random) => ['X-Request-ID', safeInHeader(someText(random))],
  (random) => ['Hx-Request', random.pick(['true', ''])],
  (random) => [
    'Hx-Current-Url',
    random.pick(['//evil.example', 'javascript:1', 'http://[', safeInHeader(someText(random))]),
  ],
  (random) => [
    'Forwarded',
    random.pick([
      'for=1.2.3.4',
      'for="[::1]:99999"',
      'for=_x;proto=https;host=evil.example',
      ';;;,,,=',
      safeInHeader(someText(random)),
    ]),
  ],
  (random) => ['X-Forwarded-Host', random.pick(['evil.example', safeInHeader(someText(random))])],
  (random) => ['X-Forwarded-Proto', random.pick(['https', 'javascript', ''])],
  (random) => [
    'Cookie',
    random.pick([
      'session=',
      'session=x; session=y',
      '=;=;',
      'draft-open=',
      '__Host-session=a',
      `a=${'b'.repeat(7000)}`,
      safeInHeader(someText(random)),
    ]),
  ],
  (random) => ['Content-Encoding', random.pick(['gzip', 'br', 'identity', 'x'])],
  (random) => ['Expect', random.pick(['100-continue', '200-ok'])],
  (random) => ['Sec-Fetch-Site', random.pick(['cross-site', 'same-site', 'same-origin', 'none', ''])],
  (random) => ['Upgrade', random.pick(['websocket', 'h2c', 'TLS/1.0'])],
  (random) => ['Referer', safeInHeader(someText(random))],
  () => ['Access-Control-Request-Method', 'POST'],
]

type Parts = { method: string; target: string; headers: Header[]; body: Body | undefined }

/** The bytes on the wire: well-framed (RFC 9112), or in one of thirty cases not. */
function frame(random: Random, parts: Parts): { bytes: Buffer; isOdd: boolean } {
  const { method, target, headers, body } = parts
  if (random.isOneIn(30)) return { bytes: random.pick(ODD)(parts, random), isOdd: true }
  const isChunked = body !== undefined && random.isOneIn(6)
  if (isChunked)
    return {
      bytes: wire(method, target, [...headers, ['Transfer-Encoding', 'chunked']], chunked(random, body.bytes)),
      isOdd: false,
    }
  const length: Header[] = body || method === 'POST' ? [['Content-Length', String(body?.bytes.length ?? 0)]] : []
  return { bytes: wire(method, target, [...headers, ...length], body?.bytes), isOdd: false }
}

type Odd = (parts: Parts, random: Random) => Buffer
const withLine =
  (change: (line: string) => string): Odd =>
  ({ method, target, headers }) =>
    Buffer.from(wire(method, target, headers).toString('latin1').replace(/^.*/, change), 'latin1')
const withHeaders =
  (...more: Header[]): Odd =>
  ({ method, target, headers, body }) =>
    wire(method, target, [...headers, ...more], body?.bytes)

const ODD: readonly Odd[] = [
  withHeaders(['Host', 'evil.example']),
  withHeaders(['Content-Length', '5'], ['Content-Length', '6']),
  withHeaders(['Content-Length', '-1']),
  withHeaders(['Content-Length', '+1']),
  withHeaders(['Content-Length', '99999999999999999999']),
  withHeaders(['Content-Length', '1e1']),
  withHeaders(['Transfer-Encoding', 'gzip, chunked']),
  withHeaders(['Transfer-Encoding', 'xchunked']),
  withHeaders([' Folded', 'x']),
  withHeaders(['X-Nul', 'a\0b']),
  withHeaders(['X-Long', 'x'.repeat(40_000)]),
  withHeaders(['N'.repeat(20_000), 'x']),
  ({ method, target, headers }) =>
    wire(method, target, [...headers, ...Array.from({ length: 400 }, (_, at): Header => [`X-${at}`, 'y'])]),
  ({ target, headers }) => wire('GET', target, headers.slice(1)),
  ({ target, headers }) => wire('GET', target, [['Host', 'a b'], ...headers.slice(1)]),
  ({ target, headers }) => wire('GET', target, [['Host', `evil.example${MARKER}`], ...headers.slice(1)]),
  ({ headers }) => wire('GET', 'http://evil.example/register', headers),
  ({ headers }) => wire('CONNECT', 'evil.example:443', headers),
  ({ headers }) => wire('OPTIONS', '*', headers),
  ({ headers }) => wire('GET', '', headers),
  ({ headers }) => wire('GET', '/\0', headers),
  ({ headers }) => wire('GET', '/\xff\xfe', headers),
  ({ headers }) => wire('G E T', '/', headers),
  withLine((line) => line.replace('HTTP/1.1', 'HTTP/1.0')),
  withLine((line) => line.replace('HTTP/1.1', 'HTTP/9.9')),
  withLine((line) => line.replace('HTTP/1.1', '')),
  withLine((line) => `${line} x`),
  withLine(() => 'PRI * HTTP/2.0'),
  withLine(() => '\x16\x03\x01\x02\x00\x01\x00'),
  ({ method, target, headers }) =>
    Buffer.from(wire(method, target, headers).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  ({ target, headers }) =>
    wire('POST', target, [...headers, ['Transfer-Encoding', 'chunked']], Buffer.from('zz\r\nabc\r\n0\r\n\r\n')),
  ({ target, headers }) =>
    wire('POST', target, [...headers, ['Transfer-Encoding', 'chunked']], Buffer.from('ffffffffffffffff\r\nabc')),
  ({ target, headers }) =>
    wire(
      'POST',
      target,
      [...headers, ['Transfer-Encoding', 'chunked']],
      Buffer.from('3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n'),
    ),
  (_, random) => random.bytes(random.whole(1, 200)),
]

function wire(method: string, target: string, headers: readonly Header[], body: Buffer = Buffer.alloc(0)): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body])
}

function chunked(random: Random, bytes: Buffer): Buffer {
  const at = random.whole(0, bytes.length)
  const chunk = (part: Buffer) =>
    part.length === 0
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
  return Buffer.concat([chunk(bytes.subarray(0, at)), chunk(bytes.subarray(at)), Buffer.from('0\r\n\r\n')])
}

const encoded = (text: string) => encodeURIComponent(text.toWellFormed())
/** Without what would end the request line; what of it is no ASCII goes as its UTF-8 bytes. */
const safeInTarget = (text: string) =>
  latin1(text)
    .replace(/[\p{Cc} #]/gu, '')
    .slice(0, TEXT_MAX)
/** Without what would end the header. */
const safeInHeader = (text: string) =>
  latin1(text)
    .replace(/[\0\r\n\v\f]|\p{Cc}(?<![\t\x80-\x9f])/gu, '')
    .trim()
    .slice(0, TEXT_MAX)
const latin1 = (text: string) => Buffer.from(text.toWellFormed(), 'utf8').toString('latin1')

/** For messages. */
export const told = ({ person, bytes }: Request) =>
  `as ${person.name}: ${JSON.stringify(bytes.toString('latin1').slice(0, TOLD_MAX))}`
