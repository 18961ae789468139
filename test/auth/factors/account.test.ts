import { afterAll, beforeEach, expect, test } from 'bun:test'
import { beginTotp } from '#src/auth/factors/service.ts'
import { findActor } from '#src/auth/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import { openLimits } from '#src/db/limits.ts'
import { codeOf, enrolled, wrongCode } from '#test/support/factors.ts'
import { cookieOf, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, url, visit, end } = await staffApp()
afterAll(() => end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const PAGE = '/account/second-factor'
const CODE = /[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){5}/g

const anotherSession = (staffId: string, isConfirmed = true) =>
  ctx.db.write.begin((tx) => startSession(tx, { staffId, device: '', isConfirmed }, ctx.now()))

const isSignedIn = async (cookie: string) => (await visit('/account', { cookie })).status === 200

test('an app is set up by its secret and first code; ten codes come, other sessions end, and this one goes on under a new token', async () => {
  const { cookie, csrf, actor } = await signedIn(ctx, 'viewer', 'Asha')
  const other = `session=${await anotherSession(actor.id)}`
  const begun = await visit(`${PAGE}/app`, { cookie, form: { csrf, next: '/admin' } })
  expect([begun.status, begun.headers.get('location')]).toEqual([303, `${PAGE}/app?next=%2Fadmin`])
  const page = await (await visit(`${PAGE}/app?next=/admin`, { cookie })).text()
  const secret = /data-secret[^>]*>([^<]+)</.exec(page)![1]!.replaceAll(' ', '')
  expect(page).toContain(`href="otpauth://totp/Teamsheet:asha%40example.org?`)
  expect(page).toMatch(/<svg role="img" aria-label="QR code[^"]+"/)

  const wrong = await visit(`${PAGE}/app/code`, { cookie, form: { csrf, code: wrongCode(ctx, secret) } })
  expect(wrong.status).toBe(422)
  expect((await wrong.text()).replaceAll(' ', '')).toContain(secret)
  const answer = await visit(`${PAGE}/app/code`, { cookie, form: { csrf, code: codeOf(ctx, secret), next: '/admin' } })
  expect(answer.status).toBe(200)
  const shown = await answer.text()
  expect(new Set(shown.match(CODE))).toHaveProperty('size', 10)
  expect(shown).toContain('href="/admin"')
  expect(answer.headers.get('cache-control')).toBe('no-store')

  const renewed = cookieOf(answer)
  expect(renewed).toMatch(/^session=[\w-]{43}$/)
  expect(await Promise.all([cookie, other, renewed].map(isSignedIn))).toEqual([false, false, true])
  const now = await findActor(ctx, renewed.slice('session='.length))
  expect(now).toMatchObject({ hasFactor: true, sessionId: actor.sessionId })
  expect(await (await visit(PAGE, { cookie: renewed })).text()).toContain('10 codes are left')
})

test('removing it ends other sessions and the codes, and renews this session', async () => {
  const { cookie, csrf, actor, codes } = await enrolled(ctx, 'viewer', 'Bala')
  const other = `session=${await anotherSession(actor.id)}`
  const answer = await visit(`${PAGE}/app/removal`, { cookie, form: { csrf } })
  expect(answer.headers.get('location')).toBe(`${PAGE}?notice=removed`)
  const renewed = cookieOf(answer)
  expect(await Promise.all([cookie, other, renewed].map(isSignedIn))).toEqual([false, false, true])
  expect(await ctx.db.read`select from recovery_codes where staff_id = ${actor.id}`).toHaveLength(0)
  expect(codes).toHaveLength(10)
  expect((await visit(`${PAGE}/app/removal`, { cookie: renewed, form: { csrf } })).status).toBe(409)
})

test('new codes are shown once; with three left the page asks for them', async () => {
  const { cookie, csrf, actor } = await enrolled(ctx, 'viewer', 'Chitra')
  await ctx.db.write`
    update recovery_codes set used_at = now() where staff_id = ${actor.id} and code_hash in (
      select code_hash from recovery_codes where staff_id = ${actor.id} limit 7)`
  expect(await (await visit(PAGE, { cookie })).text()).toContain('Few are left')
  const answer = await visit(`${PAGE}/recovery-codes`, { cookie, form: { csrf } })
  expect(new Set((await answer.text()).match(CODE))).toHaveProperty('size', 10)
  const page = await (await visit(PAGE, { cookie })).text()
  expect(page).not.toContain('Few are left')
  expect(page).not.toMatch(CODE)
})

test('whoever confirmed nothing within ten minutes is led to do so, and back', async () => {
  const { csrf, actor, cookie } = await signedIn(ctx, 'viewer', 'Divya')
  ctx.travel(10 * 60_000)
  const page = await (await visit(`${PAGE}?next=/admin`, { cookie })).text()
  expect(page).toContain(`/confirm?next=${encodeURIComponent(`${PAGE}?next=${encodeURIComponent('/admin')}`)}`)
  expect(page).not.toContain(`action="${PAGE}/app"`)
  const asked = await visit(`${PAGE}/app`, { cookie })
  expect(asked.headers.get('location')).toBe(`/confirm?next=${encodeURIComponent(`${PAGE}/app`)}`)
  const sent = await visit(`${PAGE}/app`, { cookie, form: { csrf }, headers: { referer: `http://127.0.0.1:1${PAGE}` } })
  expect(sent.status).toBe(401)
  expect(await sent.text()).toContain('href="/confirm?next=%2Fadmin"')
  const own = { referer: `${url}${PAGE}?next=/admin` }
  const refusal = await (await visit(`${PAGE}/app`, { cookie, form: { csrf }, headers: own })).text()
  expect(refusal).toContain(`href="/confirm?next=${encodeURIComponent(`${PAGE}?next=/admin`)}"`)
  expect(refusal).toContain('sends the same form once more')
  expect(refusal).toContain('target="_blank"')
  expect(await ctx.db.read`select from totp_secrets where staff_id = ${actor.id}`).toHaveLength(0)
})

test.each(['/app', '/app/code', '/app/removal', '/recovery-codes'])('%s takes the page’s own token', async (path) => {
  const { cookie } = await signedIn(ctx, 'viewer', `Person${path.replace(/\W/g, '')}`)
  expect((await visit(PAGE + path, { cookie, form: { csrf: 'another', code: '123456' } })).status).toBe(403)
})

test('without a factor there is nothing to remove and no code to renew', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'viewer', 'Esther')
  for (const path of ['/app/removal', '/recovery-codes'])
    expect([path, (await visit(PAGE + path, { cookie, form: { csrf } })).status]).toEqual([path, 409])
  expect((await visit(`${PAGE}/app`, { cookie })).headers.get('location')).toBe(PAGE)
  const sentAgain = await visit(`${PAGE}/app/code`, { cookie, form: { csrf, code: '123456' } })
  expect([sentAgain.status, sentAgain.headers.get('location')]).toEqual([303, PAGE])
})

