import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { openLimits } from '#src/db/limits.ts'
import { hashToken } from '#src/lib/keys.ts'
import { addStaff } from '#src/staff/service.ts'
import { cookieOf, PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, visit, end } = await staffApp()
const EMAIL = 'Meena@Example.org'

beforeAll(() => addStaff(ctx, { name: 'Meena', email: EMAIL, password: PASSWORD, role: 'admin' }))
afterAll(() => end())
/** All of these come from one address, whose failures would add up. */
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const signIn = (form: Record<string, string>, cookie?: string) =>
  visit('/sign-in', { form: { email: EMAIL, password: PASSWORD, ...form }, cookie })
const sessions = () =>
  ctx.db.read`select token_hash as "tokenHash", last_seen_at as "lastSeenAt", expires_at as "expiresAt" from sessions`

test('signing in leads to the asked page with a session that is kept as a digest', async () => {
  const answer = await signIn({ email: 'meena@example.ORG ', next: '/account' })
  expect(answer.status).toBe(303)
  expect(answer.headers.get('location')).toBe('/account')
  expect(answer.headers.getSetCookie()[0]).toMatch(
    /^session=[\w-]{43}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/,
  )
  const token = cookieOf(answer).slice('session='.length)
  const kept = (await sessions()).map((row) => Buffer.from(row.tokenHash).toString('hex'))
  expect(kept).toContain(hashToken(token).toString('hex'))
  const account = await visit('/account', { cookie: cookieOf(answer) })
  expect(account.status).toBe(200)
  expect(await account.text()).toContain('Meena@Example.org')
})

test('a page that needs a session leads to the form and back', async () => {
  const answer = await visit('/account?notice=changed')
  expect(answer.status).toBe(303)
  expect(answer.headers.get('location')).toBe('/sign-in?next=%2Faccount%3Fnotice%3Dchanged')
  const form = await (await visit('/sign-in?next=%2Faccount%3Fnotice%3Dchanged')).text()
  expect(form).toContain('name="next" value="/account?notice=changed"')
})

test('htmx is told to leave for the form', async () => {
  const headers = { 'hx-request': 'true', 'hx-current-url': 'http://localhost/account?a=1' }
  const answer = await visit('/account', { headers })
  expect(answer.status).toBe(401)
  expect(answer.headers.get('hx-redirect')).toBe('/sign-in?next=%2Faccount%3Fa%3D1')
})

test.each([
  ['https://evil.example/', '/admin'],
  ['//evil.example/a', '/admin'],
  ['/\\evil.example', '/admin'],
  ['/.//evil.example', '/admin'],
  ['\t//evil.example', '/admin'],
  ['/sign-out', '/admin'],
  ['/admin/registrations?q=a&state=approved', '/admin/registrations?q=a&state=approved'],
])('next=%s leads to %s', async (next, location) => {
  const answer = await signIn({ next })
  expect(answer.headers.get('location')).toBe(location)
})

test('a wrong password and an unknown e-mail are answered alike, and the e-mail typed stays', async () => {
  const [wrong, unknown] = await Promise.all([
    signIn({ password: 'not this one at all' }),
    signIn({ email: 'nobody@example.org' }),
  ])
  expect([wrong.status, unknown.status]).toEqual([422, 422])
  expect(wrong.headers.get('set-cookie')).toBeNull()
  const page = await wrong.text()
  expect(page).toContain('value="Meena@Example.org"')
  expect(page).not.toContain('not this one at all')
  expect(page.replaceAll(EMAIL, 'nobody@example.org')).toBe(await unknown.text())
})

test('wrong tries meet a growing wait, told in seconds, which the right password does not skip', async () => {
  const form = { email: 'mistaken@example.org', password: 'never the right one' }
  for (let tries = 0; tries < 5; tries++) expect((await signIn(form)).status).toBe(422)
  const refused = await signIn(form)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  const page = await refused.text()
  expect(page).toContain('Please wait 1 second')
  expect(page).toContain('value="mistaken@example.org"')
  ctx.travel(1000)
  expect((await signIn(form)).status).toBe(422)
  expect((await signIn(form)).headers.get('retry-after')).toBe('2')
})

test('who leaves the e-mail empty guesses at nobody’s account, and makes nobody wait', async () => {
  for (let tries = 0; tries < 30; tries += 1) {
    const { status } = await signIn({ email: tries % 2 === 0 ? '' : '  ' })
    expect([tries, status]).toEqual([tries, 422])
  }
  expect((await signIn({})).status).toBe(303)
})

test('a browser that signed in before does not wait for what strangers guess', async () => {
  const { email } = await signedIn(ctx, 'viewer', 'Guessed')
  const answer = await signIn({ email })
  const known = answer.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('browser='))!
    .split(';')[0]!
  for (let tries = 0; tries < 5; tries++) await signIn({ email, password: 'a stranger guesses' })
  expect((await signIn({ email })).status).toBe(429)
  expect((await signIn({ email }, `${known}x`)).status).toBe(429)
  expect((await signIn({ email }, known)).status).toBe(303)
  for (let tries = 0; tries < 5; tries++) await signIn({ email, password: 'its owner mistypes' }, known)
  expect((await signIn({ email }, known)).status).toBe(429)
})

