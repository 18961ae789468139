import { afterAll, describe, expect, test } from 'bun:test'
import { deleteEndedStaffLinks } from '#src/auth/accounts/service.ts'
import { addStaff } from '#src/staff/service.ts'
import { cookieOf, PASSWORD, signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { linkIn, openAccounts } from './desk.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NEW_PASSWORD = 'eleven wickets before tea'
const accounts = await openAccounts()
const { ctx, visit, send, linkTo, mailsTo, eventsOf, elsewhere } = accounts
afterAll(() => accounts.end())

const ended = () => ctx.logged.filter((line) => line.includes('"event":"staff.reset-requested"')).length
/** Asks, and waits until what comes after the answer is done. */
async function ask(email: string): Promise<Response> {
  const before = ended()
  const answer = await visit('/password-reset', { form: { email } })
  if (answer.status === 303) await untilIs(ended, (count) => count > before)
  return answer
}
const choose = (link: string, newPassword = NEW_PASSWORD) => visit(link, { form: { newPassword } })
const signIn = (email: string, password: string) => visit('/sign-in', { form: { email, password } })
const add = (name: string) =>
  addStaff(ctx, { name, email: `${name.toLowerCase()}@example.org`, password: PASSWORD, role: 'viewer' })
const mailed = async (email: string) => (await mailsTo(email)).filter(({ kind }) => kind === 'password_reset').length

describe('a forgotten password', () => {
  test('is replaced by a link that is mailed and works once; every session ends, and nobody is signed in by it', async () => {
    const id = await add('Forgetful')
    const cookie = await elsewhere(id)
    const headers = await accounts.programOf(id)
    expect((await ask('FORGETFUL@example.org')).headers.get('location')).toBe('/password-reset/sent')
    const [link, other] = [await linkTo('forgetful@example.org'), await linkTo('forgetful@example.org')]
    expect(await (await visit(link)).text()).toContain('forgetful@example.org')
    const answer = await choose(link)
    expect(answer.headers.get('location')).toBe('/sign-in?notice=password')
    expect(answer.headers.getSetCookie().filter((one) => !one.startsWith('browser='))).toEqual([])
    expect(await (await visit('/sign-in?notice=password')).text()).toContain('Your password is changed.')
    expect((await visit('/account', { cookie })).status).toBe(303)
    expect((await visit('/api/v1/registrations', { headers })).status).toBe(401)
    expect([(await choose(link)).status, (await choose(other)).status]).toEqual([410, 410])
    expect((await signIn('forgetful@example.org', PASSWORD)).status).toBe(422)
    expect((await signIn('forgetful@example.org', NEW_PASSWORD)).status).toBe(303)
    expect(await eventsOf(id)).toEqual(expect.arrayContaining(['staff.reset-requested', 'staff.password-changed']))
  })

  test('stays until a good one is chosen, and the link with it', async () => {
    const id = await add('Careless')
    await ask('careless@example.org')
    const link = await linkTo('careless@example.org')
    const answer = await choose(link, 'Careless1234')
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('id="newPassword-error"')
    expect((await signIn('careless@example.org', PASSWORD)).status).toBe(303)
    expect((await choose(link)).status).toBe(303)
    expect(await eventsOf(id)).toContain('staff.password-changed')
  })

  test('chosen twice at once counts once', async () => {
    await add('Twice')
    await ask('twice@example.org')
    const link = await linkTo('twice@example.org')
    const answers = await Promise.all([choose(link), choose(link, 'a second umbrella for tea')])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 410])
  })

  test('posted to the former address of an account opens nothing', async () => {
    const id = await add('Moved')
    await ask('moved@example.org')
    const [mail] = await mailsTo('moved@example.org')
    await ctx.db.write`update staff set email = 'new@example.org', email_key = 'new@example.org' where id = ${id}`
    expect(accounts.compose(mail!)).rejects.toThrow('would open nothing')
    expect(await ctx.db.read`select from staff_links where staff_id = ${id}`).toHaveLength(0)
  })

  test('chosen anew lets its browser in at once, however many guesses strangers make, and the person is told of it', async () => {
    await add('Besieged')
    await ask('besieged@example.org')
    const chosen = await choose(await linkTo('besieged@example.org'))
    for (let tries = 0; tries < 5; tries += 1) await signIn('besieged@example.org', 'guessed by a stranger')
    expect((await signIn('besieged@example.org', NEW_PASSWORD)).status).toBe(429)
    const form = { email: 'besieged@example.org', password: NEW_PASSWORD }
    expect((await visit('/sign-in', { cookie: cookieOf(chosen), form })).status).toBe(303)
    expect((await mailsTo('besieged@example.org')).map(({ kind }) => kind)).toEqual(['password_reset', 'new_sign_in'])
    const other = { email: (await signedIn(ctx, 'viewer', 'Neighbour')).email, password: 'wrong' }
    for (let tries = 0; tries < 5; tries += 1) await signIn(other.email, other.password)
    expect((await visit('/sign-in', { cookie: cookieOf(chosen), form: other })).status).toBe(429)
  })

  test('keeps the second factor: the password alone opens nothing', async () => {
    const id = await add('Factored')
    await ctx.db.write`
      insert into totp_secrets (staff_id, secret, confirmed_at) values (${id}, ${ctx.keys.encrypt('JBSWY3DPEHPK3PXP')}, now())`
    await ask('factored@example.org')
    await choose(await linkTo('factored@example.org'))
    const answer = await signIn('factored@example.org', NEW_PASSWORD)
    expect(answer.headers.get('location')).toStartWith('/sign-in/second-factor')
    expect(answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('session='))).toEqual([])
  })

  test('is mailed three times a day and no more, however many ask at once', async () => {
    await add('Pressing')
    ctx.travel(DAY_MS)
    const before = ended()
    const wishes = Array.from({ length: 4 }, () =>
      visit('/password-reset', { form: { email: 'pressing@example.org' } }),
    )
    expect((await Promise.all(wishes)).map(({ status }) => status)).toEqual([303, 303, 303, 303])
    await untilIs(ended, (count) => count === before + 4)
    expect(await mailed('pressing@example.org')).toBe(3)
    ctx.travel(DAY_MS + HOUR_MS)
    await ask('pressing@example.org')
    expect(await mailed('pressing@example.org')).toBe(4)
  })
})

