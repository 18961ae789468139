import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { testApp } from '#test/support/app.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { sampleJpeg } from '#test/support/sample-files.ts'
import { signedIn, staffApp } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { aForm, ask, type Refusal, register, registered } from './first-client.ts'

const CLIENT = 'https://client.example'
const ORIGIN = { origin: CLIENT }
setDefaultTimeout(60_000)
let app: Awaited<ReturnType<typeof staffApp>>
beforeAll(async () => {
  app = await staffApp({ preset: 'icct26', config: { corsOrigins: [CLIENT], maxRequestSize: 10_000 } })
})
afterAll(() => app.end())

/** Its body is this door's, its headers let the client read it, and nothing in it contradicts the rest. */
async function expectRefusal(answer: Response, status: number, code: string) {
  const body = (await answer.json()) as Refusal
  expect([answer.status, body.error_code, body.status_code]).toEqual([status, code, status])
  expect(body).toEqual({
    success: false,
    error_code: code,
    message: body.message,
    detail: body.message,
    details: body.details,
    error: { code, message: body.message, details: body.details },
    status_code: status,
    request_id: answer.headers.get('x-request-id')!,
  })
  expect(answer.headers.get('content-type')).toStartWith('application/json')
  expect(answer.headers.get('access-control-allow-origin')).toBe(CLIENT)
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
  expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-ID')
  return body
}

test('what is not there, or takes other methods, is refused in this door’s words', async () => {
  const unknown = [
    '/api/schedule/matches',
    '/api/gallery/health',
    '/api/teams/ICCT-001/players',
    '/api/register',
    '/admin/teams/ICCT-001/players',
    '/admin/players',
    '/queue',
    '/health/deep',
  ]
  for (const path of unknown) await expectRefusal(await ask(app.url, path, { headers: ORIGIN }), 404, 'NOT_FOUND')
  const others: [method: string, path: string, allow: string][] = [
    ['GET', '/api/register/team', 'POST'],
    ['DELETE', '/api/teams/ICCT-001', 'GET, HEAD'],
    ['POST', '/admin/teams', 'GET, HEAD'],
    ['PATCH', '/health', 'GET, HEAD'],
  ]
  for (const [method, path, allow] of others) {
    const answer = await ask(app.url, path, { method, headers: ORIGIN })
    expect(answer.headers.get('allow')).toBe(allow)
    await expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED')
  }
})

test('so is what is too large, too late, too often, or comes while nothing can be done', async () => {
  const large = await ask(app.url, '/admin/teams', { method: 'POST', headers: ORIGIN })
  expect(large.status).toBe(405)
  const { cookie } = await signedIn(app.ctx, 'reviewer', 'Large')
  const put = (body: string) =>
    ask(app.url, '/admin/teams/ICCT-001/reject', { method: 'PUT', cookie, body, headers: ORIGIN })
  await expectRefusal(await put(`{"reason":"${'x'.repeat(20_000)}"}`), 413, 'BODY_TOO_LARGE')

  const port = Number(new URL(app.url).port)
  const contentLength = 171 * 1024 * 1024
  const huge = await MultipartClient.open({ port, path: '/api/register/team', headers: ORIGIN, contentLength })
  const tooMuch = await huge.waitForAnswer()
  const { message } = await expectRefusal(new Response(tooMuch.body, tooMuch), 413, 'BODY_TOO_LARGE')
  expect(message).toContain('170 MB')

  const { db } = app.ctx
  app.ctx.db = {
    ...db,
    read: (() => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))) as never,
  }
  const down = await ask(app.url, '/api/churches/availability', { headers: ORIGIN })
  expect(down.headers.get('retry-after')).toBe('5')
  await expectRefusal(down, 503, 'DATABASE_UNAVAILABLE')
  app.ctx.db = db

  Object.assign(app.ctx.config, { enableRateLimiting: true, rateLimitMetadata: 1 })
  await ask(app.url, '/api/churches/availability')
  const often = await ask(app.url, '/api/churches/availability', { headers: ORIGIN })
  expect(Number(often.headers.get('retry-after'))).toBeGreaterThan(0)
  await expectRefusal(often, 429, 'RATE_LIMITED')
  const preflights = await Promise.all(
    Array.from({ length: 5 }, () =>
      fetch(`${app.url}/api/churches/availability`, { method: 'OPTIONS', headers: ORIGIN }),
    ),
  )
  expect(preflights.map(({ status }) => status)).toEqual(Array(5).fill(204))
  Object.assign(app.ctx.config, { enableRateLimiting: false })

  Object.assign(app.ctx.config, { uploadRateMin: 1_000_000, formTimeout: 1 })
  const slow = await MultipartClient.open({ port, path: '/api/register/team', headers: ORIGIN })
  await slow.field('team_name', 'Kings')
  const late = await slow.waitForAnswer()
  const answer = new Response(late.body, { status: late.status, headers: late.headers })
  await expectRefusal(answer, 408, 'REQUEST_TIMEOUT')
  Object.assign(app.ctx.config, { uploadRateMin: 8192, formTimeout: 10_800 })

  app.ctx.vitals.gate.close()
  await expectRefusal(await ask(app.url, '/api/teams', { headers: ORIGIN }), 503, 'SERVICE_STOPPING')
  // A gate stays closed.
  await app.end()
  app = await staffApp({ preset: 'icct26', config: { corsOrigins: [CLIENT] } })
}, 60_000)

