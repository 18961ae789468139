import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import { newKey } from '#src/auth/keys/model.ts'
import { startSession } from '#src/auth/sessions.ts'
import { beginTokens, openTokens } from '#src/auth/tokens/service.ts'
import { hashToken } from '#src/lib/keys.ts'
import { KEY_SCOPES, PERMISSIONS, ROLE_NAMES, ROLES, type Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { addTestTournament, testContext } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { PASSWORD } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { type Row, reaches, rowOf, TABLE } from './permissions-table.ts'

setDefaultTimeout(60_000)

type Route = { method: string; path: string; address: string; row: Row | undefined }
/** What the door of a route refuses with; anything else is a matter of the route itself. */
type Refusal = 'UNAUTHORIZED' | 'FORBIDDEN' | 'SECOND_FACTOR_REQUIRED' | 'SECOND_FACTOR_SETUP_REQUIRED'
const REFUSALS: readonly string[] = [
  'UNAUTHORIZED',
  'FORBIDDEN',
  'SECOND_FACTOR_REQUIRED',
  'SECOND_FACTOR_SETUP_REQUIRED',
] satisfies Refusal[]

/** Somebody who asks: the headers that show who it is, and what the written table says becomes of it. */
type Caller = {
  headers: (route: Route) => Promise<Record<string, string>>
  refused: (row: Row, route: Route) => Refusal | undefined
}

const ELSEWHERE = 'elsewhere'
const DAY_MS = 86_400_000
/** Requests of one caller. */
const AT_ONCE = 8
const OF_A_TOURNAMENT = /\/t\/:slug|\/tournaments\/:slug(?=\/)/

const routes = await listRoutes()
let app: TestApp
let elsewhere: string
let captainToken: string
const people = new Map<string, string>()
beforeAll(async () => {
  app = await testApp({ config: { requireSecondFactor: true, icct26Api: true } })
  const { ctx } = app
  const entry = await fetch(`${app.url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(aRegistration()),
  })
  captainToken = ((await entry.json()) as { statusUrl: string }).statusUrl.split('/').at(-1)!
  expect(captainToken).toMatch(/^[\w-]{43}$/)
  elsewhere = (await addTestTournament(ctx, ELSEWHERE))!
  const add = async (name: string, role: Role) => {
    const id = await addStaff(ctx, {
      name,
      email: `${name.replaceAll(' ', '.')}@example.org`,
      password: PASSWORD,
      role,
    })
    people.set(name, id)
    return id
  }
  for (const role of ROLE_NAMES) await add(role, role)
  const foreign = await add('admin elsewhere', 'admin')
  await ctx.db.write`update staff_roles set tournament_id = ${elsewhere} where staff_id = ${foreign}`
  const disabled = await add('disabled owner', 'owner')
  await ctx.db.write`update staff set disabled_at = now() where id = ${disabled}`
  const late = await add('late owner', 'owner')
  const before = new Date(ctx.now().getTime() - 8 * DAY_MS)
  await ctx.db.write`update staff_roles set created_at = ${before} where staff_id = ${late}`
})
afterAll(() => app.end())

/** As the table names it. */
function nameOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path.replace(OF_A_TOURNAMENT, '') || '/'}`
}

async function listRoutes(): Promise<Route[]> {
  const ctx = await testContext({ config: { icct26Api: true } })
  const all = makeApp(ctx, new Map()).routes.map(({ method, path }) => ({
    method,
    path,
    address: path.replace(':slug', ctx.tournament.slug).replaceAll(/:\w+/g, 'x').replace(/\*$/, 'x'),
    row: rowOf(nameOf({ method, path })),
  }))
  await ctx.end()
  return all
}

/** A session of its own for each request: some of them end it. */
const cookieOf =
  (name: string, { isConfirmed = true } = {}) =>
  async (): Promise<Record<string, string>> => {
    const { ctx } = app
    const session = { staffId: people.get(name)!, device: '', isConfirmed }
    const token = await ctx.db.write.begin((tx) => startSession(tx, session, ctx.now()))
    return { cookie: `session=${token}` }
  }

const asRole =
  (role: Role) =>
  ({ who }: Row): Refusal | undefined =>
    reaches(role, who) ? undefined : 'FORBIDDEN'

const forStaff = ({ who }: Row) => who !== 'everybody'

/** Where programs are let in; elsewhere what they show counts for nothing. */
const JSON_DOORS = /^\/(?:api\/(?!docs$)|admin\/(?:teams|players|sequence)\b|(?:health|status|queue|docs)\b)/
const atJsonDoors =
  (refused: Caller['refused']): Caller['refused'] =>
  (row, route) => {
    if (JSON_DOORS.test(route.address)) return refused(row, route)
    return forStaff(row) ? 'UNAUTHORIZED' : undefined
  }

const tokenOf = (name: string) => async (): Promise<Record<string, string>> => {
  const { ctx } = app
  const session = { staffId: people.get(name)!, device: '', isConfirmed: true }
  const begun = await ctx.db.write.begin((tx) => beginTokens(tx, session, ctx.now()))
  return { authorization: `Bearer ${(await openTokens(ctx, begun)).accessToken}` }
}

type KeyAbout = {
  scopes: (row: Row) => readonly string[]
  isElsewhere?: boolean
  isRevoked?: boolean
  isOver?: boolean
}

/** A key of its own for each request; an owner made it. */
const keyWith =
  ({ scopes, isElsewhere = false, isRevoked = false, isOver = false }: KeyAbout) =>
  async ({ row }: Route): Promise<Record<string, string>> => {
    const { ctx } = app
    const key = newKey()
    const [ended, tournamentId] = [new Date(ctx.now().getTime() - 1000), isElsewhere ? elsewhere : ctx.tournament.id]
    await ctx.db.write`
      insert into api_keys (id, key_hash, hint, name, scopes, tournament_id, made_by, expires_at, revoked_at)
      values (${Bun.randomUUIDv7()}, ${hashToken(key)}, ${key.slice(-4)}, 'scores', ${[...scopes(row!)]}, ${tournamentId},
        ${people.get('owner')!}, ${isOver ? ended : null}, ${isRevoked ? ended : null})`
    return { authorization: `Bearer ${key}` }
  }
/** `any` stands for every key. */
const itsScope = ({ scope }: Row) => (scope === undefined || scope === 'any' ? [] : [scope])
const otherScopes = ({ scope }: Row) => KEY_SCOPES.filter((one) => one !== scope)
const withoutScope = ({ who, scope }: Row): Refusal | undefined =>
  who === 'everybody' || scope === 'any' ? undefined : 'FORBIDDEN'
const asNobody = (row: Row): Refusal | undefined => (forStaff(row) ? 'UNAUTHORIZED' : undefined)

const CALLERS: Record<string, Caller> = {
  nobody: { headers: async () => ({}), refused: asNobody },
  'a captain by a link': {
    headers: async () => ({ cookie: `session=${captainToken}`, authorization: `Bearer ${captainToken}` }),
    refused: asNobody,
  },
  'a session of nobody': {
    headers: async () => ({ cookie: `session=${'x'.repeat(43)}` }),
    refused: asNobody,
  },
  'a disabled owner': {
    headers: cookieOf('disabled owner'),
    refused: asNobody,
  },
  'a viewer': { headers: cookieOf('viewer'), refused: asRole('viewer') },
  'a reviewer': { headers: cookieOf('reviewer'), refused: asRole('reviewer') },
  'an administrator': { headers: cookieOf('admin'), refused: asRole('admin') },
  'an owner': { headers: cookieOf('owner'), refused: asRole('owner') },
  'an owner who confirmed nothing': {
    headers: cookieOf('owner', { isConfirmed: false }),
    refused: ({ isConfirmed }) => (isConfirmed ? 'SECOND_FACTOR_REQUIRED' : undefined),
  },
  'an owner who should have a second factor': {
    headers: cookieOf('late owner'),
    refused: (row) => (forStaff(row) && !row.enrols ? 'SECOND_FACTOR_SETUP_REQUIRED' : undefined),
  },
  'an administrator of another tournament': {
    headers: cookieOf('admin elsewhere'),
    refused: ({ who }) => (who === 'everybody' || who === 'signed-in' ? undefined : 'FORBIDDEN'),
  },
  'a program of a reviewer': { headers: tokenOf('reviewer'), refused: atJsonDoors(asRole('reviewer')) },
  'a program of a disabled owner': { headers: tokenOf('disabled owner'), refused: asNobody },
  'a key with the scope': {
    headers: keyWith({ scopes: itsScope }),
    refused: atJsonDoors((row) => (row.scope === undefined ? withoutScope(row) : undefined)),
  },
  'a key with every other scope': {
    headers: keyWith({ scopes: otherScopes }),
    refused: atJsonDoors(withoutScope),
  },
  'a key with the scope in another tournament': {
    headers: keyWith({ scopes: itsScope, isElsewhere: true }),
    refused: atJsonDoors(withoutScope),
  },
  'a revoked key': { headers: keyWith({ scopes: itsScope, isRevoked: true }), refused: asNobody },
  'a key that is over': { headers: keyWith({ scopes: itsScope, isOver: true }), refused: asNobody },
}

/** The code that a route's door refused with. */
async function refusalOf(route: Route, caller: Caller): Promise<string | undefined> {
  const id = crypto.randomUUID()
  const { method, address } = route
  const headers = await caller.headers(route)
  const from = app.ctx.logged.length
  await fetch(app.url + address, {
    method,
    redirect: 'manual',
    headers: { 'x-request-id': id, 'sec-fetch-site': 'same-origin', ...headers },
  }).then((answer) => answer.body?.cancel())
  const line = await untilIs(
    () => app.ctx.logged.slice(from).find((one) => one.includes(id) && one.includes('request.answered')),
    (found) => found !== undefined,
  )
  const { code } = JSON.parse(line!) as { code?: string }
  return REFUSALS.includes(code ?? '') ? code : undefined
}

const told = ({ method, path }: Route) => `${method} ${path}`

test('every route has a row, and every row a route', () => {
  expect(routes.filter(({ row }) => row === undefined).map(told)).toEqual([])
  const known = new Set(routes.map((route) => nameOf(route)))
  expect(Object.keys(TABLE).filter((row) => !known.has(row))).toEqual([])
})

describe.each(Object.entries(CALLERS))('%s', (_, caller) => {
  test('is let in where the table says so, and nowhere else', async () => {
    const wrong: string[] = []
    const left = routes.filter(({ row, method }) => row !== undefined && method !== 'OPTIONS')
    const ask = async () => {
      for (let route = left.shift(); route !== undefined; route = left.shift()) {
        const [is, should] = [await refusalOf(route, caller), caller.refused(route.row!, route)]
        if (is !== should) wrong.push(`${told(route)}: ${is}, not ${should}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, ask))
    expect(wrong).toEqual([])
  })
})

test('every permission is somebody’s, each role holds what the one before holds, and keys nothing that makes people', () => {
  for (const [index, role] of ROLE_NAMES.entries())
    for (const lesser of ROLE_NAMES.slice(0, index))
      expect(ROLES[role]).toEqual(expect.arrayContaining([...ROLES[lesser]]))
  expect([...ROLES.owner]).toEqual([...PERMISSIONS])
  for (const never of ['keys.manage', 'staff.manage', 'staff.invite', 'people.erase', 'exports.make'] as const)
    expect(KEY_SCOPES).not.toContain(never)
})