test('a browser that signed in before, and whoever is signed in, waits for no neighbour at the same address', async () => {
  const { email, csrf, cookie } = await signedIn(ctx, 'viewer', 'Neighboured')
  const known = cookieOf({
    headers: new Headers({ 'set-cookie': (await signIn({ email })).headers.getSetCookie()[1]! }),
  })
  for (let stranger = 0; stranger < 20; stranger++) await signIn({ email: `nobody${stranger}@example.org` })
  expect((await signIn({ email })).status).toBe(429)
  expect((await signIn({ email }, known)).status).toBe(303)
  expect((await visit('/confirm', { cookie, form: { csrf, password: PASSWORD } })).status).toBe(303)
})

test('many guesses at once do not overtake the count', async () => {
  const form = { email: 'many@example.org', password: 'never the right one' }
  const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(form)))
  const tried = answers.filter((answer) => answer.status === 422).length
  expect(tried).toBeLessThanOrEqual(6)
})

test('signing in again ends the session before', async () => {
  const first = cookieOf(await signIn({}))
  const second = cookieOf(await signIn({}, first))
  expect(second).not.toBe(first)
  expect((await visit('/account', { cookie: first })).status).toBe(303)
  expect((await visit('/account', { cookie: second })).status).toBe(200)
})

test('somebody signed in is led past the form', async () => {
  const { cookie } = await signedIn(ctx, 'viewer', 'Passing')
  expect((await visit('/sign-in?next=/account', { cookie })).headers.get('location')).toBe('/account')
})

test('signing out takes the page’s own token and ends the session', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'viewer', 'Leaving')
  expect((await visit('/sign-out', { cookie, form: { csrf: 'another' } })).status).toBe(403)
  const answer = await visit('/sign-out', { cookie, form: { csrf } })
  expect(answer.headers.get('set-cookie')).toStartWith('session=; Path=/; Max-Age=0;')
  expect((await visit('/account', { cookie })).status).toBe(303)
})

test('each page masks the token anew, and each of them counts', async () => {
  const { cookie } = await signedIn(ctx, 'viewer', 'Masked')
  const tokenOf = async () =>
    (await (await visit('/account', { cookie })).text()).match(/name="csrf" value="([^"]+)"/)![1]!
  const [first, second] = [await tokenOf(), await tokenOf()]
  expect(first).not.toBe(second)
  const form = { csrf: first, currentPassword: 'x', newPassword: 'y' }
  for (const csrf of [first, second])
    expect((await visit('/account/password', { cookie, form: { ...form, csrf } })).status).toBe(422)
  expect((await visit('/account/password', { cookie, form: { ...form, csrf: first.slice(0, 43) } })).status).toBe(403)
})

test('a session ends after twelve idle hours, and after fourteen days in any case', async () => {
  const idle = await signedIn(ctx, 'viewer', 'Idle')
  const busy = await signedIn(ctx, 'viewer', 'Busy')
  for (let hours = 0; hours < 14 * 24 - 11; hours += 11) {
    ctx.travel(11 * 3_600_000)
    expect((await visit('/account', { cookie: busy.cookie })).status).toBe(200)
  }
  expect((await visit('/account', { cookie: idle.cookie })).status).toBe(303)
  ctx.travel(11 * 3_600_000)
  expect((await visit('/account', { cookie: busy.cookie })).status).toBe(303)
})

test('the use of a session is noted at most once a minute', async () => {
  const { cookie, actor } = await signedIn(ctx, 'viewer', 'Noted')
  const seen = async () =>
    (await ctx.db.read`select last_seen_at as at from sessions where id = ${actor.sessionId}`)[0]!.at.getTime()
  const atFirst = await seen()
  ctx.travel(30_000)
  await visit('/account', { cookie })
  expect(await seen()).toBe(atFirst)
  ctx.travel(31_000)
  await visit('/account', { cookie })
  expect(await seen()).toBeGreaterThan(atFirst + 60_000)
})

test('a disabled account neither signs in nor keeps its sessions', async () => {
  const { cookie, email, actor } = await signedIn(ctx, 'viewer', 'Disabled')
  await ctx.db.write`update staff set disabled_at = now() where id = ${actor.id}`
  expect((await visit('/account', { cookie })).status).toBe(303)
  const right = await signIn({ email })
  expect([right.status, right.headers.get('set-cookie')]).toEqual([422, null])
  expect(await right.text()).toContain('This account is disabled.')
  expect(await (await signIn({ email, password: 'not the password' })).text()).not.toContain('is disabled')
})

test('with https the session is a __Host- cookie, and only that one counts', async () => {
  const secure = await staffApp({ config: { publicUrl: 'https://teams.example' } })
  const { cookie } = await signedIn(secure.ctx, 'viewer')
  const form = { email: 'viewer@example.org', password: PASSWORD }
  const answer = await secure.visit('/sign-in', { form, headers: { origin: 'https://teams.example' } })
  expect(answer.headers.getSetCookie()[0]).toMatch(
    /^__Host-session=[\w-]{43}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure$/,
  )
  expect((await secure.visit('/account', { cookie })).status).toBe(303)
  expect((await secure.visit('/account', { cookie: `__Host-${cookie}` })).status).toBe(200)
  await secure.end()
})

test('a form of another site does not sign anybody in', async () => {
  const answer = await visit('/sign-in', {
    form: { email: EMAIL, password: PASSWORD },
    headers: { origin: 'https://evil.example' },
  })
  expect(answer.status).toBe(403)
})
