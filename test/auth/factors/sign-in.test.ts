import { afterAll, beforeEach, expect, test } from 'bun:test'
import { endChallenges } from '#src/auth/challenges.ts'
import { deleteEndedChallenges } from '#src/auth/service.ts'
import { openLimits } from '#src/db/limits.ts'
import { codeOf, enrolled, wrongCode } from '#test/support/factors.ts'
import { PASSWORD, signedIn, staffApp, type Visit } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

const { ctx, visit, end } = await staffApp()
afterAll(() => end())
/** All of these come from one address, whose failures would add up. */
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const STEP = '/sign-in/second-factor'

/** The cookies that an answer sets and leaves, as a request sends them back. */
const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .filter((cookie) => !cookie.includes('Max-Age=0'))
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ')

async function halfWay(email: string, about: Partial<Visit> & { next?: string } = {}) {
  const { next = '/account', ...rest } = about
  const answer = await visit('/sign-in', { form: { email, password: PASSWORD, next }, ...rest })
  return { answer, cookie: cookiesOf(answer) }
}

/** Who waits for a row that somebody else holds. */
const waiting = () => ctx.db.read`
  select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

const sessionsOf = (id: string) => ctx.db.read`select from sessions where staff_id = ${id}`

test('the right password leads to the second step, without a session and with a challenge that no address shows', async () => {
  const { email, actor } = await enrolled(ctx, 'viewer', 'Asha')
  const { answer, cookie } = await halfWay(email)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `${STEP}?next=%2Faccount`])
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^sign-in=[\w-]{43}; Path=\/; Max-Age=300; HttpOnly; SameSite=Lax$/),
  ])
  // The one that enrolled.
  expect(await sessionsOf(actor.id)).toHaveLength(1)
  expect((await visit('/account', { cookie })).status).toBe(303)
  const page = await (await visit(`${STEP}?next=/account`, { cookie })).text()
  expect(page).toContain('autocomplete="one-time-code"')
  expect(page).toContain('name="next" value="/account"')
})

test('the app’s code begins the session; the challenge ends with it, and only then the browser is known', async () => {
  const { email, secret } = await enrolled(ctx, 'viewer', 'Bala')
  const { cookie } = await halfWay(email)
  const answer = await visit(STEP, { cookie, form: { code: codeOf(ctx, secret), next: '/account' } })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
  const set = answer.headers.getSetCookie()
  expect(set.map((one) => one.split('=')[0])).toEqual(['session', 'browser', 'sign-in'])
  expect(set[2]).toContain('Max-Age=0')
  expect((await visit('/account', { cookie: cookiesOf(answer) })).status).toBe(200)
  const again = await visit(STEP, { cookie, form: { code: codeOf(ctx, secret, 1) } })
  expect(again.headers.get('location')).toBe('/sign-in?notice=expired&next=%2Fadmin')
})

test('a recovery code does as well, once', async () => {
  const { email, codes } = await enrolled(ctx, 'viewer', 'Chitra')
  const form = { code: codes[0]! }
  expect((await visit(STEP, { cookie: (await halfWay(email)).cookie, form })).status).toBe(303)
  expect((await visit(STEP, { cookie: (await halfWay(email)).cookie, form })).status).toBe(422)
})

test('a wrong code shows the page again; the challenge stays, and too many wait, told in seconds', async () => {
  const { email, secret } = await enrolled(ctx, 'viewer', 'Divya')
  const { cookie } = await halfWay(email)
  const wrong = { cookie, form: { code: wrongCode(ctx, secret), next: '/account' } }
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await visit(STEP, wrong)
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([422, null])
    expect(await answer.text()).toContain('This code is not right')
  }
  const refused = await visit(STEP, wrong)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await refused.text()).toContain('data-countdown="1"')
  ctx.travel(1000)
  expect((await visit(STEP, { cookie, form: { code: codeOf(ctx, secret) } })).status).toBe(303)
})

test('after five minutes it begins anew, with a sentence; what is over is swept away', async () => {
  const { email, secret } = await enrolled(ctx, 'viewer', 'Esther')
  const { cookie } = await halfWay(email)
  ctx.travel(5 * 60_000)
  for (const answer of [
    await visit(`${STEP}?next=/account`, { cookie }),
    await visit(STEP, { cookie, form: { code: codeOf(ctx, secret), next: '/account' } }),
  ]) {
    expect(answer.headers.get('location')).toBe('/sign-in?notice=expired&next=%2Faccount')
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0')
  }
  expect(await (await visit('/sign-in?notice=expired')).text()).toContain('took more than five minutes')
  expect(await deleteEndedChallenges(ctx)).toBeGreaterThan(0)
  expect(await ctx.db.read`select from challenges where expires_at <= ${ctx.now()}`).toHaveLength(0)
})

test.each(['', 'sign-in=', `sign-in=${'x'.repeat(43)}`, 'sign-in=%00'])(
  'cookie %j opens no second step',
  async (cookie) => {
    expect((await visit(STEP, { cookie })).headers.get('location')).toStartWith('/sign-in?notice=expired')
    const answer = await visit(STEP, { cookie, form: { code: '123456' } })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?notice=expired&next=%2Fadmin'])
  },
)

test('one person’s challenge is not finished by another’s code', async () => {
  const [one, other] = [await enrolled(ctx, 'viewer', 'Farida'), await enrolled(ctx, 'viewer', 'Gita')]
  const { cookie } = await halfWay(one.email)
  expect((await visit(STEP, { cookie, form: { code: codeOf(ctx, other.secret) } })).status).toBe(422)
})

test('of two who finish one sign-in at once one gets in, and the other’s code stays good', async () => {
  const { email, codes, actor } = await enrolled(ctx, 'viewer', 'Hari')
  const { cookie } = await halfWay(email)
  const before = (await sessionsOf(actor.id)).length
  let answers: Promise<Response[]> | undefined
  await ctx.db.write.begin(async (tx) => {
    await tx`select from challenges where staff_id = ${actor.id} for update`
    answers = Promise.all([0, 1].map((at) => visit(STEP, { cookie, form: { code: codes[at]! } })))
    await untilIs(
      async () => (await waiting()).length,
      (count) => count === 2,
    )
  })
  const locations = (await answers!).map((answer) => answer.headers.get('location')).toSorted()
  expect(locations).toEqual(['/admin', '/sign-in?notice=expired&next=%2Fadmin'])
  expect(await sessionsOf(actor.id)).toHaveLength(before + 1)
  expect(await ctx.db.read`select from recovery_codes where staff_id = ${actor.id} and used_at is null`).toHaveLength(9)
})

test('a session from before ends, and its token never becomes the new one', async () => {
  const other = await signedIn(ctx, 'viewer', 'Indu')
  const { email, secret } = await enrolled(ctx, 'viewer', 'Jaya')
  const { cookie } = await halfWay(email, { cookie: other.cookie })
  expect((await visit('/account', { cookie: other.cookie })).status).toBe(200)
  const form = { code: codeOf(ctx, secret) }
  const answer = await visit(STEP, { cookie: `${other.cookie}; ${cookie}`, form })
  expect(cookiesOf(answer)).not.toContain(other.cookie)
  expect((await visit('/account', { cookie: other.cookie })).status).toBe(303)
})

test('who was disabled meanwhile, or whose password is another, does not get in', async () => {
  const disabled = await enrolled(ctx, 'viewer', 'Kavya')
  const halfDisabled = await halfWay(disabled.email)
  await ctx.db.write`update staff set disabled_at = now() where id = ${disabled.actor.id}`
  const refused = await visit(STEP, { cookie: halfDisabled.cookie, form: { code: codeOf(ctx, disabled.secret) } })
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([422, null])

  const changed = await enrolled(ctx, 'viewer', 'Latha')
  const stolen = await halfWay(changed.email)
  const { cookie, csrf } = changed
  const form = { csrf, currentPassword: PASSWORD, newPassword: 'another rope for the tent' }
  expect((await visit('/account/password', { cookie, form })).status).toBe(303)
  const late = await visit(STEP, { cookie: stolen.cookie, form: { code: codeOf(ctx, changed.secret) } })
  expect(late.headers.get('location')).toStartWith('/sign-in?notice=expired')
})

test('a password that changes while a code is checked leaves no session behind', async () => {
  const { email, secret, actor } = await enrolled(ctx, 'viewer', 'Nila')
  const { cookie } = await halfWay(email)
  let answer: Promise<Response> | undefined
  await ctx.db.write.begin(async (tx) => {
    await tx`update staff set password_hash = 'another' where id = ${actor.id}`
    answer = visit(STEP, { cookie, form: { code: codeOf(ctx, secret) } })
    await untilIs(
      async () => (await waiting()).length,
      (count) => count === 1,
    )
    await tx`delete from sessions where staff_id = ${actor.id}`
    await endChallenges(tx, actor.id)
  })
  expect((await answer!).headers.get('location')).toStartWith('/sign-in?notice=expired')
  expect(await sessionsOf(actor.id)).toHaveLength(0)
})

test('another site’s form, and another site’s address, lead nowhere', async () => {
  const { email, secret } = await enrolled(ctx, 'viewer', 'Mani')
  const { cookie } = await halfWay(email, { next: 'https://evil.example/' })
  const form = { code: codeOf(ctx, secret), next: '//evil.example/a' }
  expect((await visit(STEP, { cookie, form, headers: { origin: 'https://evil.example' } })).status).toBe(403)
  expect((await visit(STEP, { cookie, form })).headers.get('location')).toBe('/admin')
  expect((await halfWay(email, { next: '/sign-in/second-factor' })).answer.headers.get('location')).toEndWith(
    '%2Fadmin',
  )
})
