import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import type { OpenAPIV3_1 } from 'openapi-types'
import { makeApp } from '#src/app.ts'
import { ERRORS } from '#src/errors.ts'
import { loadAssets } from '#src/http/assets.ts'
import { describeApi } from '#src/http/openapi.ts'
import { tournamentsApi } from '#src/tournaments/api.ts'
import { TournamentAnswer } from '#src/tournaments/model.ts'
import { type TestApp, testApp } from '#test/support/app.ts'

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete'])
const TYPES = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'])
const OF_ONE_TOURNAMENT = '/api/v1/tournaments/:slug'
/** What TypeBox, JSON Schema 2020-12 and OpenAPI 3.1 agree on; `nullable` and its like are of OpenAPI 3.0. */
const KEYWORDS =
  /^(?:\$ref|type|title|description|properties|required|items|anyOf|const|enum|default|format|pattern|m(?:in|ax)(?:imum|Length|Items))$/

/** The tag of the door whose refusals have a body of their own. */
const FIRST_CLIENTS = 'icct26'
const refusalType = ({ tags }: Operation) =>
  tags?.includes(FIRST_CLIENTS) ? 'application/json' : 'application/problem+json'

type Operation = OpenAPIV3_1.OperationObject
type Json = Record<string, unknown>

let app: TestApp
let document: OpenAPIV3_1.Document
let operations: { told: string; path: string; method: string; operation: Operation }[]

beforeAll(async () => {
  app = await testApp({ config: { icct26Api: true } })
  document = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as OpenAPIV3_1.Document
  operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({
      told: `${method} ${path}`,
      path,
      method,
      operation: operation as Operation,
    })),
  )
})
afterAll(() => app.end())

const told = (wrong: (one: (typeof operations)[number]) => boolean) => operations.filter(wrong).map((one) => one.told)
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every value under a key, at any depth. */
function valuesOf(key: string, within: unknown): unknown[] {
  if (typeof within !== 'object' || within === null) return []
  const own = isObject(within) && key in within ? [within[key]] : []
  return [...own, ...Object.values(within).flatMap((value) => valuesOf(key, value))]
}

/** What is wrong with a schema and those within it. */
function faultsOf(schema: unknown): string[] {
  if (!isObject(schema)) return [`no schema: ${JSON.stringify(schema)}`]
  const {
    type,
    properties = {},
    required = [],
    items,
    anyOf = [],
    pattern,
    $ref,
  } = schema as Json & {
    properties?: Json
    required?: string[]
    anyOf?: unknown[]
  }
  const own = Object.keys(schema).filter((keyword) => !KEYWORDS.test(keyword))
  if (type !== undefined && !TYPES.has(String(type))) own.push(`type ${type}`)
  if (type === undefined && anyOf.length === 0 && $ref === undefined) own.push('neither type, anyOf nor $ref')
  if (type === 'array' && items === undefined) own.push('an array of nothing')
  if (pattern !== undefined) new RegExp(String(pattern), 'u')
  own.push(...required.filter((name) => !(name in properties)).map((name) => `requires ${name}, which it has not`))
  const below = [...Object.values(properties), ...anyOf, ...(items === undefined ? [] : [items])]
  return [...own, ...below.flatMap(faultsOf)]
}

test('it is OpenAPI 3.1', () => {
  expect(document.openapi).toBe('3.1.0')
  expect(document.info.title).not.toBe('')
  expect(operations.length).toBeGreaterThan(0)
})

test('every operation has a name, a summary, one tag and an answer with a schema', () => {
  expect(told(({ method }) => !METHODS.has(method))).toEqual([])
  expect(told(({ operation }) => !operation.summary || operation.tags?.length !== 1)).toEqual([])
  expect(told(({ operation }) => operation.tags!.some((tag) => tag !== tag.toLowerCase()))).toEqual([])
  const names = operations.map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
  const answersOf = ({ responses = {} }: Operation) =>
    Object.entries(responses).filter(([status]) => /^2\d\d$/.test(status))
  expect(told(({ operation }) => answersOf(operation).length === 0)).toEqual([])
  const isBare = ([status, answer]: [string, unknown]) => status !== '204' && valuesOf('schema', answer).length === 0
  expect(told(({ operation }) => answersOf(operation).some(isBare))).toEqual([])
})

