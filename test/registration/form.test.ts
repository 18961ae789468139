import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expireDrafts } from '#src/registration/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { captain, errorsOf, fieldsOf, rowsOf, valuesOf } from './captain.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

let app: TestApp
let visitor: ReturnType<typeof captain>
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())
beforeEach(() => {
  visitor = captain(app.url)
})

const countDrafts = async () => (await app.ctx.db.read`select count(*)::int as drafts from drafts`)[0]!.drafts as number
const LETTER = { 'team.pastor_letter': { name: 'letter.pdf', content: samplePdf() } }
const EMPTY = aRegistration({
  teamName: '',
  clubName: '',
  captain: { name: '', phone: '', email: '' },
  viceCaptain: { name: '', phone: '', email: '' },
  players: aSquad(11).map(() => ({ name: '' })),
})

describe('what is typed', () => {
  test('nothing is kept of a form that was only looked at', async () => {
    const before = await countDrafts()
    const { status, html, headers } = await visitor.open()
    expect(status).toBe(200)
    expect(rowsOf(html)).toHaveLength(11)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(await countDrafts()).toBe(before)
    expect((await captain(app.url).open()).html).not.toContain(visitor.token())
  })

  test('is kept although it is wrong, and comes back with what is wrong beside each field', async () => {
    await visitor.open()
    const wrong = aRegistration({ captain: { name: 'R2 D2', phone: '12', email: 'nobody' } })
    const { status, html } = await visitor.sendForm(wrong)
    expect(status).toBe(422)
    expect(errorsOf(html)).toEqual({
      'captain-name': 'A name has letters, spaces, hyphens, apostrophes and full stops only.',
      'captain-phone': 'This is not a valid phone number. Enter it as you dial it, or with + and the country code.',
      'captain-email': 'This does not look like an e-mail address. Example: name@example.org',
      'team-pastor-letter': 'Please add: Pastor’s letter.',
    })
    expect(html).toContain('href="#captain-phone"')
    for (const page of [html, (await visitor.open()).html])
      expect(valuesOf(page)).toMatchObject(Object.fromEntries(fieldsOf(wrong).filter(([name]) => name !== 'row')))
  })

  test('comes back on another device by its address, until fourteen days after the last change', async () => {
    await visitor.open()
    await visitor.post('/register/draft', [['teamName', 'Lions of Salem']])
    const [address, other] = [`/draft/${visitor.token()}`, captain(app.url)]
    expect(valuesOf((await other.open(address)).html).teamName).toBe('Lions of Salem')
    await other.post('/register/draft', [['teamName', 'Lions of Salem']])
    expect(valuesOf((await other.open()).html).teamName).toBe('Lions of Salem')
    app.ctx.travel(13 * DAY_MS)
    await expireDrafts(app.ctx)
    expect((await other.open(address)).status).toBe(200)
    app.ctx.travel(DAY_MS + MINUTE_MS)
    await expireDrafts(app.ctx)
    const { status, html } = await other.open(address)
    expect(status).toBe(404)
    expect(html).toContain('There is no such form. It is kept for 14 days after the last change.')
    expect((await other.open('/draft/nonsense')).status).toBe(404)
  })

  test('goes on under its address where a browser takes no cookies', async () => {
    await visitor.open()
    visitor.cookies.clear()
    const { status, location } = await visitor.post('/register/draft', [['teamName', 'Lions']])
    expect([status, location]).toEqual([303, `/draft/${visitor.token()}#kept`])
  })

  test('is shown as text, whatever it is', async () => {
    await visitor.open()
    const teamName = '"><script>alert(1)</script>'
    const { html } = await visitor.sendForm(aRegistration({ teamName }))
    expect(html).not.toContain('<script>alert')
    expect(valuesOf(html).teamName).toBe(teamName)
  })

  test('of one tournament is not of another', async () => {
    await addTestTournament(app.ctx, 'juniors')
    await visitor.open()
    await visitor.post('/register/draft', [['teamName', 'Lions']])
    const { status } = await visitor.post('/t/juniors/register/draft', [['teamName', 'Tigers']])
    expect(status).toBe(404)
    expect(valuesOf((await visitor.open('/t/juniors/register')).html).teamName).toBe('')
    await visitor.post('/t/juniors/register/draft', [['teamName', 'Tigers']])
    expect(valuesOf((await visitor.open()).html).teamName).toBe('Lions')
    expect(valuesOf((await visitor.open('/t/juniors/register')).html).teamName).toBe('Tigers')
  })
})