test('whoever signed in with this browser before is mailed a link, however many strangers had sent', async () => {
  await add('Harried')
  ctx.travel(DAY_MS)
  const email = 'harried@example.org'
  const known = (await signIn(email, PASSWORD)).headers.getSetCookie().find((one) => one.startsWith('browser='))!
  const askFrom = async (cookie?: string) => {
    const before = ended()
    const { status } = await visit('/password-reset', { cookie, form: { email } })
    if (status === 303) await untilIs(ended, (count) => count > before)
    return [status, await mailed(email)]
  }
  for (let tries = 0; tries < 5; tries += 1) await askFrom()
  expect(await askFrom()).toEqual([429, 3])
  expect(await askFrom(known.split(';')[0])).toEqual([303, 4])
  expect(await askFrom(known.replace('browser=', 'browser=x').split(';')[0])).toEqual([429, 4])
})

describe('the answer', () => {
  test('is the same for an account and for none, one that is disabled, one that is only invited', async () => {
    const owner = await signedIn(ctx, 'owner')
    await add('Known')
    await ctx.db.write`update staff set disabled_at = now() where id = ${await add('Disabled')}`
    await send(owner, '/admin/staff', { email: 'invited@example.org', role: 'viewer', sending: 'link' })
    const told: unknown[] = []
    for (const name of ['known', 'unknown', 'disabled', 'invited']) {
      const answer = await ask(`${name}@example.org`)
      const headers = [...answer.headers].filter(([header]) => !['date', 'x-request-id'].includes(header))
      told.push([answer.status, headers, await answer.text()])
    }
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
    expect([await mailed('known@example.org'), await mailed('unknown@example.org')]).toEqual([1, 0])
    expect([await mailed('disabled@example.org'), await mailed('invited@example.org')]).toEqual([0, 0])
  })

  test('comes while nobody can look an account up', async () => {
    const before = ended()
    await ctx.db.write.begin(async (tx) => {
      await tx`lock table staff in access exclusive mode`
      for (const name of ['known', 'unknown'])
        expect((await visit('/password-reset', { form: { email: `${name}@example.org` } })).status).toBe(303)
      expect(ended()).toBe(before)
    })
    await untilIs(ended, (count) => count === before + 2)
  })

  test('to an address that is none is beside the field, and many wishes meet the growing wait', async () => {
    expect((await visit('/password-reset', { form: { email: 'nonsense' } })).status).toBe(422)
    const statuses: number[] = []
    for (let tries = 0; tries < 6; tries += 1) statuses.push((await ask('somebody@example.org')).status)
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429])
  })
})

