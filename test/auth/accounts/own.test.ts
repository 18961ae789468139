import { afterAll, describe, expect, test } from 'bun:test'
import { deleteEndedStaffLinks } from '#src/auth/accounts/service.ts'
import { cookieOf, type SignedIn, signedIn } from '#test/support/staff.ts'
import { openAccounts } from './desk.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const accounts = await openAccounts()
const { ctx, visit, send, linkTo, mailsTo, eventsOf, elsewhere } = accounts
afterAll(() => accounts.end())

const isSignedIn = async (cookie: string) => (await visit('/account', { cookie })).status === 200
const confirm = (link: string, cookie?: string) => visit(link, { form: {}, cookie })
const emailOf = async ({ actor }: SignedIn) =>
  (await ctx.db.read`select email from staff where id = ${actor.id}`)[0]!.email
const kindsTo = async (email: string) => (await mailsTo(email)).map(({ kind }) => kind as string)

describe('a name', () => {
  test('is changed by its person', async () => {
    const person = await signedIn(ctx, 'viewer', 'Anand')
    expect((await send(person, '/account/name', { name: '  Anand   Kumar ' })).headers.get('location')).toBe(
      '/account?done=name',
    )
    expect(await (await visit('/account?done=name', { cookie: person.cookie })).text()).toContain('Anand Kumar')
    const wrong = await send(person, '/account/name', { name: '1' })
    expect([wrong.status, (await wrong.text()).includes('id="name-error"')]).toEqual([422, true])
    expect((await send({ ...person, csrf: '' }, '/account/name', { name: 'Tricked' })).status).toBe(403)
    expect(await eventsOf(person.actor.id)).toContain('staff.renamed')
  })
})