test('a preflight of its GETs with a content type is answered', async () => {
  const asked = {
    ...ORIGIN,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'content-type,idempotency-key,x-request-id,authorization',
  }
  for (const path of ['/api/teams', '/admin/teams', '/admin/players/ICCT-001-P01', '/status', '/api/register/team']) {
    const answer = await fetch(app.url + path, { method: 'OPTIONS', headers: asked })
    expect([path, answer.status]).toEqual([path, 204])
    const allowed = answer.headers.get('access-control-allow-headers')!.toLowerCase()
    for (const name of ['content-type', 'idempotency-key', 'x-request-id', 'authorization'])
      expect(allowed).toContain(name)
    expect(answer.headers.get('access-control-allow-methods')).toContain('PUT')
  }
})

test('a registration from its origin needs no cookie, and a write by cookie from another is refused', async () => {
  const answer = await register(app.url, aForm(), ORIGIN)
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([201, CLIENT])
  expect(answer.headers.get('access-control-expose-headers')).toContain('Idempotent-Replayed')
  const stranger = await register(app.url, aForm(), { origin: 'https://evil.example' })
  expect([stranger.status, stranger.headers.get('access-control-allow-origin')]).toEqual([201, null])
  const { cookie } = await signedIn(app.ctx, 'reviewer', 'Asha')
  const put = (origin: string) =>
    ask(app.url, '/admin/teams/ICCT-001/confirm', { method: 'PUT', cookie, headers: { origin } })
  expect((await put('https://evil.example')).status).toBe(403)
  expect((await put(CLIENT)).status).toBe(200)
})