test('every step of the set-up tells the same day, by the tournament’s clock', async () => {
  const { actor, cookie, csrf } = await signedIn(ctx, 'owner', 'Late')
  await beginTotp(ctx, actor)
  const by = async (path: string) => (await (await visit(path, { cookie })).text()).match(/by (\w+ \d+, \d{4})/)?.[1]
  const day = await by(PAGE)
  expect(day).toBeDefined()
  expect([await by(`${PAGE}/app`), await by('/confirm')]).toEqual([day, day])
  const linkHere = `<a href="${PAGE}">`
  expect(await (await visit('/account', { cookie })).text()).toContain(linkHere)
  expect(await (await visit(PAGE, { cookie })).text()).not.toContain(linkHere)
  const name = (await ctx.findTournament())!.name
  const wrong = await visit(`${PAGE}/app/code`, { cookie, form: { csrf, code: 'none' } })
  expect(await wrong.text()).toContain(name)
})

test('at an address where browsers make no passkeys the page says so', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'viewer', 'Farida')
  expect(await (await visit(PAGE, { cookie })).text()).toContain('Browsers take passkeys only at an address')
  for (const path of [
    '/account/passkeys',
    '/account/passkeys/challenge',
    '/sign-in/passkey',
    '/sign-in/passkey/challenge',
  ])
    expect([path, (await visit(path, { cookie, form: { csrf, name: 'Phone' } })).status]).toEqual([path, 409])
})
