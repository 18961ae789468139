import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'
import { aForm, ask, type Refusal, registered } from './first-client.ts'

setDefaultTimeout(60_000)
let app: Awaited<ReturnType<typeof staffApp>>
let reviewer: SignedIn
let viewer: SignedIn
beforeAll(async () => {
  app = await staffApp({ preset: 'icct26' })
  reviewer = await signedIn(app.ctx, 'reviewer')
  viewer = await signedIn(app.ctx, 'viewer')
})
afterAll(() => app.end())

async function enter() {
  const { reference } = await registered(app.url, aForm())
  const [team] = await app.ctx.db.read`select id, code from teams where reference = ${reference}`
  return team as unknown as { id: string; code: string }
}
async function put(path: string, init: RequestInit & { cookie?: string } = {}) {
  const answer = await ask(app.url, `/admin/teams/${path}`, {
    method: 'PUT',
    cookie: reviewer.cookie,
    ...init,
    headers: { origin: app.url, ...init.headers },
  })
  return { status: answer.status, ...((await answer.json()) as object) } as Record<string, unknown>
}
const stateOf = async (id: string) => (await app.ctx.db.read`select state from teams where id = ${id}`)[0]!.state
const decisionsOn = async (id: string) => {
  const rows = await app.ctx.db.read`
    select d.outcome, d.reason from decisions d join decision_requests r on r.id = d.request_id
    where r.team_id = ${id} order by d.id`
  return rows.map(({ outcome, reason }) => [outcome, reason])
}

test('a confirmation claims, decides and writes to the captain; again it is told so', async () => {
  const { id, code } = await enter()
  expect(await put(`${code}/confirm`)).toEqual({
    status: 200,
    success: true,
    message: 'Team registration confirmed',
    team_id: code,
    registration_status: 'confirmed',
    email_notification: 'queued',
  })
  expect(await put(`${code.toLowerCase()}/confirm`)).toEqual({
    status: 200,
    success: true,
    message: 'Team registration was already confirmed',
    data: { teamId: code, status: 'confirmed', alreadyConfirmed: true },
  })
  expect(await stateOf(id)).toBe('approved')
  expect(await decisionsOn(id)).toEqual([
    ['claimed', null],
    ['approved', null],
  ])
  const mails = await app.ctx.db.read`select kind from mails where team_id = ${id} order by created_at, kind`
  expect(mails.filter(({ kind }) => kind === 'approved')).toHaveLength(1)
})

test('a rejection needs no body, and takes a reason', async () => {
  const rejected = (code: string) => ({
    status: 200,
    success: true,
    message: 'Team registration rejected',
    team_id: code,
    registration_status: 'rejected',
  })
  const bodies: [init: RequestInit, reason: string][] = [
    [{}, 'The organisers gave no reason. Please ask them.'],
    [{ body: '' }, 'The organisers gave no reason. Please ask them.'],
    [{ body: '{}' }, 'The organisers gave no reason. Please ask them.'],
    [{ body: '{"reason":"The receipt is not readable."}' }, 'The receipt is not readable.'],
  ]
  for (const [init, reason] of bodies) {
    const { id, code } = await enter()
    expect(await put(`${code}/reject`, init)).toEqual(rejected(code))
    expect(await put(`${code}/reject`, init)).toEqual(rejected(code))
    expect(await stateOf(id)).toBe('rejected')
    expect((await decisionsOn(id)).at(-1)).toEqual(['rejected', reason])
  }
  const { code } = await enter()
  expect(await put(`${code}/reject`, { body: JSON.stringify({ reason: 'x'.repeat(1001) }) })).toMatchObject({
    status: 422,
    details: { reason: expect.anything() },
  })
  expect(await put(`${code}/reject`, { body: '{' })).toMatchObject({ status: 400, error_code: 'MALFORMED_REQUEST' })
})

test('what the states do not allow is a conflict', async () => {
  const { code } = await enter()
  await put(`${code}/reject`)
  expect(await put(`${code}/confirm`)).toMatchObject({ status: 409, error_code: 'CONFLICT' })
  const other = await enter()
  await put(`${other.code}/confirm`)
  expect(await put(`${other.code}/reject`)).toMatchObject({ status: 409, error_code: 'CONFLICT' })
  await app.ctx.db.write`update teams set state = 'waitlisted' where id = ${other.id}`
  expect(await put(`${other.code}/confirm`)).toMatchObject({ status: 409, error_code: 'CONFLICT' })
  expect(await put('ICCT-999/confirm')).toMatchObject({ status: 404, error_code: 'NOT_FOUND' })
})

test('two who confirm at once are both told that it is', async () => {
  const { id, code } = await enter()
  const both = await Promise.all([put(`${code}/confirm`), put(`${code}/confirm`)])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect(await decisionsOn(id)).toHaveLength(2)
})

test('only who may decide does, and only from a page that is ours', async () => {
  const { id, code } = await enter()
  for (const act of ['confirm', 'reject']) {
    expect(await put(`${code}/${act}`, { cookie: '' })).toMatchObject({ status: 401, error_code: 'UNAUTHORIZED' })
    expect(await put(`${code}/${act}`, { cookie: viewer.cookie })).toMatchObject({
      status: 403,
      error_code: 'FORBIDDEN',
    })
    const foreign = { headers: { origin: 'https://evil.example' } }
    expect(await put(`${code}/${act}`, foreign)).toMatchObject({ status: 403, error_code: 'CSRF_FAILED' })
  }
  const without = await fetch(`${app.url}/admin/teams/${code}/confirm`, {
    method: 'PUT',
    headers: { cookie: reviewer.cookie },
  })
  expect(without.status).toBe(403)
  expect(await stateOf(id)).toBe('submitted')
})

test('the sequence is read from the teams', async () => {
  const [{ last }] = (await app.ctx.db.read`select max(number)::int as last from teams`) as unknown as [
    { last: number },
  ]
  const told = {
    success: true,
    current_number: last,
    next_team_id: `ICCT-${String(last + 1).padStart(3, '0')}`,
    message: expect.any(String),
  }
  const { cookie } = reviewer
  expect(await (await ask(app.url, '/admin/sequence/current', { cookie })).json()).toEqual(told)
  const headers = { origin: app.url }
  const sync = await ask(app.url, '/admin/sequence/sync', { method: 'POST', cookie, headers })
  expect([sync.status, await sync.json()]).toEqual([200, told])
  const reset = await ask(app.url, '/admin/sequence/reset', { method: 'POST', cookie, headers })
  expect([reset.status, ((await reset.json()) as Refusal).error_code]).toEqual([404, 'NOT_FOUND'])
  expect((await registered(app.url, aForm())).reference).toBeString()
  const [{ code }] = (await app.ctx.db.read`select code from teams order by number desc limit 1`) as unknown as [
    { code: string },
  ]
  expect(code).toBe(told.next_team_id)
})