test('it describes the routes there are, and all of them', async () => {
  const routes = makeApp(app.ctx, await loadAssets())
    .routes.filter(({ path, hooks }) => path.startsWith('/api/v1/') || hooks?.detail?.tags?.includes(FIRST_CLIENTS))
    .filter(({ method }) => METHODS.has(method.toLowerCase()))
    .map(({ path, method }) => ({ path, method: method.toLowerCase() }))
  const there = routes
    .map(({ path, method }) => `${method} ${path.replace(OF_ONE_TOURNAMENT, '/api/v1').replace(/:(\w+)/g, '{$1}')}`)
    .sort()
  expect([...new Set(there)]).toEqual(operations.map((one) => one.told).sort())
})

test('every parameter of a path is declared, and none twice', () => {
  const declared = ({ operation }: { operation: Operation }) =>
    (operation.parameters ?? []).filter((parameter) => 'name' in parameter)
  expect(
    told((one) => {
      const inPath = declared(one).filter((parameter) => parameter.in === 'path' && parameter.required)
      const named = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      return JSON.stringify(named) !== JSON.stringify(inPath.map(({ name }) => name))
    }),
  ).toEqual([])
  expect(
    told((one) => new Set(declared(one).map(({ name, in: place }) => `${place} ${name}`)).size < declared(one).length),
  ).toEqual([])
})

test('a list says how it is filtered, an upload what it takes, a name how long it may be', () => {
  const of = (name: string) => operations.find((one) => one.told === name)!.operation
  const parameters = of('get /api/v1/registrations').parameters!.map(
    (parameter) => 'name' in parameter && parameter.name,
  )
  expect(parameters).toEqual(['limit', 'cursor', 'sort', 'state', 'club', 'q'])
  expect(of('post /api/v1/uploads').requestBody).toMatchObject({
    content: {
      'multipart/form-data': {
        schema: { required: ['file', 'kind'], properties: { file: { type: 'string', format: 'binary' } } },
      },
    },
  })
  expect(valuesOf('teamName', of('post /api/v1/registrations').requestBody)[0]).toMatchObject({
    minLength: 3,
    maxLength: 80,
  })
})

