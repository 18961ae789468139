import { afterAll, describe, expect, test } from 'bun:test'
import { addTestTournament } from '#test/support/context.ts'
import { cookieOf, type SignedIn, signedIn } from '#test/support/staff.ts'
import { linkIn, openAccounts } from './desk.ts'

const DAY_MS = 86_400_000
const CHOSEN = { name: 'Meena Raj', newPassword: 'seven umbrellas in a field' }
const accounts = await openAccounts()
const { ctx, visit, send, linkTo, idOf, mailsTo, eventsOf } = accounts
afterAll(() => accounts.end())
const owner = await signedIn(ctx, 'owner')
const elsewhere = (await addTestTournament(ctx, 'elsewhere'))!

const invite = (by: SignedIn, email: string, form: Record<string, string> = {}) =>
  send(by, '/admin/staff', { email, role: 'reviewer', tournament: '', sending: 'mail', ...form })
const accept = (link: string, form: Record<string, string> = {}) => visit(link, { form: { ...CHOSEN, ...form } })

/** Invites and gives the link, shown on the page. */
async function linkFor(email: string, form: Record<string, string> = {}): Promise<string> {
  return linkIn(await (await invite(owner, email, { sending: 'link', ...form })).text())
}

describe('an invitation', () => {
  test('is mailed, and whoever follows it chooses name and password and is signed in', async () => {
    const answer = await invite(owner, 'Meena@example.org')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/staff?done=mailed'])
    const link = await linkTo('Meena@example.org')
    expect(await (await visit(link)).text()).toContain('Meena@example.org')
    const accepted = await accept(link)
    expect([accepted.status, accepted.headers.get('location')]).toEqual([303, '/admin'])
    const page = await (await visit('/account', { cookie: cookieOf(accepted) })).text()
    expect(page).toContain('Meena Raj')
    expect(page).toContain('Reviewer: All tournaments')
    const form = { email: 'meena@example.org', password: CHOSEN.newPassword }
    expect((await visit('/sign-in', { form })).status).toBe(303)
    expect((await accept(link)).status).toBe(410)
    expect(await eventsOf(await idOf('meena@example.org'))).toEqual([
      'staff.invited',
      'staff.invitation-accepted',
      'session.started',
      'session.started',
    ])
  })

  test('is shown to be copied, once, and nothing is mailed', async () => {
    const answer = await invite(owner, 'copied@example.org', { sending: 'link', role: 'viewer', name: 'Copied' })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const page = await answer.text()
    expect(page).toContain(`${accounts.url}${linkIn(page)}`)
    expect(await (await visit(linkIn(page))).text()).toContain('value="Copied"')
    expect(await mailsTo('copied@example.org')).toEqual([])
  })

  test('signs nobody in before it was accepted', async () => {
    await linkFor('waiting@example.org')
    expect((await visit('/sign-in', { form: { email: 'waiting@example.org', password: '' } })).status).toBe(422)
    expect((await visit('/sign-in', { form: { email: 'waiting@example.org', password: 'anything' } })).status).toBe(422)
  })

  test('is over after seven days, and a further one is good beside an earlier one', async () => {
    const first = await linkFor('late@example.org')
    ctx.travel(6 * DAY_MS)
    const again = await signedIn(ctx, 'owner', 'Again')
    const path = `/admin/staff/${await idOf('late@example.org')}/invitation`
    const second = linkIn(await (await send(again, path, { sending: 'link' })).text())
    expect([(await visit(first)).status, (await visit(second)).status]).toEqual([200, 200])
    ctx.travel(2 * DAY_MS)
    expect([(await visit(first)).status, (await visit(second)).status]).toEqual([410, 200])
    ctx.travel(-8 * DAY_MS)
    expect((await accept(second)).status).toBe(303)
    expect([(await visit(first)).status, (await visit(second)).status]).toEqual([410, 410])
    expect((await send(again, path, { sending: 'link' })).status).toBe(409)
  })

  test('can be withdrawn until it is accepted: then nothing is left of it', async () => {
    const link = await linkFor('withdrawn@example.org')
    const path = `/admin/staff/${await idOf('withdrawn@example.org')}/invitation/withdrawal`
    expect((await send(owner, path)).headers.get('location')).toBe('/admin/staff?done=withdrawn')
    expect((await visit(link)).status).toBe(404)
    expect((await ctx.db.read`select from staff where email_key = 'withdrawn@example.org'`).length).toBe(0)
    await accept(await linkFor('accepted@example.org'))
    const accepted = await idOf('accepted@example.org')
    expect((await send(owner, `/admin/staff/${accepted}/invitation/withdrawal`)).status).toBe(409)
    expect((await send(owner, path)).status).toBe(404)
  })

  test('mailed before it was withdrawn or is over goes out no more', async () => {
    await invite(owner, 'unsent@example.org')
    const [mail] = await mailsTo('unsent@example.org')
    await send(owner, `/admin/staff/${await idOf('unsent@example.org')}/invitation/withdrawal`)
    expect(accounts.compose(mail!)).rejects.toThrow('would open nothing')
  })

  test('fills nobody’s mailbox: after some in a day there are links only, also where it was withdrawn in between', async () => {
    const again = (id: string) => send(owner, `/admin/staff/${id}/invitation`, { sending: 'mail' })
    const here = { tournament: ctx.tournament.id }
    await invite(owner, 'pestered@example.org', here)
    const first = await idOf('pestered@example.org')
    await again(first)
    await send(owner, `/admin/staff/${first}/invitation/withdrawal`)
    await invite(owner, 'Pestered@example.org', here)
    const id = await idOf('pestered@example.org')
    const statuses: number[] = []
    for (let tries = 0; tries < 3; tries += 1) statuses.push((await again(id)).status)
    expect(statuses).toEqual([303, 303, 409])
    const link = await (await send(owner, `/admin/staff/${id}/invitation`, { sending: 'link' })).text()
    expect((await visit(linkIn(link))).status).toBe(200)
    const posted = [...(await mailsTo('pestered@example.org')), ...(await mailsTo('Pestered@example.org'))]
    expect(posted).toHaveLength(5)
  })

  test('accepted twice at once makes one session', async () => {
    const link = await linkFor('twice@example.org')
    const statuses = (await Promise.all([accept(link), accept(link)])).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([303, 410])
    expect((await ctx.db.read`select from sessions where staff_id = ${await idOf('twice@example.org')}`).length).toBe(1)
  })

  test('accepted in a browser in which somebody is signed in signs them out there', async () => {
    const link = await linkFor('borrowing@example.org')
    const lender = await signedIn(ctx, 'viewer', 'Lender')
    const answer = await visit(link, { cookie: lender.cookie, form: CHOSEN })
    expect([answer.status, (await visit('/account', { cookie: lender.cookie })).status]).toEqual([303, 303])
    expect(await (await visit('/account', { cookie: cookieOf(answer) })).text()).toContain('borrowing@example.org')
  })

  test('asks for a name and a good password, each beside its field, and stays good meanwhile', async () => {
    const link = await linkFor('careless@example.org')
    const answer = await accept(link, { name: '', newPassword: 'careless' })
    const page = await answer.text()
    expect([answer.status, page.includes('id="name-error"'), page.includes('id="newPassword-error"')]).toEqual([
      422,
      true,
      true,
    ])
    expect((await accept(link)).status).toBe(303)
  })

  test('that never was is 404, and many of them meet the growing wait', async () => {
    const apart = await openAccounts()
    const answers: Response[] = []
    for (let tries = 0; tries < 21; tries += 1)
      answers.push(await apart.visit(`/invitation/${Buffer.alloc(32, tries).toString('base64url')}`))
    expect(answers[0]!.status).toBe(404)
    expect(answers.at(-1)!.status).toBe(429)
    await apart.end()
  })

  test('the days of grace for a second factor begin when it is accepted', async () => {
    const link = await linkFor('graceful@example.org', { role: 'admin' })
    await ctx.db
      .write`update staff_roles set created_at = now() - interval '6 days' where staff_id = ${await idOf('graceful@example.org')}`
    await accept(link)
    const [role] = await ctx.db.read`
      select created_at > now() - interval '1 hour' as "isFresh" from staff_roles where staff_id = ${await idOf('graceful@example.org')}`
    expect(role).toEqual({ isFresh: true })
  })
})

