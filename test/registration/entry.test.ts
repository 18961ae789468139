import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { captain, errorsOf } from './captain.ts'

const SECOND_MS = 1000
const DAY_MS = 86_400_000
const LETTER = { 'team.pastor_letter': { name: 'letter.pdf', content: samplePdf() } }

let app: TestApp
let visitor: ReturnType<typeof captain>
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())
beforeEach(() => {
  visitor = captain(app.url)
})

/** A registered team with what its captain was given. */
async function aTeam(about: Partial<ReturnType<typeof aRegistration>> = {}, files = {}) {
  const registration = aRegistration(about)
  const sender = captain(app.url)
  await sender.open()
  const { location } = await sender.sendForm(registration, { files: { ...LETTER, ...files } })
  const { html } = await sender.open(location!)
  const [reference, pin] = [...html.matchAll(/class="code-words">([^<]+)</g)].map(([, code]) => code!)
  return { registration, reference: reference!, pin: pin!, link: /\/entry\/[\w-]{43}/.exec(html)![0] }
}

const enter = (reference: string, pin: string) =>
  fetch(`${app.url}/entry`, { method: 'POST', body: new URLSearchParams({ reference, pin }), redirect: 'manual' })
const withdraw = (link: string, form: Record<string, string>) =>
  fetch(`${app.url}${link}/withdrawal`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

describe('the door', () => {
  test('opens to reference and PIN as people type them', async () => {
    const { registration, reference, pin } = await aTeam()
    const spoken = reference.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')
    for (const typed of [reference, spoken, `${spoken.slice(0, 4)}-${spoken.slice(4)}`, ` ${spoken} `]) {
      const answer = await enter(typed, `${pin.slice(0, 3)} ${pin.slice(3)}`)
      expect(answer.status).toBe(303)
      const { html } = await visitor.open(answer.headers.get('location')!)
      expect(html).toContain(registration.teamName)
    }
  })

  test('says the same to an unknown reference and to a wrong PIN, and keeps what was typed but the PIN', async () => {
    const { reference, pin } = await aTeam()
    const wrong = pin === '000000' ? '111111' : '000000'
    const [unknown, mistaken] = await Promise.all([enter('ZZZZZZZZ', pin), enter(reference, wrong)])
    expect([unknown.status, mistaken.status]).toEqual([422, 422])
    const [ofUnknown, ofMistaken] = [await unknown.text(), await mistaken.text()]
    expect(errorsOf(ofUnknown)).toEqual({
      reference: 'Reference and PIN do not match any registration. Please check both.',
    })
    expect(errorsOf(ofMistaken)).toEqual(errorsOf(ofUnknown))
    expect(ofMistaken).toContain(`value="${reference}"`)
    expect(ofMistaken).not.toContain(wrong)
  })

  test('waits longer after each wrong PIN, and opens to the right one when the wait is over', async () => {
    const { reference, pin } = await aTeam()
    const wrong = pin === '000000' ? '111111' : '000000'
    for (let miss = 1; miss <= 4; miss += 1) expect((await enter(reference, wrong)).status).toBe(422)
    for (const waitSeconds of [1, 2, 4, 8]) {
      expect((await enter(reference, wrong)).status).toBe(422)
      const early = await enter(reference, pin)
      expect([early.status, early.headers.get('retry-after')]).toEqual([429, String(waitSeconds)])
      expect(errorsOf(await early.text()).reference).toBe(`Too many wrong tries. Please wait ${waitSeconds} s.`)
      app.ctx.travel(waitSeconds * SECOND_MS)
    }
    expect((await enter(reference, pin)).status).toBe(303)
    expect((await enter(reference, wrong)).status).toBe(422)
  })

  test('does not count what was left empty or cannot be a reference', async () => {
    for (let miss = 1; miss <= 25; miss += 1) expect((await enter('', '')).status).toBe(422)
    for (let miss = 1; miss <= 6; miss += 1) expect((await enter('ABC', '123456')).status).toBe(422)
    const { reference, pin } = await aTeam()
    expect((await enter(reference, pin)).status).toBe(303)
  })

  test('gives a link for this visit', async () => {
    const { reference, pin, link } = await aTeam()
    const visit = (await enter(reference, pin)).headers.get('location')!
    app.ctx.travel(3 * 3600 * SECOND_MS)
    expect((await visitor.open(visit)).status).toBeGreaterThanOrEqual(404)
    expect((await visitor.open(link)).status).toBe(200)
  })
})

describe('a team’s page', () => {
  test('shows its state, what was received, and each file to whoever has the link', async () => {
    const { registration, reference, link } = await aTeam(
      {},
      { 'players.p2.aadhar': { name: 'அட்டை.jpg', content: sampleJpeg(2000, 'card') } },
    )
    const { html, headers } = await visitor.open(link)
    for (const words of [registration.teamName, registration.clubName, reference, 'Arun Raj', 'Received', 'அட்டை.jpg'])
      expect(html).toContain(words)
    expect(html).not.toContain('ICCT-')
    expect(html).toContain('<meta name="robots" content="noindex, nofollow"')
    expect(headers.get('cache-control')).toBe('no-store')
    const address =
      /href="(\/files\/[^"]+%2?[^"]*\.jpg)"/.exec(html)?.[1] ?? /href="(\/files\/[^"]+jpg)"/.exec(html)![1]!
    const file = await fetch(app.url + address)
    expect(await file.bytes()).toEqual(sampleJpeg(2000, 'card'))
  })

  test('has the team’s id once it is approved', async () => {
    const { registration, link } = await aTeam()
    await app.ctx.db.write`update teams set state = 'approved' where name = ${registration.teamName}`
    const { html } = await visitor.open(link)
    expect(html).toMatch(/ICCT-\d{3}</)
    expect(html).toMatch(/ICCT-\d{3}-P01/)
    expect(html).toContain('Approved. You are in.')
  })

  test('says what is still missing', async () => {
    const { registration, link } = await aTeam()
    await app.ctx.db
      .write`delete from documents where team_id = (select id from teams where name = ${registration.teamName})`
    expect((await visitor.open(link)).html).toContain('Still missing: Pastor’s letter.')
  })

  test('is nobody else’s, and ends with its link', async () => {
    const { link } = await aTeam()
    const other = link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await visitor.open(other)).status).toBe(404)
    expect((await visitor.open('/entry/short')).status).toBe(404)
    app.ctx.travel(181 * DAY_MS)
    expect((await visitor.open(link)).status).toBeGreaterThanOrEqual(404)
  })
})

