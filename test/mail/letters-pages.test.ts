import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { LETTERS } from '#src/mail/letters/kinds.ts'
import { writeLetter } from '#src/mail/letters/write.ts'
import { MAIL_KINDS } from '#src/mail/model.ts'
import { openMailDesk } from './mail-desk.ts'

setDefaultTimeout(120_000)

let desk: Awaited<ReturnType<typeof openMailDesk>>
beforeAll(async () => {
  desk = await openMailDesk()
})
afterAll(() => desk.end())

const PAGE = '/admin/mail/messages/rejected'
const WORDS = { subject: 'Sorry, {team_name}', body: 'Dear {captain_name},\r\n\r\n{reason}' }
const subjectOf = async () => {
  const mail = { tournamentId: desk.ctx.tournament.id, teamId: null, kind: 'rejected', toName: 'Samuel' } as const
  return (await writeLetter(desk.ctx, { ...mail, data: { teamName: 'Kings' } })).said.subject
}

test('every kind of message is listed, opens, and reads as it would be sent', async () => {
  const { owner } = desk.people
  const list = await (await desk.page('/admin/mail/messages', owner)).text()
  for (const kind of MAIL_KINDS) {
    expect(list).toContain(`href="/admin/mail/messages/${kind}"`)
    const page = await desk.page(`/admin/mail/messages/${kind}`, owner)
    expect([kind, page.status]).toEqual([kind, 200])
    const html = await page.text()
    for (const name of LETTERS[kind].placeholders) expect(html).toContain(`<code>{${name}}</code>`)
    const letter = await desk.page(`/admin/mail/messages/${kind}/letter`, owner)
    expect([letter.status, letter.headers.get('content-security-policy')?.endsWith('sandbox')]).toEqual([200, true])
    expect(await letter.text()).not.toMatch(/undefined|\{[a-z_]+\}/)
  }
  expect((await desk.page('/admin/mail/messages/greeting')).status).toBe(404)
})

test('an administrator words no message about accounts: an owner’s link would lead where they like', async () => {
  const about = MAIL_KINDS.filter((kind) => LETTERS[kind].to === 'staff')
  expect(about).toContain('password_reset')
  const list = await (await desk.page('/admin/mail/messages')).text()
  for (const kind of about) {
    const path = `/admin/mail/messages/${kind}`
    const astray = { subject: 'Choose', body: 'https://evil.example/?at={link}' }
    const statuses = [await desk.page(path), await desk.post(path, astray), await desk.post(`${path}/default`)]
    expect([kind, list.includes(path), ...statuses.map(({ status }) => status)]).toEqual([kind, false, 403, 403, 403])
  }
  const words = { subject: 'Welcome', body: 'See {link}' }
  const shown = await desk.post('/admin/mail/messages/staff_invited/preview', words, desk.people.owner)
  expect(shown.status).toBe(200)
})

test('the tournament’s own words are used from then on, and given up again', async () => {
  const saved = await desk.post(PAGE, WORDS)
  expect([saved.status, saved.headers.get('location')]).toEqual([303, `${PAGE}?done=saved`])
  expect(await subjectOf()).toBe('Sorry, Kings')
  expect(await desk.text('/admin/mail/messages')).toMatch(/Rejected Sorry, \{team_name\} The tournament’s/)
  expect(await desk.text(`${PAGE}?done=saved`)).toContain('Saved. Messages are written in these words from now on.')
  expect((await desk.page(`${PAGE}?done=constructor`)).status).toBe(200)
  expect((await desk.post(`${PAGE}/default`)).headers.get('location')).toBe(`${PAGE}?done=reset`)
  expect(await subjectOf()).toBe(`Kings: registration not accepted (${desk.ctx.tournament.name})`)
  const about = { actorId: desk.people.admin.actor.id, data: { kind: 'rejected' } }
  expect(await desk.audited('message.changed')).toMatchObject([about])
  expect(await desk.audited('message.reset')).toMatchObject([about])
})