describe('whoever invites', () => {
  test('is told beside the field that an address has an account already, however it is written', async () => {
    await signedIn(ctx, 'viewer', 'Present')
    const answer = await invite(owner, 'PRESENT@Example.ORG')
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('id="email-error"')
    expect((await invite(owner, 'not an address')).status).toBe(422)
  })

  test('needs the page’s own token, and to have shown lately that it is them', async () => {
    expect((await invite({ ...owner, csrf: '' }, 'tricked@example.org')).status).toBe(403)
    await ctx.db.write`update sessions set confirmed_at = null where id = ${owner.actor.sessionId}`
    expect((await invite(owner, 'tricked@example.org')).status).toBe(401)
    await ctx.db.write`update sessions set confirmed_at = ${ctx.now()} where id = ${owner.actor.sessionId}`
    expect(await mailsTo('tricked@example.org')).toEqual([])
  })

  test('an administrator invites viewers and reviewers to their own tournament, and nobody else', async () => {
    const admin = await signedIn(ctx, 'admin', 'Local')
    await ctx.db.write`update staff_roles set tournament_id = ${ctx.tournament.id} where staff_id = ${admin.actor.id}`
    const here = { tournament: ctx.tournament.id }
    expect((await invite(admin, 'helper@example.org', here)).status).toBe(303)
    for (const form of [
      { ...here, role: 'admin' },
      { ...here, role: 'owner' },
      { tournament: elsewhere },
      { tournament: '' },
    ])
      expect([form, (await invite(admin, 'stranger@example.org', form)).status]).toEqual([form, 403])
    expect((await invite(admin, 'stranger@example.org', { ...here, role: 'king' })).status).toBe(422)
    expect((await invite(admin, 'stranger@example.org', { tournament: 'nowhere' })).status).toBe(404)
    const viewer = await signedIn(ctx, 'viewer', 'Onlooker')
    expect((await invite(viewer, 'stranger@example.org', here)).status).toBe(403)
  })

  test('an administrator who names somebody’s account adds the role to it, and sees nothing of it', async () => {
    const admin = await signedIn(ctx, 'admin', 'Neighbour')
    await ctx.db.write`update staff_roles set tournament_id = ${ctx.tournament.id} where staff_id = ${admin.actor.id}`
    const id = await accounts.addFor(elsewhere, 'viewer', 'Guest')
    const before = await (await visit('/admin/staff', { cookie: admin.cookie })).text()
    expect(before).not.toContain('guest@example.org')
    expect((await visit(`/admin/staff/${id}`, { cookie: admin.cookie })).status).toBe(404)
    const answer = await invite(admin, 'guest@example.org', { tournament: ctx.tournament.id, name: 'Somebody' })
    expect(answer.headers.get('location')).toBe('/admin/staff?done=added')
    expect((await mailsTo('guest@example.org')).map(({ kind }) => kind)).toEqual(['staff_role_given'])
    expect((await accounts.compose((await mailsTo('guest@example.org'))[0]!)).text).toContain('Reviewer')
    const page = await (await visit(`/admin/staff/${id}`, { cookie: admin.cookie })).text()
    expect(page).toContain('Reviewer')
    expect(page).not.toContain('Viewer: ')
    const again = await invite(admin, 'guest@example.org', { tournament: ctx.tournament.id, role: 'viewer' })
    expect(again.headers.get('location')).toBe('/admin/staff?done=added')
    const roles = await ctx.db.read`select role from staff_roles where staff_id = ${id} order by role`
    expect(roles.map(({ role }) => role)).toEqual(['reviewer', 'viewer'])
  })
})

