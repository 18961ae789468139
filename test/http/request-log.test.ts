import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, send, signedIn, upload } from '#test/support/staff.ts'

const TOKEN = 'a-token-of-sixteen-and-more'
let app: TestApp
let reviewer: SignedIn
beforeAll(async () => {
  app = await testApp({ config: { metricsToken: TOKEN } })
  reviewer = await signedIn(app.ctx, 'reviewer')
})
afterAll(() => app.end())

/** The line of a request, which is written once its answer has gone. */
async function lineOf(answer: Response): Promise<Record<string, unknown>> {
  const id = answer.headers.get('x-request-id')!
  const find = () => app.ctx.logged.find((line) => line.includes('request.answered') && line.includes(id))
  while (!find()) await Bun.sleep(1)
  return JSON.parse(find()!)
}

test('a registration: what, how it ended, how long, how much, and what it asked of the database', async () => {
  const body = JSON.stringify(aRegistration())
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${app.url}/api/v1/registrations`, { method: 'POST', body, headers })
  const bytes = (await answer.bytes()).byteLength
  const line = await lineOf(answer)
  expect(line).toMatchObject({
    method: 'POST',
    route: '/api/v1/registrations',
    status: 201,
    tier: 'upload',
    bytesReceived: Buffer.byteLength(body),
  })
  expect(line.bytesSent).toBe(Number(answer.headers.get('content-length')))
  expect(line.sqlCount).toBeGreaterThan(0)
  expect(line.sqlMs).toBeGreaterThan(0)
  expect(line.durationMs).toBeGreaterThan(0)
  expect(bytes).toBeGreaterThan(0)
})

test('a probe and an asset stand under their patterns, what is not there under none', async () => {
  for (const [path, route] of [
    ['/healthz', '/healthz'],
    ['/assets/0/none.css', '/assets/:hash/:name'],
    ['/nowhere', 'unknown'],
  ])
    expect(await lineOf(await fetch(app.url + path))).toMatchObject({ route })
})

test('who asked, by id', async () => {
  const answer = await fetch(`${app.url}/admin`, { headers: { cookie: reviewer.cookie } })
  const line = await lineOf(answer)
  expect(line).toMatchObject({ route: '/admin', status: 200, tier: 'admin', actorId: reviewer.actor.id })
  expect(JSON.stringify(line)).not.toContain(reviewer.email)
})

test('a refusal has its code, whatever its shape', async () => {
  for (const [path, code] of [
    ['/nowhere', 'NOT_FOUND'],
    ['/api/v1/nowhere', 'NOT_FOUND'],
    ['/api/v1/registrations', 'UNAUTHORIZED'],
  ]) {
    const answer = await fetch(app.url + path)
    expect(await lineOf(answer)).toMatchObject({ status: answer.status, code })
  }
})

test('how much was sent is what the answer declares, whatever kind it is, and of HEAD nothing', async () => {
  const letter = await upload(app.url, 'pastor_letter', new File([samplePdf(70_000)], 'letter.pdf'))
  const { id } = await send(app.url, { documents: [letter] })
  const [document] = await app.ctx.db.read`select id from documents where team_id = ${id}`
  const address = `/admin/registrations/${id}/documents/${document!.id}`
  const shown = await fetch(app.url + address, { headers: { cookie: reviewer.cookie }, redirect: 'manual' })
  const file = new URL(shown.headers.get('location')!, app.url).pathname
  const asset = /\/assets\/[^"]+/.exec(await (await fetch(`${app.url}/register`)).text())![0]
  const paths = ['/', '/register', '/nowhere', '/admin', '/healthz', asset, file, '/metrics']
  const api = ['/api/v1/teams', '/api/v1/tournaments/current', '/api/v1/nowhere', '/api/openapi.json']
  for (const path of [...paths, ...api])
    for (const encoding of ['identity', 'gzip', 'br']) {
      const headers = { cookie: reviewer.cookie, authorization: `Bearer ${TOKEN}`, 'accept-encoding': encoding }
      const answer = await fetch(app.url + path, { headers, decompress: false, redirect: 'manual' })
      const { byteLength } = await answer.bytes()
      expect([path, encoding, byteLength > 0]).toEqual([path, encoding, true])
      expect([path, encoding, (await lineOf(answer)).bytesSent]).toEqual([path, encoding, byteLength])
      const head = await fetch(app.url + path, { method: 'HEAD', headers, redirect: 'manual' })
      expect([path, head.status, (await lineOf(head)).bytesSent]).toEqual([path, answer.status, 0])
    }
})

test('each request has one line', async () => {
  for (const init of [{}, { method: 'HEAD' }, { method: 'OPTIONS' }, { method: 'DELETE' }]) {
    const answer = await fetch(`${app.url}/api/v1/teams`, init)
    await lineOf(answer)
    const id = answer.headers.get('x-request-id')!
    expect(app.ctx.logged.filter((line) => line.includes(id) && line.includes('request.answered'))).toHaveLength(1)
  }
})
