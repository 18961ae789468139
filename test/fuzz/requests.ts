import { aForm } from '#test/icct26/first-client.ts'
import { type Body, type Field, jsonBody, multipart, someFields, someJson, urlEncoded } from './bodies.ts'
import { frame } from './framing.ts'
import { someText, someValue } from './garbage.ts'
import { forwarded, type Header, TRICKS } from './headers.ts'
import { type Random, random } from './random.ts'
import { encoded, safeInHeader, safeInTarget } from './text.ts'
import type { Person, Route, World } from './world.ts'

export type Request = {
  route: Route
  person: Person
  method: string
  bytes: Buffer
  /** Bytes that no client of HTTP sends: the server may refuse them before they are a request, or hang up. */
  isOdd: boolean
}

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
  'status',
  'skip',
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

const firstClientsForm = () =>
  Object.entries(aForm({ pastor_letter: null })).filter(
    (field): field is [string, string] => typeof field[1] === 'string',
  )

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
  const isRegistration = kind === 'stream' && route.path !== '/api/register/team'
  const own: Field[] = [
    ...(person.draft && !random.isOneIn(5) ? [['draft', person.draft] as const] : []),
    ...(person.csrf && !random.isOneIn(6) ? [['csrf', person.csrf] as const] : []),
    ...route.fields.filter((name) => name !== 'csrf').map((name) => [name, someText(random)] as const),
    ...(route.path.endsWith('/uploads') ? [['kind', 'pastor_letter'] as const] : []),
    ...(route.path === '/api/register/team' ? firstClientsForm() : []),
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
  if (person.bearer) headers.push(['Authorization', `Bearer ${person.bearer}`])
  if (method !== 'GET' && method !== 'HEAD' && !random.isOneIn(10))
    headers.push(['Origin', random.isOneIn(12) ? safeInHeader(someText(random)) : origin])
  if (body) headers.push(['Content-Type', random.isOneIn(20) ? safeInHeader(someText(random)) : body.type])
  if (random.isOneIn(3)) headers.push(['X-Forwarded-For', forwarded(random)])
  for (let count = random.isOneIn(2) ? 0 : random.whole(0, 2); count > 0; count -= 1)
    headers.push(random.pick(TRICKS)(random))
  return headers
}

/** For messages. */
export const told = ({ person, bytes }: Request) =>
  `as ${person.name}: ${JSON.stringify(bytes.toString('latin1').slice(0, TOLD_MAX))}`
