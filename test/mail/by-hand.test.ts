import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mailtoAddress, whatsappAddress } from '#src/mail/service.ts'
import { untilIs } from '#test/support/until.ts'
import { openMailDesk, wordsOf } from './mail-desk.ts'
import { register } from './post-office.ts'

setDefaultTimeout(120_000)

let desk: Awaited<ReturnType<typeof openMailDesk>>
let mail: string
let teamId: string
beforeAll(async () => {
  desk = await openMailDesk()
  teamId = (await register(desk.ctx, { teamName: 'Kings of Salem' })).id
  mail = (await desk.ctx.db.read`select id from mails where team_id = ${teamId}`)[0]!.id
})
afterAll(() => desk.end())

test('without a mail server nothing pretends: the log says what to set, and sends nothing', async () => {
  const log = await desk.text('/admin/mail')
  expect(log).toContain('No mail server is set: nothing is sent, every message is kept here')
  expect(log).toMatch(/Registration received .* Kings of Salem .* Kept here, not sent/)
  expect(log).not.toContain('Send me a test message')
  for (const path of ['test', 'release', `${mail}/sending`]) {
    const refused = await desk.post(`/admin/mail/${path}`)
    expect([path, refused.status]).toEqual([path, 409])
    expect(await refused.text()).toContain('SMTP_SERVER, SMTP_FROM_EMAIL and PUBLIC_URL need to be set')
  }
  expect((await desk.ctx.db.read`select distinct state from mails`).map(({ state }) => state)).toEqual(['held'])
})

test('a kept message is made whole with a link for WhatsApp, mail program or clipboard, and that is audited', async () => {
  const links = async () => (await desk.ctx.db.read`select from entry_links where team_id = ${teamId}`).length
  const before = await links()
  const page = await (await desk.page(`/admin/mail/${mail}`)).text()
  expect([page.includes('[link]'), await links()]).toEqual([true, before])
  const passed = await desk.post(`/admin/mail/${mail}/passing`, { by: 'text' })
  expect([passed.status, passed.headers.get('refresh')]).toEqual([200, null])
  const html = await passed.text()
  const [link, token] = /http:\/\/127\.0\.0\.1:\d+\/entry\/([\w-]{43})/.exec(html)!
  expect(html).toMatch(new RegExp(`href="https://wa\\.me/9198\\d{8}\\?text=[^"]*${encodeURIComponent(link)}`))
  expect(html).toMatch(new RegExp(`href="mailto:samuel[^"]*@example\\.org\\?subject=[^"]*${encodeURIComponent(link)}`))
  expect(html).toMatch(/<textarea id="message"[^>]*readonly/)
  expect(html).toMatch(/<button[^>]*hidden[^>]*data-copy="message"/)
  expect((await desk.visit(`/entry/${token}`)).status).toBe(200)
  const issued = { actorId: desk.people.admin.actor.id, subjectId: teamId }
  expect(await desk.audited('entry-link.issued')).toMatchObject([issued])
  expect([passed.headers.get('cache-control'), await links()]).toEqual(['no-store', before + 1])
})

test('one tap opens WhatsApp: the answer leads on by itself, and has the way for browsers that do not', async () => {
  const passed = await desk.post(`/admin/mail/${mail}/passing`, { by: 'whatsapp' })
  const onwards = passed.headers.get('refresh')!
  expect(onwards).toMatch(/^0; url=https:\/\/wa\.me\/9198\d{8}\?text=Hello%20Samuel/)
  expect(await passed.text()).toContain(onwards.slice('0; url='.length))
})

test('the captain can ask for the link all the same, and staff see that', async () => {
  const door = wordsOf(await (await desk.visit('/entry')).text())
  expect(door).toContain('They pass it on themselves, as this server sends no mail.')
  const email = (await desk.ctx.db.read`select captain_email as email from teams where id = ${teamId}`)[0]!.email
  await desk.visit('/entry/link', { form: { email } })
  expect(await desk.text('/entry?asked')).toContain('the organisers see that you asked and pass the link on')
  const registration = await untilIs(
    () => desk.text(`/admin/registrations/${teamId}`),
    (words) => words.includes('Link to the team’s page'),
  )
  expect(registration).toMatch(/Link to the team’s page .* Kept here, not sent/)
})

test('long messages are shortened by paragraphs until an address carries them, never by their link', () => {
  const link = 'https://cup.example.org/entry/abc'
  const text = `Hello,\n\n${'அ'.repeat(2000)}\n\nYour page:\n${link}\n\nBye`
  for (const address of [
    whatsappAddress('+91 98765 43210', text, link),
    mailtoAddress('a?b@example.org', 'Subject & more', text, link),
  ]) {
    expect(address.length).toBeLessThanOrEqual(4000)
    expect(decodeURIComponent(address)).toContain(link)
    expect(decodeURIComponent(address)).toContain('Bye')
  }
  expect(whatsappAddress('+91 98765 43210', 'Hello & bye')).toBe('https://wa.me/919876543210?text=Hello%20%26%20bye')
  expect(mailtoAddress('a?b@example.org', 'One', 'a\nb')).toBe('mailto:a%3Fb@example.org?subject=One&body=a%0D%0Ab')
})