describe('an e-mail address', () => {
  test.each([
    ['present', 'coming'],
    ['coming', 'present'],
  ] as const)('changes when both have confirmed, the %s one first', async (first, second) => {
    const person = await signedIn(ctx, 'viewer', `Both${first}`)
    const phone = await elsewhere(person.actor.id)
    const to = `next${first}@example.org`
    expect((await send(person, '/account/email', { email: to })).headers.get('location')).toBe('/account?done=email')
    const links = { present: await linkTo(person.email), coming: await linkTo(to) }
    // A mail program that looks at links confirms nothing.
    for (const link of Object.values(links)) expect((await visit(link)).status).toBe(200)
    expect(await (await confirm(links[first])).text()).toContain('the other address')
    expect(await emailOf(person)).toBe(person.email)
    const done = await confirm(links[second], person.cookie)
    expect(await done.text()).toContain('The address is changed')
    expect(await emailOf(person)).toBe(to)
    expect([await isSignedIn(person.cookie), await isSignedIn(phone)]).toEqual([false, false])
    expect(await isSignedIn(cookieOf(done))).toBe(true)
    expect(await kindsTo(person.email)).toEqual(['email_change', 'email_changed'])
    expect((await accounts.compose((await mailsTo(person.email)).at(-1)!)).text).toContain(to)
    for (const link of Object.values(links)) expect((await visit(link)).status).toBe(410)
  })

  test('confirmed in a browser of nobody signs everybody out, and nobody in', async () => {
    const person = await signedIn(ctx, 'viewer', 'Elsewhere')
    await send(person, '/account/email', { email: 'afar@example.org' })
    await confirm(await linkTo(person.email))
    const done = await confirm(await linkTo('afar@example.org'))
    expect([done.headers.get('set-cookie'), await isSignedIn(person.cookie)]).toEqual([null, false])
  })

  test('twice confirmed by the same side is confirmed by one', async () => {
    const person = await signedIn(ctx, 'viewer', 'Onesided')
    await send(person, '/account/email', { email: 'otherside@example.org' })
    const [once, again] = [await linkTo(person.email), await linkTo(person.email)]
    expect(await (await confirm(once)).text()).toContain('the other address')
    expect((await confirm(once)).status).toBe(410)
    expect(await (await confirm(again)).text()).toContain('the other address')
    expect(await emailOf(person)).toBe(person.email)
  })

  test('that is confirmed by both at once changes once', async () => {
    const person = await signedIn(ctx, 'viewer', 'Hasty')
    await send(person, '/account/email', { email: 'quick@example.org' })
    const [present, coming] = [await linkTo(person.email), await linkTo('quick@example.org')]
    const answers = await accounts.together([() => confirm(present), () => confirm(coming)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await emailOf(person)).toBe('quick@example.org')
    expect((await eventsOf(person.actor.id)).filter((event) => event === 'staff.email-changed')).toHaveLength(1)
  })

  test('that is somebody’s already is asked for like any other, and its holder alone is told', async () => {
    const holder = await signedIn(ctx, 'viewer', 'Holder')
    const [person, control] = [await signedIn(ctx, 'viewer', 'Asker'), await signedIn(ctx, 'viewer', 'Control')]
    const taken = await send(person, '/account/email', { email: 'HOLDER@example.org' })
    const free = await send(control, '/account/email', { email: 'free@example.org' })
    const told = (answer: Response) => [answer.status, answer.headers.get('location')]
    expect(told(taken)).toEqual(told(free))
    const page = async ({ cookie }: SignedIn) => (await visit('/account', { cookie })).text()
    expect(await page(person)).toContain('Not confirmed yet')
    expect(await page(control)).toContain('Not confirmed yet')
    expect(await kindsTo('HOLDER@example.org')).toEqual(['email_taken'])
    const { text } = await accounts.compose((await mailsTo('HOLDER@example.org'))[0]!)
    expect(text).not.toContain('/email-change/')
    expect(await (await confirm(await linkTo(person.email))).text()).toContain('the other address')
    expect(await emailOf(holder)).toBe('holder@example.org')
  })

  test('that somebody takes before both have confirmed stays theirs', async () => {
    const person = await signedIn(ctx, 'viewer', 'Overtaken')
    await send(person, '/account/email', { email: 'wanted@example.org' })
    const [present, coming] = [await linkTo(person.email), await linkTo('wanted@example.org')]
    await signedIn(ctx, 'viewer', 'Wanted')
    await confirm(present)
    expect((await confirm(coming)).status).toBe(410)
    expect(await emailOf(person)).toBe(person.email)
  })

  test('is kept by its person, or by whoever says no, and its links are over', async () => {
    const person = await signedIn(ctx, 'viewer', 'Doubting')
    const wish = async (email: string) => {
      await send(person, '/account/email', { email })
      return [await linkTo(person.email), await linkTo(email)] as const
    }
    const first = await wish('firstwish@example.org')
    await send(person, '/account/email/cancellation')
    for (const link of first) expect((await confirm(link)).status).toBe(410)
    const [present, coming] = await wish('secondwish@example.org')
    expect(await (await visit(`${present}/refusal`, { form: {} })).text()).toContain('Refused')
    expect((await confirm(coming)).status).toBe(410)
    const third = await wish('thirdwish@example.org')
    await wish('fourthwish@example.org')
    for (const link of third) expect((await visit(link)).status).toBe(410)
    expect(await emailOf(person)).toBe(person.email)
  })

  test('waits a day for both, and is asked for five times a day at most', async () => {
    const person = await signedIn(ctx, 'viewer', 'Patient')
    for (let wish = 0; wish < 5; wish += 1)
      expect((await send(person, '/account/email', { email: `wish${wish}@example.org` })).status).toBe(303)
    expect((await send(person, '/account/email', { email: 'onemore@example.org' })).status).toBe(409)
    const [present, coming] = [await linkTo(person.email), await linkTo('wish4@example.org')]
    ctx.travel(DAY_MS)
    expect([(await confirm(present)).status, (await confirm(coming)).status]).toEqual([410, 410])
    const kept = async () => (await ctx.db.read`select from email_changes where staff_id = ${person.actor.id}`).length
    await deleteEndedStaffLinks(ctx)
    expect(await kept()).toBe(5)
    ctx.travel(3 * DAY_MS)
    await deleteEndedStaffLinks(ctx)
    expect(await kept()).toBe(0)
    ctx.travel(-4 * DAY_MS)
  })

  test('takes an address that is one, another than the present, and somebody who confirmed lately', async () => {
    const person = await signedIn(ctx, 'viewer', 'Checked')
    for (const email of ['nonsense', '', 'CHECKED@example.org']) {
      const answer = await send(person, '/account/email', { email })
      expect([email, answer.status, (await answer.text()).includes('id="email-error"')]).toEqual([email, 422, true])
    }
    await ctx.db.write`update sessions set confirmed_at = null where id = ${person.actor.sessionId}`
    expect((await send(person, '/account/email', { email: 'unconfirmed@example.org' })).status).toBe(401)
    expect(await mailsTo('unconfirmed@example.org')).toEqual([])
  })

  test('is not asked for where no mail can be sent', async () => {
    const silent = await openAccounts({ hasMail: false })
    const person = await signedIn(silent.ctx, 'viewer')
    expect((await silent.send(person, '/account/email', { email: 'silent@example.org' })).status).toBe(409)
    await silent.end()
  })
})

describe('sessions', () => {
  test('are listed with device and use, and each is ended alone; a program’s, too', async () => {
    const person = await signedIn(ctx, 'viewer', 'Roaming')
    const phone = await elsewhere(person.actor.id)
    const headers = await accounts.programOf(person.actor.id)
    const page = await (await visit('/account/sessions', { cookie: person.cookie })).text()
    for (const words of ['Firefox on Linux', 'curl', 'This one']) expect(page).toContain(words)
    const ends = [...page.matchAll(/\/account\/sessions\/([\w-]{36})\/ending/g)].map(([path]) => path)
    expect(ends).toHaveLength(2)
    for (const path of ends) expect((await send(person, path)).status).toBe(303)
    expect([await isSignedIn(phone), await isSignedIn(person.cookie)]).toEqual([false, true])
    expect((await visit('/api/v1/registrations', { headers })).status).toBe(401)
    expect((await send(person, ends[0]!)).status).toBe(404)
  })

  test('all but the present one end together', async () => {
    const person = await signedIn(ctx, 'viewer', 'Leaving')
    const others = [await elsewhere(person.actor.id), await elsewhere(person.actor.id)]
    expect((await send(person, '/account/sessions/ending')).status).toBe(303)
    expect(await Promise.all([...others, person.cookie].map(isSignedIn))).toEqual([false, false, true])
  })

  test('of somebody else are not to be ended, but by an owner', async () => {
    const [person, stranger] = [await signedIn(ctx, 'viewer', 'Mine'), await signedIn(ctx, 'viewer', 'Stranger')]
    expect((await send(stranger, `/account/sessions/${person.actor.sessionId}/ending`)).status).toBe(404)
    expect(await isSignedIn(person.cookie)).toBe(true)
    const owner = await signedIn(ctx, 'owner', 'Owning')
    expect((await send(owner, `/admin/staff/${person.actor.id}/sessions/ending`)).status).toBe(303)
    expect(await isSignedIn(person.cookie)).toBe(false)
  })

  test('are ended by somebody who showed lately that it is them', async () => {
    const person = await signedIn(ctx, 'viewer', 'Unconfirmed')
    const phone = await elsewhere(person.actor.id)
    await ctx.db.write`update sessions set confirmed_at = null where id = ${person.actor.sessionId}`
    const page = await (await visit('/account/sessions', { cookie: person.cookie })).text()
    expect([page.includes('/ending"'), page.includes('/confirm?next=%2Faccount%2Fsessions')]).toEqual([false, true])
    expect((await send(person, '/account/sessions/ending')).status).toBe(401)
    expect(await isSignedIn(phone)).toBe(true)
  })

  test('a form without the page’s token ends none', async () => {
    const person = await signedIn(ctx, 'viewer', 'Unmoved')
    const phone = await elsewhere(person.actor.id)
    expect((await send({ ...person, csrf: '' }, '/account/sessions/ending')).status).toBe(403)
    expect(await isSignedIn(phone)).toBe(true)
  })
})
