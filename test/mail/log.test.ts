import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { newMail } from '#src/mail/model.ts'
import { postMail, postStaffMail } from '#src/mail/service.ts'
import { untilIs } from '#test/support/until.ts'
import { openSendingDesk } from './mail-desk.ts'
import { post, register, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(120_000)
const HOUR_MS = 3_600_000

let desk: Awaited<ReturnType<typeof openSendingDesk>>
beforeAll(async () => {
  desk = await openSendingDesk()
})
afterAll(() => desk.end())
beforeEach(() => {
  desk.server.rules = {}
  desk.server.received.length = 0
})

const mailOf = async (teamId: string) =>
  (await desk.ctx.db.read`select id from mails where team_id = ${teamId} order by id desc limit 1`)[0]!.id as string

test('what the mail server refuses for good is failed, and seen in the log, on its page and on the registration', async () => {
  desk.server.rules = { rcptTo: () => ({ code: 550, words: 'No such mailbox here' }) }
  const { id } = await register(desk.ctx, { teamName: 'Kings of Salem' })
  const mail = await mailOf(id)
  await untilState(desk.ctx, mail, 'failed')
  expect(await desk.text('/admin/mail?state=failed')).toMatch(
    /Registration received .* Kings of Salem .* Failed 1 550 No such mailbox here/,
  )
  const page = await desk.text(`/admin/mail/${mail}`)
  expect(page).toMatch(/Tries 1 Last answer 550 No such mailbox here/)
  const registration = await desk.text(`/admin/registrations/${id}`)
  expect(registration).toContain('This did not reach the captain: Registration received.')
  expect(registration).toMatch(/Registration received .* Failed 550 No such mailbox here/)
  // The answer may name the address, which a viewer does not see.
  const seen = await desk.text(`/admin/registrations/${id}`, desk.people.viewer)
  expect([seen.includes('This did not reach'), seen.includes('No such mailbox')]).toEqual([true, false])

  desk.server.rules = {}
  const again = await desk.post(`/admin/mail/${mail}/sending`)
  expect([again.status, again.headers.get('location')]).toEqual([303, `/admin/mail/${mail}?done=sent`])
  await untilState(desk.ctx, mail, 'sent')
  expect(await desk.audited('mail.sent-again')).toEqual([
    { actorId: desk.people.admin.actor.id, subjectId: mail, data: { teamId: id } },
  ])
  expect(await desk.text(`/admin/mail/${mail}?done=sent`)).toContain('The message is on its way.')
  expect((await desk.page(`/admin/mail/${mail}?done=constructor`)).status).toBe(200)
  expect(await desk.text(`/admin/registrations/${id}`)).not.toContain('This did not reach')
})

test('one that waits is kept, released with all that are kept, and refused once it is sent', async () => {
  const { ctx } = desk
  const later = { notBefore: new Date(ctx.now().getTime() + HOUR_MS) } as never
  const mail = await post(ctx, later)
  expect((await desk.post(`/admin/mail/${mail}/holding`)).headers.get('location')).toBe(`/admin/mail/${mail}?done=held`)
  expect((await rowOf(ctx, mail)).state).toBe('held')
  expect(await desk.text('/admin/mail')).toContain('Kept here, not sent (1)')
  const released = await desk.post('/admin/mail/release')
  expect(released.headers.get('location')).toBe('/admin/mail?released=1')
  expect(await desk.text('/admin/mail?released=1')).toContain('Messages released: 1.')
  await untilState(ctx, mail, 'sent')
  const refused = await desk.post(`/admin/mail/${mail}/holding`)
  expect([refused.status, (await refused.text()).includes('This message does not wait any more.')]).toEqual([409, true])
  expect([await desk.audited('mail.held'), await desk.audited('mail.released')].flat()).toMatchObject([
    { subjectId: mail },
    { data: { mails: 1 } },
  ])
})

test('a test message goes to whoever asks, also as one kind of the tournament’s messages', async () => {
  const asked = await desk.post('/admin/mail/test')
  const [, id] = /^\/admin\/mail\/([\w-]+)\?done=tested$/.exec(asked.headers.get('location')!)!
  await untilState(desk.ctx, id!, 'sent')
  await desk.post('/admin/mail/test', { of: 'approved' })
  const received = await untilIs(
    () => desk.server.received,
    (all) => all.length === 2,
  )
  expect(received.map(({ envelope }) => envelope.to)).toEqual([['ravi@example.org'], ['ravi@example.org']])
  expect(received.map(({ subject }) => subject)).toEqual([
    `Test message of ${desk.ctx.tournament.name}`,
    `Test: Kings of Salem: you are in (${desk.ctx.tournament.name})`,
  ])
})

test('the log is found through by team and address, and turned page by page', async () => {
  const { ctx } = desk
  await ctx.db.write.begin(async (tx) => {
    for (let number = 0; number < 120; number += 1)
      await postMail(tx, {
        ...newMail(ctx, {
          tournamentId: ctx.tournament.id,
          teamId: null,
          kind: 'withdrawn',
          toAddress: `paged${number}@turned.example`,
          toName: 'Samuel Raj',
          data: {},
        }),
        state: 'held',
      })
  })
  const seen: string[] = []
  let path: string | undefined = '/admin/mail?q=turned.example'
  for (let turns = 0; path !== undefined; turns += 1) {
    const html = await (await desk.page(path)).text()
    const found = [...html.matchAll(/paged(\d+)@/g)].map(([, number]) => number!)
    expect(found.length).toBeLessThanOrEqual(50)
    seen.push(...found)
    const older: string | undefined = /<a[^>]*rel="next"[^>]*>/.exec(html)?.[0].match(/href="([^"]+)"/)?.[1]
    path = older?.replaceAll('&amp;', '&')
    expect(turns).toBeLessThan(5)
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => String(119 - index)))
  expect(await desk.text('/admin/mail?q=nobody+here')).toContain('No message matches')
  expect(await desk.text('/admin/mail?q=turned.example&state=failed')).toContain('No message matches')
})