describe('rows', () => {
  test('come and go by buttons of the form, with everything else in it kept', async () => {
    await visitor.open()
    const fields = fieldsOf(aRegistration({ teamName: 'Lions' }))
    expect((await visitor.post('/register/players', fields)).location).toBe('/register#players')
    const grown = await visitor.open()
    expect(rowsOf(grown.html)).toHaveLength(12)
    expect(valuesOf(grown.html)).toMatchObject({
      teamName: 'Lions',
      'players.p1.name': 'Arun Raj',
      'players.p12.name': '',
    })
    await visitor.post('/register/players/removal', [...fields, ['row-removed', 'p1']])
    const shrunk = await visitor.open()
    expect(rowsOf(shrunk.html)[0]).toBe('p2')
    expect(valuesOf(shrunk.html)).toMatchObject({ 'players.p2.name': 'Bala Raj' })
  })

  test('are fifteen at most', async () => {
    await visitor.open()
    const { html } = await visitor.sendForm(aRegistration({ players: aSquad(15) }))
    expect(html).toContain('A squad has at most 15 players.')
    await visitor.post('/register/players', fieldsOf(aRegistration({ players: aSquad(15) })))
    expect(rowsOf((await visitor.open()).html)).toHaveLength(15)
  })

  test('beyond the smallest squad count only when something is in them', async () => {
    await visitor.open()
    const players = [...aSquad(11), { name: '' }, { name: '' }]
    expect(errorsOf((await visitor.sendForm(aRegistration({ players }))).html)).toEqual({
      'team-pastor-letter': 'Please add: Pastor’s letter.',
    })
    const gap = await visitor.sendForm(aRegistration({ players: [...players, { name: 'Mohan Raj' }] }))
    expect(Object.keys(errorsOf(gap.html))).toEqual(['players-p12-name', 'players-p13-name', 'team-pastor-letter'])
  })

  test('fewer than the smallest squad are told of as a whole', async () => {
    await visitor.open()
    const { html } = await visitor.sendForm(aRegistration({ players: aSquad(10) }))
    expect(errorsOf(html).players).toBe('A squad has 11 to 15 players; there are 10.')
  })

  test('arrive with the focus on the name, and with what is wrong in the others', async () => {
    await visitor.open()
    const fields = fieldsOf(aRegistration({ players: aSquad(11).with(1, { name: 'Arun Raj' }).with(2, { name: '' }) }))
    const added = await visitor.post('/register/players', fields, { isHtmx: true, isUrlEncoded: true })
    expect(focusOf(added.html)).toBe('players-p12-name')
    expect(Object.keys(errorsOf(added.html))).toEqual(['players-p2-name'])
    const removed = await visitor.post('/register/players/removal', [...fields, ['row-removed', 'p11']], {
      isHtmx: true,
    })
    expect(focusOf(removed.html)).toBe('players-p10-name')
    const first = await visitor.post('/register/players/removal', [...fields, ['row-removed', 'p1']], { isHtmx: true })
    expect(focusOf(first.html)).toBe('players-p2-name')
  })
})

const focusOf = (html: string) => /id="([^"]+)"[^>]*autofocus/.exec(html)?.[1]

describe('a section that is left', () => {
  test('tells what is wrong in it and nowhere else, and how far the form has come', async () => {
    await visitor.open()
    const { status, html } = await visitor.post('/register/sections/captain', fieldsOf(EMPTY), {
      isHtmx: true,
      isUrlEncoded: true,
    })
    expect(status).toBe(200)
    expect(Object.keys(errorsOf(html))).toEqual(['captain-name', 'captain-email', 'captain-phone'])
    expect(html).toStartWith('<section class="card-box" id="section-captain"')
    expect(html).toContain('id="form-progress" hx-swap-oob="true"')
    expect(html).toContain('id="review" aria-labelledby="review-title" hx-swap-oob="true"')
  })

  test('of a player is the player’s row', async () => {
    await visitor.open()
    const { html } = await visitor.post('/register/sections/players.p3', fieldsOf(EMPTY), { isHtmx: true })
    expect(Object.keys(errorsOf(html))).toEqual(['players-p3-name'])
    expect(html).toStartWith('<fieldset id="section-players-p3"')
  })
})