test('an unknown placeholder is refused beside its field, with what was typed', async () => {
  const refused = await desk.post(PAGE, { subject: 'Sorry', body: 'Dear {captain},\n<b>' })
  expect(refused.status).toBe(422)
  const html = await refused.text()
  expect(html).toMatch(
    /id="body-error"[\s\S]*\{captain\} stands for nothing here\. These can be used: \{captain_name\}/,
  )
  expect(html).toContain('Dear {captain},\n&lt;b>')
  expect(await subjectOf()).not.toBe('Sorry')
})

test('what is typed is previewed without being kept; what is wrong with it stands in its place', async () => {
  const shown = await desk.post(`${PAGE}/preview`, WORDS)
  expect([shown.status, shown.headers.get('x-frame-options')]).toEqual([200, 'SAMEORIGIN'])
  expect(await shown.text()).toMatch(/<title>Sorry, Kings of Salem<\/title>[\s\S]*Dear Samuel Raj,/)
  const wrong = await desk.post(`${PAGE}/preview`, { subject: 'Sorry', body: '{captain} <script>' })
  expect([wrong.status, wrong.headers.get('content-security-policy')?.endsWith('sandbox')]).toEqual([422, true])
  const words = await wrong.text()
  expect([words.includes('{captain} stands for nothing here'), words.includes('<script')]).toEqual([true, false])
  expect(await subjectOf()).not.toBe('Sorry, Kings')
})

test('sender, address for answers and quiet hours are kept, or refused beside their fields', async () => {
  const path = '/admin/settings/mail'
  const typed = {
    mailFromName: ' The  cup ',
    mailReplyTo: 'desk@cup.example.org',
    quietFrom: '22:00',
    quietTo: '07:00',
  }
  expect((await desk.post(path, typed)).headers.get('location')).toBe(`${path}?done=saved`)
  expect(await desk.ctx.findTournament()).toMatchObject({ ...typed, mailFromName: 'The cup' })
  expect(await desk.text(path)).toContain('Times are those of Asia/Kolkata.')
  const wrong = { ...typed, mailFromName: 'The cup\r\nBcc: a@b.example', mailReplyTo: 'a@b\r\nBcc: x', quietTo: '' }
  const refused = await desk.post(path, wrong)
  expect(refused.status).toBe(422)
  const html = await refused.text()
  for (const id of ['mailFromName-error', 'mailReplyTo-error', 'quietTo-error']) expect(html).toContain(`id="${id}"`)
  expect(await desk.ctx.findTournament()).toMatchObject({ mailFromName: 'The cup', quietTo: '07:00' })
  const turned = await desk.post(path, { ...typed, mailFromName: 'The cup \u202Egro.puc' })
  expect([turned.status, await turned.text()]).toEqual([422, expect.stringContaining('id="mailFromName-error"')])
  expect((await desk.post(path, { ...typed, quietTo: '22:00' })).status).toBe(422)
  expect((await desk.post(path, { ...typed, quietFrom: '7 pm' })).status).toBe(422)
  expect(await desk.audited('mail.settings-changed')).toHaveLength(1)
  const nothing = { mailFromName: '', mailReplyTo: '', quietFrom: '', quietTo: '' }
  expect((await desk.post(path, nothing)).status).toBe(303)
  expect(await desk.ctx.findTournament()).toMatchObject({ mailFromName: null, quietFrom: null })
})

test('words and settings are for those who configure the tournament, from our own pages', async () => {
  for (const path of ['/admin/mail/messages', PAGE, `${PAGE}/letter`, '/admin/settings/mail'])
    expect([path, (await desk.page(path, desk.people.reviewer)).status]).toEqual([path, 403])
  for (const path of [PAGE, `${PAGE}/preview`, `${PAGE}/default`, '/admin/settings/mail']) {
    expect([path, (await desk.post(path, WORDS, desk.people.reviewer)).status]).toEqual([path, 403])
    expect([path, (await desk.post(path, { ...WORDS, csrf: 'wrong' })).status]).toEqual([path, 403])
  }
})