describe('a link', () => {
  test('is over after an hour, and unknown after days', async () => {
    await add('Slow')
    await ask('slow@example.org')
    const link = await linkTo('slow@example.org')
    ctx.travel(HOUR_MS - 60_000)
    expect((await visit(link)).status).toBe(200)
    ctx.travel(60_000)
    expect([(await visit(link)).status, (await choose(link)).status]).toEqual([410, 410])
    expect(accounts.compose((await mailsTo('slow@example.org'))[0]!)).rejects.toThrow('would open nothing')
    ctx.travel(3 * DAY_MS)
    expect(await deleteEndedStaffLinks(ctx)).toBeGreaterThan(0)
    expect((await visit(link)).status).toBe(404)
    expect((await visit('/password-reset/nonsense')).status).toBe(404)
  })

  test('does not open what another kind of link opens', async () => {
    await add('Mixed')
    await ask('mixed@example.org')
    const token = (await linkTo('mixed@example.org')).split('/').at(-1)
    for (const path of ['/invitation', '/email-change']) expect((await visit(`${path}/${token}`)).status).toBe(404)
  })

  test('is issued by an owner, mailed or to be copied', async () => {
    const owner = await signedIn(ctx, 'owner', 'Issuer')
    const id = await add('Helped')
    const path = `/admin/staff/${id}/reset`
    const page = await (await send(owner, path, { sending: 'link' })).text()
    expect((await send(owner, path, { sending: 'mail' })).headers.get('location')).toBe(`/admin/staff/${id}?done=reset`)
    expect((await visit(await linkTo('helped@example.org'))).status).toBe(200)
    expect((await choose(linkIn(page))).status).toBe(303)
    expect((await visit(await linkTo('helped@example.org'))).status).toBe(200)
  })

  test('ends with a new password that the person sets', async () => {
    const person = await signedIn(ctx, 'viewer', 'Prudent')
    await ask('prudent@example.org')
    const link = await linkTo('prudent@example.org')
    const form = { csrf: person.csrf, currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
    expect((await visit('/account/password', { cookie: person.cookie, form })).status).toBe(303)
    expect((await visit(link)).status).toBe(410)
  })

  test('is never written to the log', async () => {
    await add('Private')
    await ask('private@example.org')
    const link = await linkTo('private@example.org')
    await visit(link)
    await choose(link)
    const token = link.split('/').at(-1)!
    expect(ctx.logged.filter((line) => line.includes(token) || line.includes('private@example.org'))).toEqual([])
  })
})

test('where no mail can be sent the page says whom to ask, and so does the sign-in', async () => {
  const silent = await openAccounts({ hasMail: false })
  expect(await (await silent.visit('/password-reset')).text()).toContain('teamsheet staff reset')
  expect(await (await silent.visit('/sign-in')).text()).toContain('teamsheet staff reset')
  expect((await silent.visit('/password-reset', { form: { email: 'a@example.org' } })).status).toBe(409)
  await silent.end()
  expect(await (await visit('/sign-in')).text()).toContain('href="/password-reset"')
})
