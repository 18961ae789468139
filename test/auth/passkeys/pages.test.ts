import { afterAll, beforeEach, expect, test } from 'bun:test'
import type { Ceremony } from '#src/auth/passkeys/service.ts'
import { openLimits } from '#src/db/limits.ts'
import { anAuthenticator, type Deviation } from '#test/support/authenticator.ts'
import { cookieOf, PASSWORD, type SignedIn, signedIn, staffApp, type Visit } from '#test/support/staff.ts'

const { ctx, url, end, visit: visitByNumber } = await staffApp()
afterAll(() => end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

/** Passkeys are for names. */
const ORIGIN = url.replace('127.0.0.1', 'localhost')
Object.assign(ctx.config, { publicUrl: ORIGIN })
const visit = (path: string, about: Visit = {}) =>
  visitByNumber(path, { ...about, headers: { origin: ORIGIN, ...about.headers } })
const PAGE = '/account/second-factor'

type Authenticator = ReturnType<typeof anAuthenticator>

/** Asks for a challenge, answers it, and sends the answer. */
async function answer(path: string, authenticator: Authenticator, about: Visit = {}, deviation: Deviation = {}) {
  const { form = {} } = about
  const asked = await visit(`${path}/challenge`, { ...about, form })
  expect([asked.status, asked.headers.get('cache-control')]).toEqual([200, 'no-store'])
  const ceremony = (await asked.json()) as Ceremony
  const does = 'user' in ceremony.options ? 'create' : 'get'
  return visit(path, { ...about, form: { ...form, ...authenticator[does](ceremony, deviation) } })
}

async function withPasskey(name: string): Promise<SignedIn & { authenticator: Authenticator }> {
  const person = await signedIn(ctx, 'viewer', name)
  const authenticator = anAuthenticator(ORIGIN)
  const form = { csrf: person.csrf, name: 'My phone', next: '/admin' }
  const added = await answer('/account/passkeys', authenticator, { cookie: person.cookie, form })
  expect(added.status).toBe(200)
  expect(await added.text()).toContain('Your recovery codes')
  return { ...person, cookie: cookieOf(added), authenticator }
}

test('one is added, renamed and removed; each change of what signs in renews the session', async () => {
  const { cookie, csrf, actor } = await withPasskey('Asha')
  const page = await (await visit(PAGE, { cookie })).text()
  expect(page).toContain('value="My phone"')
  const path = /action="(\/account\/passkeys\/[\w-]+)\/name"/.exec(page)![1]!
  for (const name of ['', ' ', 'x'.repeat(61)])
    expect((await visit(`${path}/name`, { cookie, form: { csrf, name } })).status).toBe(422)
  const renamed = await visit(`${path}/name`, { cookie, form: { csrf, name: ' The  key ' } })
  expect([renamed.headers.get('location'), renamed.headers.get('set-cookie')]).toEqual([`${PAGE}?notice=renamed`, null])
  expect(await (await visit(PAGE, { cookie })).text()).toContain('value="The key"')

  const other = await signedIn(ctx, 'viewer', 'Bala')
  for (const of of ['name', 'removal'])
    expect((await visit(`${path}/${of}`, { ...other, form: { csrf: other.csrf, name: 'Mine' } })).status).toBe(404)
  expect((await visit('/account/passkeys/7/removal', { cookie, form: { csrf } })).status).toBe(404)
  const removed = await visit(`${path}/removal`, { cookie, form: { csrf } })
  expect(removed.headers.get('location')).toBe(`${PAGE}?notice=removed`)
  expect((await visit('/account', { cookie })).status).toBe(303)
  expect((await visit('/account', { cookie: cookieOf(removed) })).status).toBe(200)
  expect(await ctx.db.read`select from recovery_codes where staff_id = ${actor.id}`).toHaveLength(0)
})

test('it is the second factor after the password', async () => {
  const { email, authenticator, actor } = await withPasskey('Chitra')
  const half = await visit('/sign-in', { form: { email, password: PASSWORD } })
  expect(half.headers.get('location')).toBe('/sign-in/second-factor?next=%2Fadmin')
  const cookie = cookieOf(half)
  const page = await (await visit('/sign-in/second-factor', { cookie })).text()
  expect(page).toContain('action="/sign-in/second-factor/passkey"')
  expect(page).toContain('One of your recovery codes.')
  const form = { next: '/account' }
  const refused = await answer(
    '/sign-in/second-factor/passkey',
    authenticator,
    { cookie, form },
    { counter: 0, challenge: 'xx' },
  )
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([422, null])
  expect(await refused.text()).toContain('This passkey was not accepted')
  const another = anAuthenticator(ORIGIN)
  expect((await answer('/sign-in/second-factor/passkey', another, { cookie, form })).status).toBe(422)
  const entered = await answer('/sign-in/second-factor/passkey', authenticator, { cookie, form })
  expect(entered.headers.get('location')).toBe('/account')
  expect((await visit('/account', { cookie: cookieOf(entered) })).status).toBe(200)
  const late = await visit('/sign-in/second-factor/passkey', { cookie, form: { challenge: 'x', response: '{}' } })
  expect(late.headers.get('location')).toStartWith('/sign-in?notice=expired')
  expect((await visit('/sign-in/second-factor/passkey/challenge', { cookie, form: {} })).status).toBe(409)
  expect(await ctx.db.read`select from sessions where staff_id = ${actor.id}`).toHaveLength(2)
})

test('it signs in without a password where its authenticator made sure of the person', async () => {
  const { authenticator, actor } = await withPasskey('Divya')
  const careless = await answer('/sign-in/passkey', authenticator, {}, { isVerified: false })
  expect([careless.status, careless.headers.get('set-cookie')]).toEqual([422, null])
  const entered = await answer('/sign-in/passkey', authenticator, { form: { next: '/account' } })
  expect(entered.headers.get('location')).toBe('/account')
  expect((await visit('/account', { cookie: cookieOf(entered) })).status).toBe(200)
  await ctx.db.write`update staff set disabled_at = now() where id = ${actor.id}`
  const disabled = await answer('/sign-in/passkey', authenticator)
  expect([disabled.status, disabled.headers.get('set-cookie')]).toEqual([422, null])
  expect(await disabled.text()).toContain('This account is disabled.')
})

test('it confirms who is there, and only its own person', async () => {
  const { cookie, csrf, authenticator } = await withPasskey('Esther')
  const other = await withPasskey('Farida')
  ctx.travel(11 * 60_000)
  const form = { csrf, next: '/account' }
  expect((await answer('/confirm/passkey', other.authenticator, { cookie, form })).status).toBe(422)
  const confirmed = await answer('/confirm/passkey', authenticator, { cookie, form })
  expect([confirmed.status, confirmed.headers.get('location')]).toEqual([303, '/account'])
  const page = await (await visit(PAGE, { cookie: cookieOf(confirmed) })).text()
  expect(page).toContain('action="/account/passkeys"')
})

test.each(['/account/passkeys', '/account/passkeys/challenge', '/confirm/passkey', '/confirm/passkey/challenge'])(
  '%s takes the page’s own token',
  async (path) => {
    const { cookie } = await signedIn(ctx, 'viewer', `Person${path.replace(/\W/g, '')}`)
    const form = { csrf: 'another', name: 'Phone', challenge: 'x', response: '{}' }
    expect((await visit(path, { cookie, form })).status).toBe(403)
  },
)

test('another site’s page gets no challenge', async () => {
  const headers = { origin: 'https://evil.example' }
  for (const path of ['/sign-in/passkey/challenge', '/sign-in/passkey'])
    expect((await visit(path, { form: {}, headers })).status).toBe(403)
})
