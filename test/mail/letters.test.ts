import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { defaultTemplate, LETTERS, type Placeholder } from '#src/mail/letters/kinds.ts'
import { quietUntil } from '#src/mail/letters/quiet.ts'
import { checkTemplate, fillTemplate, LINK } from '#src/mail/letters/template.ts'
import { htmlOf, textOf, writeLetter } from '#src/mail/letters/write.ts'
import { MAIL_KINDS, type Mail, NotYet } from '#src/mail/model.ts'
import { composeMail, composer } from '#src/mail/service.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { register } from './post-office.ts'

let ctx: TestContext
beforeAll(async () => {
  ctx = await testContext({ preset: 'icct26', config: { publicUrl: 'https://cup.example.org' } })
  await asksFor(false)
})
afterAll(() => ctx.end())

/** Whether the tournament insists on the letter. */
async function asksFor(required: boolean) {
  await ctx.db.write`update tournament_documents set required = ${required} where kind = 'pastor_letter'`
  // Settings are remembered for two seconds.
  ctx.travel(3000)
  ctx.tournament = (await ctx.findTournament())!
}

const mailOf = (about: Partial<Mail>): Mail => ({
  id: Bun.randomUUIDv7(),
  tournamentId: ctx.tournament.id,
  teamId: null,
  kind: 'withdrawn',
  toAddress: 'samuel@example.org',
  toName: 'Samuel Raj',
  data: {},
  ...about,
})

describe('placeholders', () => {
  test.each(MAIL_KINDS)('our own words for %s use known ones only, and say something', (kind) => {
    expect(checkTemplate(kind, defaultTemplate(kind))).toEqual([])
  })

  test('an unknown one is refused with the known ones', () => {
    const [wrong, ...others] = checkTemplate('rejected', { subject: 'About {team_nam}', body: 'Hello' })
    expect(others).toEqual([])
    expect(wrong).toMatchObject({ field: 'subject', code: 'placeholder' })
    expect(wrong!.message).toContain('{team_nam}')
    for (const name of LETTERS.rejected.placeholders) expect(wrong!.message).toContain(`{${name}}`)
    // The PIN is told once, on the page, and never mailed.
    expect(checkTemplate('received', { subject: 'x', body: '{pin} {link}' })[0]?.code).toBe('placeholder')
    // What another kind of message knows is nothing here.
    expect(checkTemplate('received', { subject: 'x', body: '{reserved_until}' })[0]?.code).toBe('placeholder')
  })

  test.each([
    ['', 'Hello', 'subject', 'required'],
    ['x'.repeat(151), 'Hello', 'subject', 'length'],
    ['Two\nlines', 'Hello', 'subject', 'characters'],
    ['x', 'a\u0000b', 'body', 'characters'],
    ['x', 'x'.repeat(5001), 'body', 'length'],
    ['x', 'half a {team_name', 'body', 'braces'],
    ['{link}', 'Hello', 'subject', 'link'],
  ])('%p with %p is refused', (subject, body, field, code) => {
    expect(checkTemplate('withdrawn', { subject, body })).toMatchObject([{ field, code }])
  })

  test('a message that is nothing without its link keeps it', () => {
    expect(checkTemplate('password_reset', { subject: 'x', body: 'Hello' })).toMatchObject([
      { field: 'body', code: 'link' },
    ])
    expect(checkTemplate('withdrawn', { subject: 'x', body: 'Hello' })).toEqual([])
  })

  test('a line that names what is not there is left out, and nothing is undefined', () => {
    const body = 'Hello {captain_name}\n\nTeam ID: {team_id}\nClub: {club_name}\n\nReason: {reason}\n\n{link}\n{squad}'
    const said = fillTemplate(
      { subject: '{team_name} {team_id}', body },
      { captain_name: 'Samuel', club_name: '', squad: '1. A\n2. B' },
    )
    expect(said).toEqual({ subject: '', paragraphs: [[['Hello ', 'Samuel']], [[LINK], ['1. A'], ['2. B']]] })
  })

  test('what a value says is never taken for a placeholder', () => {
    const said = fillTemplate(
      { subject: '{team_name}', body: '{team_name}' },
      { team_name: '{link} {captain_name}', captain_name: 'Samuel' },
    )
    expect(said).toEqual({ subject: '{link} {captain_name}', paragraphs: [[['{link} {captain_name}']]] })
  })
})