describe('a link to somebody else’s invitation', () => {
  const administrator = async (name: string) => {
    const admin = await signedIn(ctx, 'admin', name)
    await ctx.db.write`update staff_roles set tournament_id = ${ctx.tournament.id} where staff_id = ${admin.actor.id}`
    return admin
  }
  const here = { tournament: ctx.tournament.id }

  test('is shown to nobody who could not give every role that it opens', async () => {
    const admin = await administrator('Curious')
    await invite(owner, 'heir@example.org', { role: 'owner' })
    await invite(owner, 'both@example.org', { tournament: elsewhere, role: 'viewer' })
    for (const email of ['heir@example.org', 'both@example.org']) {
      const answer = await invite(admin, email, { ...here, sending: 'link' })
      expect([email, answer.status, (await answer.text()).includes('/invitation/')]).toEqual([email, 303, false])
    }
    const path = `/admin/staff/${await idOf('both@example.org')}/invitation`
    expect((await send(admin, path, { sending: 'link' })).status).toBe(403)
    expect((await send(admin, path, { sending: 'mail' })).status).toBe(303)
    expect((await send(admin, `${path}/withdrawal`)).status).toBe(403)
    expect((await send(owner, path, { sending: 'link' })).status).toBe(200)
  })

  test('opens nothing any more once the roles are others', async () => {
    const admin = await administrator('Patient')
    const steps = [
      async (id: string) => send(owner, `/admin/staff/${id}/roles`, { role: 'owner', tournament: '' }),
      async (id: string) => send(owner, `/admin/staff/${id}/roles/removal`, { tournament: ctx.tournament.id }),
    ]
    for (const [index, step] of steps.entries()) {
      const email = `raised${index}@example.org`
      const link = linkIn(await (await invite(admin, email, { ...here, sending: 'link' })).text())
      expect((await step(await idOf(email))).status).toBe(303)
      expect([(await visit(link)).status, (await accept(link)).status]).toEqual([410, 410])
    }
    const mailed = await (await invite(owner, 'added@example.org', { tournament: elsewhere, sending: 'link' })).text()
    await invite(admin, 'added@example.org', here)
    expect((await visit(linkIn(mailed))).status).toBe(410)
    expect((await accept(await linkTo('added@example.org'))).status).toBe(303)
  })
})

test('where no mail can be sent, only a link is made', async () => {
  const silent = await openAccounts({ hasMail: false })
  const by = await signedIn(silent.ctx, 'owner')
  const form = { email: 'quiet@example.org', role: 'viewer', tournament: '' }
  expect((await silent.send(by, '/admin/staff', { ...form, sending: 'mail' })).status).toBe(409)
  const page = await (await silent.send(by, '/admin/staff', { ...form, sending: 'link' })).text()
  expect((await silent.visit(linkIn(page))).status).toBe(200)
  await silent.end()
})
