import { afterAll, beforeEach, expect, test } from 'bun:test'
import { openLimits } from '#src/db/limits.ts'
import { codeOf } from '#test/support/factors.ts'
import { cookieOf, PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, visit, end } = await staffApp({ config: { requireSecondFactor: true } })
afterAll(() => end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const DAY_MS = 86_400_000
const PAGE = '/account/second-factor'

const signIn = (email: string) => visit('/sign-in', { form: { email, password: PASSWORD } })

test('for seven days an owner signs in without one, and every page names the day; after that enrolment alone opens', async () => {
  const { email } = await signedIn(ctx, 'owner', 'Asha')
  ctx.travel(7 * DAY_MS - 60_000)
  const cookie = cookieOf(await signIn(email))
  const dashboard = await visit('/admin', { cookie })
  expect(dashboard.status).toBe(200)
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: ctx.tournament.timeZone }).format(
    new Date(ctx.now().getTime() + 60_000),
  )
  expect(await dashboard.text()).toContain(`Please set up a second factor by ${day}.`)

  ctx.travel(60_000)
  expect((await visit('/admin', { cookie })).headers.get('location')).toBe(`${PAGE}?next=%2Fadmin`)
  const late = cookieOf(await signIn(email))
  expect((await visit('/admin/system', { cookie: late })).headers.get('location')).toBe(
    `${PAGE}?next=%2Fadmin%2Fsystem`,
  )
  const page = await (await visit(`${PAGE}?next=/admin`, { cookie: late })).text()
  expect(page).toContain('Your role needs a second factor')

  const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
  const refused = await visit('/admin/system/notices/none/dismissal', { cookie: late, form: { csrf } })
  expect(refused.status).toBe(403)
  expect(await refused.text()).toContain(`href="${PAGE}?next=%2Fadmin"`)
  expect((await visit(`${PAGE}/app`, { cookie: late, form: { csrf } })).status).toBe(303)
  const app = await (await visit(`${PAGE}/app`, { cookie: late })).text()
  const secret = /data-secret[^>]*>([^<]+)</.exec(app)![1]!.replaceAll(' ', '')
  const enabled = await visit(`${PAGE}/app/code`, { cookie: late, form: { csrf, code: codeOf(ctx, secret) } })
  expect(await enabled.text()).not.toContain('Your role needs a second factor')
  const open = await visit('/admin', { cookie: cookieOf(enabled) })
  expect(open.status).toBe(200)
  expect(await open.text()).not.toContain('second factor by')
})

test('whoever has to set one up and signed in earlier is asked for the password first', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'admin', 'Bala')
  ctx.travel(8 * DAY_MS)
  const stale = await visit(`${PAGE}/app`, { cookie, form: { csrf } })
  // Twelve idle hours end a session.
  expect(stale.status).toBe(401)
  const signed = cookieOf(await signIn('bala@example.org'))
  ctx.travel(11 * 60_000)
  const page = await (await visit(PAGE, { cookie: signed })).text()
  expect(page).toContain('please enter your password first')
  const own = /name="csrf" value="([^"]+)"/.exec(page)![1]!
  const form = { csrf: own, password: PASSWORD, next: PAGE }
  const confirmed = await visit('/confirm', { cookie: signed, form })
  expect(confirmed.headers.get('location')).toBe(PAGE)
  expect((await visit(`${PAGE}/app`, { cookie: cookieOf(confirmed), form: { csrf: own } })).status).toBe(303)
})

test('reviewers and viewers need none', async () => {
  const { cookie } = await signedIn(ctx, 'reviewer', 'Chitra')
  const page = await (await visit('/admin', { cookie })).text()
  expect(page).not.toContain('second factor')
})