describe('the letter', () => {
  const EVIL = '"<img src=x>\r\nBcc: a@b'

  test('escapes every value, in a subject of one line', async () => {
    const own = Object.fromEntries(
      ['teamName', 'reference', 'reason', 'changes', 'inviterName', 'role', 'browser'].map((name) => [name, EVIL]),
    )
    for (const kind of MAIL_KINDS) {
      const letter = await writeLetter(ctx, mailOf({ kind, toName: EVIL, data: own }))
      expect([kind, /[\r\n]/.test(letter.said.subject)]).toEqual([kind, false])
      const html = htmlOf(letter, 'https://cup.example.org/entry/x')
      expect([kind, /<img|<script/.test(html)]).toEqual([kind, false])
      expect([kind, html.includes('&lt;img src=x>')]).toEqual([kind, true])
      expect(textOf(letter, 'x')).not.toContain('\r')
    }
  })

  test('says in text what it says in HTML', async () => {
    const { id } = await register(ctx, { teamName: 'Kings of Salem', clubName: 'Holy Trinity & Sons' })
    for (const kind of ['received', 'approved', 'reminder'] as const) {
      const letter = await writeLetter(ctx, mailOf({ kind, teamId: id, data: { reason: 'Well <done>' } }))
      const words = (text: string) => text.replace(/\s+/g, ' ').trim()
      const html = htmlOf(letter, 'https://cup.example.org/entry/abc')
      const shown = new HTMLRewriter().on('style, title, .band, .action, .quiet', {
        element: (element) => void element.remove(),
      })
      const body = shown
        .transform(html)
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll('&amp;', '&')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
      const text = textOf(letter, '').split('\n-- \n')[0]!
      expect([kind, words(body.replace('<!doctype html>', ''))]).toEqual([kind, words(text)])
      expect(html).toContain('href="https://cup.example.org/entry/abc"')
    }
  })

  test('speaks the tournament’s words: club label, missing documents, dates in its zone', async () => {
    const { id, reference } = await register(ctx, { teamName: 'Kings of Ooty', clubName: 'St Mark' })
    await asksFor(true)
    const received = textOf(await writeLetter(ctx, mailOf({ kind: 'received', teamId: id })), '[link]')
    expect(received).toContain(`Reference: ${reference}\nChurch: St Mark\nStill missing: `)
    // Its team id is told with the approval.
    expect(received).not.toContain('Team ID')
    await asksFor(false)
    await ctx.db.write`update teams set state = 'approved' where id = ${id}`
    const approved = textOf(await writeLetter(ctx, mailOf({ kind: 'approved', teamId: id })), '[link]')
    expect(approved).toContain('Team ID: ICCT-')
    expect(approved).toContain('Your squad (11):\n1. Arun Raj (Wicket-Keeper)\n2. Bala Raj (Batsman)')
    const promoted = mailOf({ kind: 'promoted', teamId: id, data: { reservedUntil: '2026-05-01T12:30:00Z' } })
    expect(textOf(await writeLetter(ctx, promoted), '[link]')).toMatch(
      /until:\n1 May 2026 at 6:00\s?pm \(Asia\/Kolkata\)/,
    )
  })

  test('fetches nothing from anywhere', async () => {
    for (const kind of MAIL_KINDS) {
      const html = htmlOf(await writeLetter(ctx, mailOf({ kind })), undefined)
      expect([kind, html.match(/https?:|src=|url\(|@import|<script/)]).toEqual([kind, null])
    }
  })
})

describe('composing', () => {
  test('makes the link for this sending, only where the words have one', async () => {
    const { id } = await register(ctx)
    const count = async () => (await ctx.db.read`select from entry_links where team_id = ${id}`).length
    const { text, html } = await composeMail(ctx, mailOf({ kind: 'received', teamId: id }))
    const link = /https:\/\/cup\.example\.org\/entry\/[\w-]{43}/.exec(text)![0]
    expect(html).toContain(link)
    expect(await count()).toBe(2)
    await composeMail(ctx, mailOf({ kind: 'rejected', teamId: id }))
    expect(await count()).toBe(2)
  })

  test('links of accounts are made by whoever keeps the accounts', async () => {
    const invited = mailOf({
      kind: 'staff_invited',
      tournamentId: null,
      data: { role: 'Reviewer', inviterName: 'Meena' },
    })
    expect(composeMail(ctx, invited)).rejects.toThrow('Nobody makes links')
    const compose = composer({ invitation: async (_, { id }) => `/invited/${id}` })
    expect((await compose(ctx, invited)).text).toContain(`https://cup.example.org/invited/${invited.id}`)
    expect((await compose(ctx, invited)).fromName).toBe('Teamsheet')
  })
})

describe('quiet hours', () => {
  const at = (time: string) => new Date(`2026-05-10T${time}:00+05:30`)
  const night = { quietFrom: '22:00', quietTo: '07:00', timeZone: 'Asia/Kolkata' }

  test.each([
    [night, '21:59', undefined],
    [night, '22:00', '2026-05-11T01:30:00.000Z'],
    [night, '00:00', '2026-05-10T01:30:00.000Z'],
    [night, '06:59', '2026-05-10T01:30:00.000Z'],
    [night, '07:00', undefined],
    [{ ...night, quietFrom: '12:00', quietTo: '14:30' }, '13:00', '2026-05-10T09:00:00.000Z'],
    [{ ...night, quietFrom: '12:00', quietTo: '14:30' }, '14:30', undefined],
    [{ ...night, quietFrom: null, quietTo: null }, '23:00', undefined],
  ])('of %o at %s are over at %p', (hours, time, until) => {
    expect(quietUntil(hours, at(time))?.toISOString()).toBe(until)
  })

  test('hold up what is not urgent, unless staff say so', async () => {
    const quiet = await testContext({
      config: { publicUrl: 'https://cup.example.org' },
      settings: { quiet_from: '00:00', quiet_to: '23:59' },
    })
    const mail = { ...mailOf({ kind: 'rejected' }), tournamentId: quiet.tournament.id }
    expect(composeMail(quiet, mail)).rejects.toBeInstanceOf(NotYet)
    expect((await composeMail(quiet, { ...mail, atOnce: true })).subject).not.toBe('')
    expect((await composeMail(quiet, { ...mail, kind: 'new_sign_in' })).subject).not.toBe('')
    await quiet.end()
  })
})

test('every placeholder that a message knows is one of the list', () => {
  const all = new Set<Placeholder>(MAIL_KINDS.flatMap((kind) => [...LETTERS[kind].placeholders]))
  for (const name of all) expect(name).toMatch(/^[a-z_]+$/)
})