describe('what a tournament asks for', () => {
  test('is all that its form has', async () => {
    await addTestTournament(app.ctx, 'plain')
    const { html } = await visitor.open('/t/plain/register')
    for (const absent of ['type="file"', 'paymentReference', 'jerseyNumber', 'dateOfBirth', 'section-documents'])
      expect(html).not.toContain(absent)
    await app.ctx.db.write`update tournaments set fee_minor = 50000 where slug = 'plain'`
    app.ctx.travel(3000)
    expect((await visitor.open('/t/plain/register')).html).toContain('name="paymentReference"')
  })

  test('of each player is told beside the field that lacks it', async () => {
    await addTestTournament(app.ctx, 'juniors-asked')
    await app.ctx.db.write`
      update tournaments set asks_jersey_number = true, asks_date_of_birth = true, age_min = 10, age_max = 16, starts_on = '2027-01-01'
      where slug = 'juniors-asked'`
    await visitor.open('/t/juniors-asked/register')
    const about: [string, string][] = Array.from({ length: 11 }, (_, index): [string, string][] => [
      [`players.p${index + 1}.jerseyNumber`, String(index + 1)],
      [`players.p${index + 1}.dateOfBirth`, `2013-05-${index + 10}`],
    ]).flat()
    const wrong = new Map([
      ...about,
      ['players.p2.jerseyNumber', 'seven'],
      ['players.p3.jerseyNumber', '1'],
      ['players.p4.dateOfBirth', '1990-05-05'],
      ['players.p5.dateOfBirth', ''],
    ])
    const fields = fieldsOf(aRegistration())
    const refused = await visitor.post('/t/juniors-asked/register', [...fields, ...wrong])
    expect(errorsOf(refused.html)).toEqual({
      'players-p2-jerseyNumber': 'A jersey number is a whole number from 0 to 999.',
      'players-p3-jerseyNumber': 'Player 1 has this jersey number already.',
      'players-p4-dateOfBirth': 'Players are 10 to 16 years old on the first day.',
      'players-p5-dateOfBirth': 'Please enter a date of birth.',
    })
    expect(valuesOf(refused.html)['players.p2.jerseyNumber']).toBe('seven')
    expect((await visitor.post('/t/juniors-asked/register', [...fields, ...about])).status).toBe(303)
  })
})

describe('clubs', () => {
  test('are suggested as one types, with the places they have left', async () => {
    const clubName = 'St. Thomas, Salem'
    const first = captain(app.url)
    await first.open()
    expect((await first.sendForm(aRegistration({ clubName }), { files: LETTER })).status).toBe(303)
    const { html } = await visitor.open('/register/clubs?clubName=st.%20tho')
    expect(html).toContain(
      '<option value="St. Thomas, Salem" label="St. Thomas, Salem – One more team may be entered.">',
    )
    expect((await visitor.open(`/register/clubs?clubName=${encodeURIComponent('ST. THOMAS, SALEM')}`)).html).toContain(
      '>One more team may be entered.</p>',
    )
    await visitor.open()
    await visitor.post('/register/draft', [['clubName', clubName]])
    expect((await visitor.open()).html).toContain('>One more team may be entered.</p>')
  })
})

describe('a tournament that takes no entries', () => {
  const settle = async (settings: object) => {
    await app.ctx.db.write`update tournaments set ${app.ctx.db.write(settings)} where is_default`
    app.ctx.travel(3000)
  }
  const closings: [string, object, string][] = [
    ['not yet', { opens_at: new Date(Date.now() + 400 * DAY_MS) }, 'Registration is not open yet.'],
    ['any more', { closes_at: new Date(Date.now() - DAY_MS) }, 'Registration is closed.'],
    // One team is in.
    ['as it is full', { capacity: 1 }, 'All places are taken.'],
  ]
  for (const [when, settings, sentence] of closings) {
    test(`${when} says so in the form’s place, and loses nothing that comes all the same`, async () => {
      await visitor.open()
      await visitor.post('/register/draft', [['teamName', 'Lions']])
      const address = `/draft/${visitor.token()}`
      await settle(settings)
      const { html } = await visitor.open()
      expect(html).toContain(sentence)
      expect(html).not.toContain('<form')
      expect((await visitor.open(address)).html).toContain(sentence)
      const late = await visitor.sendForm(aRegistration({ teamName: 'Lions of Erode' }))
      expect(late.status).toBeGreaterThanOrEqual(400)
      expect(valuesOf(late.html).teamName).toBe('Lions of Erode')
      await settle({ opens_at: null, closes_at: null, capacity: null })
      expect(valuesOf((await visitor.open()).html).teamName).toBe('Lions of Erode')
    })
  }
})