test('mails about accounts are for the owner; the log is for admins and owners alone', async () => {
  const { ctx, people } = desk
  const to = { name: 'Arul', email: 'arul.reset@example.org' }
  const data = { signedInAt: ctx.now().toISOString(), browser: 'Firefox', address: '203.0.113.7' }
  const id = await ctx.db.write.begin((tx) => postStaffMail(tx, ctx, { kind: 'new_sign_in', to, data }))
  expect(await desk.text('/admin/mail', people.owner)).toContain('arul.reset@example.org')
  expect(await desk.text('/admin/mail', people.admin)).not.toContain('arul.reset@example.org')
  expect((await desk.page(`/admin/mail/${id}`, people.admin)).status).toBe(404)
  expect((await desk.post(`/admin/mail/${id}/sending`, {}, people.admin)).status).toBe(404)
  for (const by of [people.reviewer, people.viewer])
    for (const path of ['/admin/mail', `/admin/mail/${id}`, `/admin/mail/${id}/letter`])
      expect([path, (await desk.page(path, by)).status]).toEqual([path, 403])
  expect((await desk.page('/admin/mail/no-id')).status).toBe(404)
  expect((await desk.post('/admin/mail/test', { csrf: 'wrong' })).status).toBe(403)
})

test('a message is shown in a frame where nothing runs, without the link that was sent', async () => {
  const { id: teamId } = await register(desk.ctx)
  const mail = await post(desk.ctx, { teamId, kind: 'received', toName: 'Samuel & <b>Raj' })
  await untilState(desk.ctx, mail, 'sent')
  const letter = await desk.page(`/admin/mail/${mail}/letter`)
  expect(letter.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(letter.headers.get('content-security-policy')).toEndWith('sandbox')
  const html = await letter.text()
  expect([/<script|href=|<b>/.test(html), html.includes('Samuel &amp; &lt;b>Raj')]).toEqual([false, true])
  expect(await (await desk.page(`/admin/mail/${mail}`)).text()).toMatch(/<iframe[^>]* sandbox /)
})
