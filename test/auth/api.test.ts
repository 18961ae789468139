import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { addStaff } from '#src/staff/service.ts'
import { PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'
import { aProgram, bearer, tokensOf } from './tokens/program.ts'

const app = await staffApp()
const { ctx, url } = app
afterAll(() => app.end())

type Json = Record<string, unknown>
type Answered = { status: number; headers: Headers; body: Json }
const AUTH = `${url}/api/v1/auth/`

async function answered(asking: Promise<Response>): Promise<Answered> {
  const answer = await asking
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) }
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  answered(
    fetch(AUTH + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  )
const as = (token: unknown) => ({ authorization: `Bearer ${token}` })
const login = (email: string, password = PASSWORD) => post('login', { email, password })
const me = (token: unknown) => answered(fetch(`${AUTH}me`, bearer(String(token))))
const aPerson = async (role: Parameters<typeof addStaff>[1]['role'], name: string) => {
  const email = `${name.toLowerCase()}@example.org`
  return { email, id: await addStaff(ctx, { name, email, password: PASSWORD, role }) }
}
const codeOf = (secret: unknown) =>
  new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate({ timestamp: ctx.now().getTime() })

/** Somebody with an authenticator app: its secret and their recovery codes. */
async function anEnrolled(name: string) {
  const { email } = await aPerson('owner', name)
  const { body: tokens } = await login(email)
  const { body: setup } = await post('2fa/setup', {}, as(tokens.access_token))
  const { body } = await post('2fa/enable', { code: codeOf(setup.secret) }, as(tokens.access_token))
  return { email, token: tokens.access_token, secret: setup.secret, codes: body.recovery_codes as string[] }
}

describe('login', () => {
  test('by JSON and by the password form of OAuth 2.0 gives a pair of tokens that are stored nowhere', async () => {
    const { email } = await aPerson('viewer', 'Anand')
    const form = new URLSearchParams({ grant_type: 'password', username: email, password: PASSWORD })
    for (const answer of [await login(email), await answered(fetch(`${AUTH}login`, { method: 'POST', body: form }))]) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('set-cookie')).toBeNull()
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        refresh_token: expect.stringMatching(/^[\w-]{43}$/),
        token_type: 'bearer',
        expires_in: 600,
        requires_2fa: false,
      })
      expect((await me(answer.body.access_token)).body).toMatchObject({ email, kind: 'staff' })
    }
  })

  test('answers a wrong password and an unknown e-mail alike', async () => {
    const { email } = await aPerson('viewer', 'Known')
    const { request_id: _, ...wrong } = (await login(email, 'not the password')).body
    const unknown = await login('unknown@example.org')
    const { request_id: __, ...told } = unknown.body
    expect(unknown.status).toBe(401)
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer')
    expect(unknown.headers.get('content-type')).toBe('application/problem+json')
    expect(told).toEqual(wrong)
    expect(told).toMatchObject({ code: 'UNAUTHORIZED', status: 401, errors: [] })
  })

  test('tells of every missing or malformed field at once', async () => {
    const fieldsOf = ({ status, body }: Answered) => [
      status,
      ...(body.errors as { field: string; code: string }[]).map(({ field, code }) => `${field} ${code}`),
    ]
    expect(fieldsOf(await post('login', {}))).toEqual([422, 'email required', 'password required'])
    expect(fieldsOf(await post('login', { email: 7, password: ['x'] }))).toEqual([422, 'email type', 'password type'])
    expect(fieldsOf(await post('login', { email: 'no address', password: '' }))).toEqual([
      422,
      'email email',
      'password required',
    ])
    expect(fieldsOf(await post('login', []))).toEqual([422, 'email required', 'password required'])
    const form = new URLSearchParams({ grant_type: 'implicit', password: 'x'.repeat(2000) })
    expect(fieldsOf(await answered(fetch(`${AUTH}login`, { method: 'POST', body: form })))).toEqual([
      422,
      'grant_type choice',
      'username required',
      'password length',
    ])
    expect((await answered(fetch(`${AUTH}login`, { method: 'POST', body: '{' }))).status).toBe(415)
    const broken = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }
    expect((await answered(fetch(`${AUTH}login`, broken))).status).toBe(400)
  })

  test('tells a disabled account so only after its right password', async () => {
    const { email, id } = await aPerson('viewer', 'Gone')
    await ctx.db.write`update staff set disabled_at = now() where id = ${id}`
    expect((await login(email, 'not the password')).body).toMatchObject({ code: 'UNAUTHORIZED' })
    const told = await login(email)
    expect([told.status, told.body.code]).toEqual([403, 'FORBIDDEN'])
    expect(told.body.detail).toContain('disabled')
  })

  test('makes whoever guesses wait, longer and longer', async () => {
    const { email } = await aPerson('viewer', 'Guessed')
    for (let guess = 0; guess < 5; guess += 1) expect((await login(email, 'wrong')).status).toBe(401)
    const waits = await login(email)
    expect([waits.status, waits.body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(waits.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(waits.headers.get('ratelimit-policy')).toContain('"guesses"')
    ctx.travel(2000)
    expect((await login(email, 'wrong')).status).toBe(401)
    expect(Number((await login(email)).headers.get('retry-after'))).toBe(2)
    ctx.travel(3000)
    expect((await login(email)).status).toBe(200)
  })
})

describe('the second factor', () => {
  let person: Awaited<ReturnType<typeof anEnrolled>>
  beforeAll(async () => {
    person = await anEnrolled('Enrolled')
  })
  const challenge = async () => {
    const { status, body } = await login(person.email)
    expect(status).toBe(200)
    expect(body).toEqual({
      requires_2fa: true,
      challenge_token: expect.stringMatching(/^[\w-]{43}$/),
      expires_in: 300,
    })
    return body.challenge_token
  }
  /** Each code is good once. */
  const nextCode = () => {
    ctx.travel(30_000)
    return codeOf(person.secret)
  }

  test('is set up with a secret, its address and a picture, and gives ten recovery codes', async () => {
    const { email } = await aPerson('viewer', 'Setting')
    const { body: tokens } = await login(email)
    const setup = await post('2fa/setup', {}, as(tokens.access_token))
    expect(setup.status).toBe(200)
    expect(String(setup.body.otpauth_uri)).toContain(`secret=${setup.body.secret}`)
    expect(setup.body.qr_svg).toMatch(/^<svg/)
    const wrong = await post('2fa/enable', { code: '000000' }, as(tokens.access_token))
    expect([wrong.status, wrong.body.errors]).toMatchObject([422, [{ field: 'code' }]])
    expect((await post('2fa/enable', {}, as(tokens.access_token))).body).toMatchObject({ errors: [{ field: 'code' }] })
    const enabled = await post('2fa/enable', { code: codeOf(setup.body.secret) }, as(tokens.access_token))
    expect(enabled.status).toBe(200)
    expect(new Set(enabled.body.recovery_codes as string[]).size).toBe(10)
    expect((await me(tokens.access_token)).body).toMatchObject({ second_factor: { is_set_up: true, enrol_by: null } })
    expect((await post('2fa/setup', {}, as(tokens.access_token))).status).toBe(409)
  })

  test('is asked for before anything is open; the challenge opens nothing but the next step', async () => {
    const token = await challenge()
    expect((await me(token)).status).toBe(401)
    expect((await post('refresh', { refresh_token: token })).status).toBe(401)
    const verified = await post('2fa/verify', { challenge_token: token, code: nextCode() })
    expect([verified.status, verified.body.requires_2fa]).toEqual([200, false])
    expect((await me(verified.body.access_token)).body).toMatchObject({ email: person.email })
  })

  test('a challenge is good once, a wrong code leaves it as it is, and it is over after five minutes', async () => {
    const token = await challenge()
    const wrong = await post('2fa/verify', { challenge_token: token, code: '000000' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'UNAUTHORIZED'])
    expect((await post('2fa/verify', { challenge_token: token, code: nextCode() })).status).toBe(200)
    expect((await post('2fa/verify', { challenge_token: token, code: nextCode() })).status).toBe(401)
    const late = await challenge()
    ctx.travel(301_000)
    const over = await post('2fa/verify', { challenge_token: late, code: nextCode() })
    expect([over.status, String(over.body.detail)]).toEqual([401, expect.stringContaining('sign in again')])
  })

  test('a code that was used, and one of an hour ago, are wrong; a recovery code is good once', async () => {
    const used = nextCode()
    expect((await post('2fa/verify', { challenge_token: await challenge(), code: used })).status).toBe(200)
    expect((await post('2fa/verify', { challenge_token: await challenge(), code: used })).status).toBe(401)
    const [code] = person.codes
    expect((await post('2fa/verify', { challenge_token: await challenge(), code })).status).toBe(200)
    expect((await post('2fa/verify', { challenge_token: await challenge(), code })).status).toBe(401)
  })

  test('what is missing is told at once, and what is no challenge is nobody’s', async () => {
    const missing = await post('2fa/verify', {})
    expect([missing.status, missing.body.errors]).toMatchObject([
      422,
      [{ field: 'challenge_token' }, { field: 'code' }],
    ])
    expect((await post('2fa/verify', { challenge_token: 'none', code: '123456' })).status).toBe(401)
  })

  test('goes again by whoever confirmed it lately', async () => {
    const { email, token, secret } = await anEnrolled('Leaving')
    ctx.travel(601_000)
    const { body } = await post('refresh', { refresh_token: 'none' })
    expect(body.code).toBe('UNAUTHORIZED')
    const { body: login1 } = await login(email)
    const code = codeOf(secret)
    const { body: tokens } = await post('2fa/verify', { challenge_token: login1.challenge_token, code })
    expect((await post('2fa/disable', {}, as(token))).status).toBe(401)
    expect((await post('2fa/disable', {}, as(tokens.access_token))).status).toBe(204)
    expect((await login(email)).body.requires_2fa).toBe(false)
  })
})

describe('whoever has to set up a second factor first', () => {
  test('is given a token that opens nothing else, until it is set up', async () => {
    Object.assign(ctx.config, { requireSecondFactor: true })
    const { email, id } = await aPerson('admin', 'Overdue')
    expect((await login(email)).body.setup_required).toBeUndefined()
    await ctx.db.write`update staff_roles set created_at = now() - interval '8 days' where staff_id = ${id}`
    const { body } = await login(email)
    expect(body).toMatchObject({ setup_required: true, requires_2fa: false })
    const token = body.access_token
    for (const path of ['auth/me', 'registrations']) {
      const refused = await answered(fetch(`${url}/api/v1/${path}`, bearer(String(token))))
      expect([refused.status, refused.body.code]).toEqual([403, 'SECOND_FACTOR_SETUP_REQUIRED'])
    }
    expect((await post('2fa/disable', {}, as(token))).status).toBe(403)
    const again = await post('refresh', { refresh_token: body.refresh_token })
    expect(again.body).toMatchObject({ setup_required: true })
    const { body: setup } = await post('2fa/setup', {}, as(again.body.access_token))
    expect((await post('2fa/enable', { code: codeOf(setup.secret) }, as(token))).status).toBe(200)
    expect((await me(token)).status).toBe(200)
    Object.assign(ctx.config, { requireSecondFactor: false })
  })
})

describe('confirming', () => {
  test('is by the password where there is no second factor, and by nothing else', async () => {
    const { email } = await aPerson('viewer', 'Confirming')
    const { body: tokens } = await login(email)
    ctx.travel(601_000)
    const { body: next } = await post('refresh', { refresh_token: tokens.refresh_token })
    const late = await post('2fa/setup', {}, as(next.access_token))
    expect([late.status, late.body.code]).toEqual([401, 'SECOND_FACTOR_REQUIRED'])
    expect(late.headers.get('www-authenticate')).toContain('insufficient_user_authentication')
    expect((await me(next.access_token)).body.confirmed_until).toBeNull()
    expect((await post('confirm', { code: '123456' }, as(next.access_token))).status).toBe(422)
    expect((await post('confirm', { password: 'wrong' }, as(next.access_token))).status).toBe(422)
    const confirmed = await post('confirm', { password: PASSWORD }, as(next.access_token))
    expect([confirmed.status, confirmed.body]).toEqual([200, { expires_in: 600 }])
    expect((await me(next.access_token)).body.confirmed_until).toEqual(expect.any(String))
    expect((await post('2fa/setup', {}, as(next.access_token))).status).toBe(200)
  })
})

describe('refresh and logout', () => {
  test('refresh gives a pair; a token used again ends it all', async () => {
    const { body: first } = await login((await aPerson('viewer', 'Refreshing')).email)
    const second = await post('refresh', { refresh_token: first.refresh_token })
    expect([second.status, second.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect((await post('refresh', { refresh_token: first.refresh_token })).status).toBe(401)
    expect((await me(second.body.access_token)).status).toBe(401)
    expect((await post('refresh', {})).body).toMatchObject({ status: 422, errors: [{ field: 'refresh_token' }] })
  })

  test('logout ends the session with all its tokens', async () => {
    const { body } = await login((await aPerson('viewer', 'Leaver')).email)
    expect((await post('logout', {}, as(body.access_token))).status).toBe(204)
    expect((await me(body.access_token)).status).toBe(401)
    expect((await post('refresh', { refresh_token: body.refresh_token })).status).toBe(401)
    expect((await post('logout', {})).status).toBe(401)
  })

  test('a browser’s session may ask who it is and go, from our own pages alone', async () => {
    const { cookie, email } = await signedIn(ctx, 'reviewer', 'Browsing')
    const own = { cookie, 'sec-fetch-site': 'same-origin' }
    expect((await answered(fetch(`${AUTH}me`, { headers: { cookie } }))).body).toMatchObject({ email })
    expect((await post('logout', {}, { cookie })).body.code).toBe('CSRF_FAILED')
    expect((await post('logout', {}, { ...own, 'sec-fetch-site': 'cross-site' })).body.code).toBe('CSRF_FAILED')
    const left = await post('logout', {}, own)
    expect([left.status, left.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('session=; ')])
    expect((await answered(fetch(`${AUTH}me`, { headers: { cookie } }))).status).toBe(401)
  })

  test('a browser’s session goes on under a new cookie when its second factor changes, and other sessions end', async () => {
    const { cookie, actor } = await signedIn(ctx, 'reviewer', 'Renewing')
    const { accessToken } = await tokensOf(ctx, actor.id)
    const own = (now: string) => ({ cookie: now, 'sec-fetch-site': 'same-origin' })
    const { body: setup } = await post('2fa/setup', {}, own(cookie))
    const enabled = await post('2fa/enable', { code: codeOf(setup.secret) }, own(cookie))
    const renewed = enabled.headers.get('set-cookie')!.split(';')[0]!
    const statusOf = async (headers: Record<string, string>) => (await fetch(`${AUTH}me`, { headers })).status
    expect([await statusOf({ cookie }), await statusOf({ cookie: renewed })]).toEqual([401, 200])
    expect(await statusOf(as(accessToken))).toBe(401)
    const disabled = await post('2fa/disable', {}, own(renewed))
    expect([disabled.status, disabled.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('session=')])
  })

  test('with a token nobody asks where the page is from, whatever cookie is beside it', async () => {
    const { accessToken } = await aProgram(ctx, 'viewer', 'Elsewhere')
    const { cookie } = await signedIn(ctx, 'owner', 'Tempted')
    const foreign = { cookie, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site', ...as(accessToken) }
    expect((await post('logout', {}, foreign)).status).toBe(204)
    expect((await answered(fetch(`${AUTH}me`, { headers: { cookie } }))).status).toBe(200)
  })
})

test('a page of a named origin signs in and asks, and any other is told nothing', async () => {
  const origin = 'https://client.example.org'
  const open = await staffApp({ config: { corsOrigins: [origin] } })
  const { email } = await signedIn(open.ctx, 'viewer', 'Far')
  const ask = (path: string, init: RequestInit) => fetch(`${open.url}/api/v1/auth/${path}`, init)
  const preflight = await ask('login', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin])
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
  const body = JSON.stringify({ email, password: PASSWORD })
  const headers = { origin, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }
  const login = await ask('login', { method: 'POST', headers, body })
  expect([login.status, login.headers.get('access-control-allow-origin')]).toEqual([200, origin])
  const { access_token: token } = (await login.json()) as Json
  const me = await ask('me', { headers: { origin, ...as(token) } })
  expect([me.status, me.headers.get('access-control-allow-origin')]).toEqual([200, origin])
  const foreign = await ask('me', { headers: { origin: 'https://other.example', ...as(token) } })
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  await open.end()
})

test('nothing that opens anything came into the log', () => {
  const opens = /(?<![\w-])(?:eyJ[\w-]{20,}|ts_live_[\w-]{43})/
  expect(ctx.logged.filter((line) => opens.test(line) || line.includes(PASSWORD))).toEqual([])
})