test('every schema is one, and no reference hangs', () => {
  const schemas = [...valuesOf('schema', document.paths), ...Object.values(document.components?.schemas ?? {})]
  expect(schemas.flatMap(faultsOf)).toEqual([])
  const references = new Set(valuesOf('$ref', document))
  const known = (['schemas', 'responses'] as const).flatMap((kind) =>
    Object.keys(document.components?.[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
  )
  expect([...references].filter((reference) => !known.includes(String(reference)))).toEqual([])
})

/** What an operation says of a status, wherever that stands. */
function answerAt({ responses = {} }: Operation, status: string): Json | undefined {
  const answer = responses[status] as Json | undefined
  const name = String(answer?.$ref ?? '')
    .split('/')
    .at(-1)!
  return answer?.$ref === undefined ? answer : (document.components!.responses![name] as Json)
}

test('every refusal that is met is described where it is met, with its code', async () => {
  const json = { 'content-type': 'application/json' }
  const refusals: [told: string, code: string, asked: RequestInit, path?: string][] = [
    ['post /api/v1/registrations', 'MALFORMED_REQUEST', { body: '{', headers: json }],
    ['post /api/v1/registrations', 'CSRF_FAILED', { body: '{}', headers: { ...json, 'sec-fetch-site': 'cross-site' } }],
    ['post /api/v1/registrations', 'BODY_TOO_LARGE', { body: 'x'.repeat(300_000), headers: json }],
    ['post /api/v1/registrations', 'UNSUPPORTED_MEDIA_TYPE', { body: 'x' }],
    ['post /api/v1/registrations', 'VALIDATION_FAILED', { body: '{}', headers: json }],
    ['post /api/v1/uploads', 'UNSUPPORTED_MEDIA_TYPE', { body: 'x' }],
    ['get /api/v1/registrations', 'UNAUTHORIZED', {}],
    ['get /api/v1/teams', 'VALIDATION_FAILED', {}, '/api/v1/teams?limit=0'],
    ['get /api/v1/teams', 'NOT_FOUND', {}, '/api/v1/tournaments/nowhere/teams'],
    ['get /api/v1/teams', 'WRONG_HOST', { headers: { host: 'elsewhere.example' } }],
    ['get /api/v1/teams/{id}', 'NOT_FOUND', {}, '/api/v1/teams/none'],
  ]
  for (const [name, code, init, path = name.split(' ')[1]!] of refusals) {
    const method = name.split(' ')[0]!.toUpperCase()
    const answer = await fetch(app.url + path, { method, ...init })
    const { operation } = operations.find((one) => one.told === name)!
    expect([name, ((await answer.json()) as Json).code]).toEqual([name, code])
    expect(answerAt(operation, String(answer.status))?.description).toContain(`${code}: `)
  }
  for (const { operation } of operations)
    for (const [status, code] of Object.entries({ 500: 'INTERNAL_ERROR', 503: 'SERVER_BUSY', 429: 'RATE_LIMITED' }))
      expect(answerAt(operation, status)?.description).toContain(`${code}: `)
  expect(answerAt(operations[0]!.operation, '503')).toHaveProperty('headers.Retry-After.schema')
})

test('every code is explained where a refusal says it is', async () => {
  const { type } = (await (await fetch(`${app.url}/api/v1/registrations`)).json()) as { type: string }
  expect(type).toBe('/api/docs#UNAUTHORIZED')
  const page = await (await fetch(app.url + type)).text()
  expect(Object.keys(ERRORS).filter((code) => page.split(`id="${code}"`).length !== 2)).toEqual([])
})

test('every operation says what it refuses; those for staff say that one signs in', () => {
  const refuses = ({ operation }: { operation: Operation }, status: string) =>
    valuesOf(refusalType(operation), answerAt(operation, status)).length === 1
  expect(told((one) => !refuses(one, '429') || !refuses(one, 'default'))).toEqual([])
  expect(
    told((one) => one.operation.requestBody !== undefined && !['413', '415', '422'].every((s) => refuses(one, s))),
  ).toEqual([])
  const forStaff = told(({ operation }) => (operation.security ?? []).length > 0)
  expect(forStaff).toContain('get /api/v1/registrations')
  expect(forStaff).not.toContain('post /api/v1/auth/login')
  const isForStaff = (name: string) => forStaff.includes(name)
  expect(told((one) => isForStaff(one.told) && !(refuses(one, '401') && refuses(one, '403')))).toEqual([])
})

test('each operation says by what one comes in: a token, a key where its scope allows, a session', () => {
  const securityOf = (name: string) => operations.find((one) => one.told === name)!.operation.security
  expect(securityOf('post /api/v1/registrations')).toEqual([])
  const byKey = (scopes: string[]): Record<string, string[]>[] => [{ token: [] }, { key: scopes }, { session: [] }]
  expect(securityOf('get /api/v1/registrations')).toEqual(byKey(['registrations.see']))
  expect(securityOf('get /api/v1/auth/me')).toEqual(byKey([]))
  expect(securityOf('post /api/v1/auth/2fa/disable')).toEqual([{ token: [] }, { session: [] }])
  const schemes = document.components!.securitySchemes!
  expect(Object.keys(schemes)).toEqual(['token', 'key', 'session'])
  expect(schemes.token).toMatchObject({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
})

test('the session cookie has the name it has on this server', async () => {
  const nameAt = async (publicUrl?: string) => {
    const ctx = { ...app.ctx, config: { ...app.ctx.config, publicUrl } }
    return (await describeApi(ctx, tournamentsApi(app.ctx))).components!.securitySchemes!.session
  }
  expect(await nameAt()).toMatchObject({ type: 'apiKey', in: 'cookie', name: 'session' })
  expect(await nameAt('https://teams.example.org')).toMatchObject({ name: '__Host-session' })
})

test('how a route admits is not published', () => {
  expect(JSON.stringify(document)).not.toContain('x-admission')
  expect(JSON.stringify(document)).not.toContain('maxBytes')
})

test('a refusal and the tournament are as described', async () => {
  const { properties, required } = document.components!.schemas!.Problem as { properties: Json; required: string[] }
  const problem = (await (await fetch(`${app.url}/api/v1/registrations`)).json()) as Json
  expect(Object.keys(problem).sort()).toEqual(Object.keys(properties).sort())
  expect(required.toSorted()).toEqual(Object.keys(properties).sort())
  const tournament = (await (await fetch(`${app.url}/api/v1/tournaments/current`)).json()) as Json
  expect(Object.keys(tournament).sort()).toEqual(Object.keys(TournamentAnswer.properties).sort())
  expect([...Value.Errors(TournamentAnswer, tournament)].filter(({ message }) => !message.includes('format'))).toEqual(
    [],
  )
})

test('the same stands on a page', async () => {
  const page = await (await fetch(`${app.url}/api/docs`)).text()
  for (const { path, operation } of operations) {
    expect(page).toContain(`<code>${path}</code>`)
    expect(page).toContain(operation.summary!)
  }
  expect(page).toContain('Needs one of: Access token · API key registrations.see · Session of a browser')
  expect(page).toContain('<code>challenge_token</code>')
  expect(page).not.toContain('[object Object]')
})