test('a private file may be shown in pages of the client’s origin', async () => {
  const { cookie } = await signedIn(app.ctx, 'reviewer', 'Daniel')
  await registered(app.url)
  const { data } = (await (await ask(app.url, '/admin/teams', { cookie })).json()) as {
    data: { pastorLetter: string }[]
  }
  const file = await fetch(data[0]!.pastorLetter, { headers: ORIGIN })
  expect(file.headers.get('access-control-allow-origin')).toBe(CLIENT)
  expect(file.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  expect(file.headers.get('content-security-policy')).toContain(`frame-ancestors 'self' ${CLIENT}`)
})

test('health, status, queue and docs are true', async () => {
  const health = await ask(app.url, '/health')
  const at = expect.stringMatching(/Z$/)
  const version = expect.stringMatching(/^\d+\.\d+\.\d+/)
  expect([health.status, await health.json()]).toEqual([
    200,
    { status: 'healthy', service: 'Teamsheet', timestamp: at, version },
  ])
  expect(await (await ask(app.url, '/status')).json()).toEqual({
    status: 'operational',
    api_version: version,
    database: 'connected',
    email_service: 'not configured',
    tournament: 'ICCT26',
    timestamp: at,
  })
  const docs = await ask(app.url, '/docs')
  expect([docs.status, docs.headers.get('location')]).toEqual([302, '/api/docs'])

  const queue = async () => (await ask(app.url, '/queue/status')).json() as Promise<Record<string, number>>
  const before = await queue()
  expect(before).toMatchObject({ status: 'operational', pending_registrations: 2, processed_registrations: 1 })
  const { cookie } = await signedIn(app.ctx, 'reviewer', 'Elias')
  await registered(app.url)
  await ask(app.url, '/admin/teams/ICCT-002/reject', { method: 'PUT', cookie, headers: { origin: app.url } })
  expect(await queue()).toMatchObject({ pending_registrations: 2, processed_registrations: 2 })

  const { db } = app.ctx
  app.ctx.db = { ...db, state: () => 'restarting' }
  const ill = await ask(app.url, '/health', { headers: ORIGIN })
  expect([ill.status, await ill.json()]).toEqual([
    503,
    { status: 'unhealthy', service: 'Teamsheet', timestamp: at, version },
  ])
  expect(ill.headers.get('access-control-allow-origin')).toBe(CLIENT)
  const status = await ask(app.url, '/status')
  expect([status.status, await status.json()]).toMatchObject([200, { database: 'disconnected', tournament: null }])
  app.ctx.db = db
})

test('where it is off its paths are like any others', async () => {
  const off = await testApp({ preset: 'icct26', config: { icct26Api: false } })
  try {
    const pages = ['/admin/teams', '/health', '/status', '/docs', '/queue/status']
    for (const path of pages) {
      const answer = await ask(off.url, path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'text/html; charset=utf-8'])
    }
    const api = await ask(off.url, '/api/teams')
    expect([api.status, api.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    const { paths } = (await (await fetch(`${off.url}/api/openapi.json`)).json()) as { paths: object }
    expect(Object.keys(paths).filter((path) => !path.startsWith('/api/v1/'))).toEqual([])
  } finally {
    await off.end()
  }
})

test('it is described beside the other door, under a tag of its own', async () => {
  const { paths } = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { tags: string[] }>>
  }
  const own = Object.entries(paths).filter(([path]) => !path.startsWith('/api/v1/'))
  expect(own.map(([path]) => path).sort()).toEqual(
    [
      '/admin/players/{playerId}',
      '/admin/sequence/current',
      '/admin/sequence/sync',
      '/admin/teams',
      '/admin/teams/{teamId}',
      '/admin/teams/{teamId}/confirm',
      '/admin/teams/{teamId}/reject',
      '/api/churches/availability',
      '/api/register/team',
      '/api/teams',
      '/api/teams/{team_id}',
      '/health',
      '/queue/status',
      '/status',
    ].sort(),
  )
  expect(new Set(own.flatMap(([, item]) => Object.values(item).flatMap(({ tags }) => tags)))).toEqual(
    new Set(['icct26']),
  )
  expect((await fetch(`${app.url}/api/docs`)).status).toBe(200)
})

test('a form that breaks off leaves nothing behind', async () => {
  const client = await MultipartClient.open({ port: Number(new URL(app.url).port), path: '/api/register/team' })
  await client.field('team_name', 'Kings')
  const form = aForm()
  await client.file('pastor_letter', 'letter.pdf', 'application/pdf', await (form.pastor_letter as File).bytes())
  await client.beginPart('form-data; name="group_photo"; filename="photo.jpg"', 'image/jpeg')
  await client.send(sampleJpeg(200_000).subarray(0, 100_000))
  const incoming = () => [...new Bun.Glob('files/incoming/*').scanSync(app.ctx.config.dataDir)].length
  await untilIs(incoming, (files) => files === 2)
  client.drop()
  await untilIs(incoming, (files) => files === 0)
})