describe('withdrawing', () => {
  test('asks for the tick, and says so beside it with the reason kept', async () => {
    const { registration, link } = await aTeam()
    const answer = await withdraw(link, { reason: 'No players' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(errorsOf(html)).toEqual({ confirmed: 'Please tick the box if you want to withdraw.' })
    expect(html).toContain('>No players</textarea>')
    const [team] = await app.ctx.db.read`select state from teams where name = ${registration.teamName}`
    expect(team!.state).toBe('submitted')
  })

  test('by the link frees the place for another team, once however often it is pressed', async () => {
    const clubName = 'Church of Few Places'
    const [first] = [await aTeam({ clubName }), await aTeam({ clubName })]
    const third = captain(app.url)
    await third.open()
    const registration = aRegistration({ clubName })
    expect((await third.sendForm(registration, { files: LETTER })).status).toBe(409)

    const pressed = await Promise.all([1, 2, 3].map(() => withdraw(first.link, { confirmed: 'on', reason: ' Exams ' })))
    expect(pressed.map(({ status }) => status)).toEqual([303, 303, 303])
    const { html } = await visitor.open(pressed[0]!.headers.get('location')!)
    expect(html).toContain('The team is withdrawn.')
    expect(html).not.toContain('/withdrawal')
    const moves = await app.ctx.db.read`
      select m.to_state, m.reason from registration_moves m join teams t on t.id = m.team_id
      where t.name = ${first.registration.teamName} and m.from_state is not null`
    expect([...moves]).toEqual([{ to_state: 'withdrawn', reason: 'Exams' }])
    // Whose address it is, nobody has proven: no stranger's words are mailed to it.
    const mailed = await app.ctx.db.read`
      select data->>'reason' as reason from mails m join teams t on t.id = m.team_id
      where t.name = ${first.registration.teamName} and m.kind = 'withdrawn'`
    expect([...mailed]).toEqual([{ reason: null }])

    expect((await third.sendForm(registration)).status).toBe(303)
  })

  test('needs a link that is known', async () => {
    expect((await withdraw(`/entry/${'A'.repeat(43)}`, { confirmed: 'on' })).status).toBe(404)
  })
})
