import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { LOCKS } from '#src/db/locks.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { captain, errorsOf, fieldsOf, filesOf, valuesOf } from './captain.ts'

const MINUTE_MS = 60_000
const LETTER = { 'team.pastor_letter': { name: 'letter.pdf', content: samplePdf() } }

let app: TestApp
let visitor: ReturnType<typeof captain>
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())
beforeEach(async () => {
  visitor = captain(app.url)
  await visitor.open()
})

const countTeams = async () => (await app.ctx.db.read`select count(*)::int as teams from teams`)[0]!.teams as number
const codesOf = (html: string) => [...html.matchAll(/class="code-words">([^<]+)</g)].map(([, code]) => code!)
const answerOf = async (token: string) => codesOf((await captain(app.url).open(`/draft/${token}`)).html)

test('a form that is right is registered, and its address shows reference, PIN, link and what comes next', async () => {
  const registration = aRegistration()
  const { status, location } = await visitor.sendForm(registration, { files: LETTER })
  expect([status, location]).toEqual([303, `/draft/${visitor.token()}`])
  const { html, headers } = await visitor.open(location!)
  expect(html).toContain(`${registration.teamName} is registered and waits for the organisers’ decision.`)
  const [reference, pin] = codesOf(html)
  expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
  expect(pin).toMatch(/^\d{6}$/)
  expect(html).toMatch(new RegExp(`${app.url}/entry/[\\w-]{43}`))
  expect(html).not.toContain('ICCT-0')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('afterwards the form is a fresh one, and the old address has the PIN for ten minutes only', async () => {
  await visitor.sendForm(aRegistration(), { files: LETTER })
  const address = `/draft/${visitor.token()}`
  const [reference] = codesOf((await visitor.open(address)).html)
  const fresh = await visitor.open()
  expect(valuesOf(fresh.html).teamName).toBe('')
  expect(address).not.toContain(visitor.token())
  app.ctx.travel(11 * MINUTE_MS)
  const { html } = await visitor.open(address)
  expect(codesOf(html)).toEqual([reference!])
  expect(html).toContain('The PIN was shown when the form was sent.')
  expect(html).not.toContain('/entry/')
})

test('sent again, minutes or an hour later, it is the same registration', async () => {
  const registration = aRegistration()
  const token = visitor.token()
  await visitor.sendForm(registration, { files: LETTER })
  const [before, answer] = [await countTeams(), await answerOf(token)]
  const again = await visitor.sendForm(registration)
  expect(again.location).toBe(`/draft/${token}`)
  expect(await answerOf(token)).toEqual(answer)
  app.ctx.travel(60 * MINUTE_MS)
  expect((await visitor.sendForm(registration)).location).toBe(`/draft/${token}`)
  expect(await countTeams()).toBe(before)
})

/** Holds every registration at the last step until `work` is done. */
async function whileHeld(work: () => Promise<void>): Promise<void> {
  await app.ctx.db.write.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCKS.tournament}::int, hashtext(${app.ctx.tournament.id}))`
    await work()
  })
}

async function untilWaiting(waiting: number): Promise<void> {
  for (;;) {
    const [row] = await app.ctx.db.read<[{ waiting: number }]>`
      select count(*)::int as waiting from pg_locks
      where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`
    if (row.waiting >= waiting) return
    await Bun.sleep(5)
  }
}

/** Sends both before either is answered, the first one ahead; where each leads. */
async function sendTogether(...registrations: ReturnType<typeof aRegistration>[]) {
  await visitor.post('/register/draft', fieldsOf(registrations[0]!), { files: LETTER })
  const sent: ReturnType<typeof visitor.sendForm>[] = []
  await whileHeld(async () => {
    for (const registration of registrations) {
      sent.push(visitor.sendForm(registration))
      await untilWaiting(sent.length)
    }
  })
  return (await Promise.all(sent)).map(({ location }) => location)
}

test('two presses at the same instant register once and lead to the same answer', async () => {
  const registration = aRegistration()
  const before = await countTeams()
  const address = `/draft/${visitor.token()}`
  expect(await sendTogether(registration, registration)).toEqual([address, address])
  expect(await countTeams()).toBe(before + 1)
})

test('two tabs with different words in them register the first one, and both lead to its answer', async () => {
  const [first, second] = [aRegistration(), aRegistration()]
  const address = `/draft/${visitor.token()}`
  expect(await sendTogether(first, second)).toEqual([address, address])
  const teams = await app.ctx.db.read`
    select name from teams where name in ${app.ctx.db.read([first.teamName, second.teamName])}`
  expect([...teams]).toEqual([{ name: first.teamName }])
})

test('a tab that was left open changes nothing any more, and is shown the answer', async () => {
  const registration = aRegistration()
  const token = visitor.token()
  await visitor.sendForm(registration, { files: LETTER })
  const fields = fieldsOf({ ...registration, teamName: 'Somebody else' })
  for (const path of ['/register/draft', '/register/players', '/register/players/removal', '/register/files/removal']) {
    const extra: [string, string][] = [...fields, ['slot', 'team.pastor_letter'], ['row-removed', 'p1']]
    expect((await visitor.post(path, extra)).location).toBe(`/draft/${token}`)
    const swapped = await visitor.post(path, extra, { isHtmx: true, isUrlEncoded: true })
    expect([swapped.status, swapped.headers.get('hx-redirect')]).toEqual([204, `/draft/${token}`])
  }
  const left = await visitor.post('/register/sections/team', fields, { isHtmx: true })
  expect(left.headers.get('hx-redirect')).toBe(`/draft/${token}`)
  const file = { name: 'late.pdf', content: samplePdf(1600, 'late') }
  const late = await visitor.post('/register/files', [['slot', 'team.group_photo']], { files: { file }, isHtmx: true })
  expect(late.status).toBe(409)
  const [team] = await app.ctx.db.read`
    select name, (select count(*)::int from documents d where d.team_id = t.id) as documents
    from teams t where name = ${registration.teamName}`
  expect(team).toEqual({ name: registration.teamName, documents: 1 })
})

test('by htmx, the browser is sent on to the answer', async () => {
  const { status, headers } = await visitor.sendForm(aRegistration(), { files: LETTER, isHtmx: true })
  expect([status, headers.get('hx-redirect')]).toEqual([204, `/draft/${visitor.token()}`])
})

test('what the tournament refuses is told beside its field, and sent again when it was put right', async () => {
  const taken = aRegistration()
  await captain(app.url).sendForm(taken)
  const other = captain(app.url)
  await other.open()
  await other.sendForm(taken, { files: LETTER })
  const refusals: [number, Partial<typeof taken>, string][] = [
    [409, { teamName: taken.teamName.toUpperCase() }, 'teamName'],
    [409, { captain: { ...taken.captain, email: taken.captain.email.toUpperCase() } }, 'captain-email'],
  ]
  for (const [status, about, field] of refusals) {
    const answer = await visitor.sendForm(aRegistration(about), { files: LETTER })
    expect(answer.status).toBe(status)
    expect(Object.keys(errorsOf(answer.html))).toEqual([field])
    expect(filesOf(answer.html)).toEqual(['letter.pdf'])
    expect(answer.html).toContain(`href="#${field}"`)
  }
  expect((await visitor.sendForm(aRegistration())).status).toBe(303)
})

test('a club that has entered as many teams as it may is told beside its name', async () => {
  const clubName = 'Church of the Full Bench'
  for (let team = 1; team <= 2; team += 1) {
    const other = captain(app.url)
    await other.open()
    expect((await other.sendForm(aRegistration({ clubName }), { files: LETTER })).status).toBe(303)
  }
  const { status, html } = await visitor.sendForm(aRegistration({ clubName }), { files: LETTER })
  expect(status).toBe(409)
  expect(errorsOf(html).clubName).toBe('Maximum 2 teams: this church has entered as many as it may.')
  expect(html).toContain('>This one has entered as many teams as it may.</p>')
})

test('a sender who asks too often keeps what was typed', async () => {
  const strict = await testApp({ config: { enableRateLimiting: true } })
  const hasty = captain(strict.url)
  await hasty.open()
  const wrong = aRegistration({ teamName: '' })
  const statuses: number[] = []
  for (let press = 1; press <= 6; press += 1) statuses.push((await hasty.sendForm(wrong)).status)
  expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
  expect(valuesOf((await hasty.open()).html)['captain.name']).toBe(wrong.captain.name)
  await strict.end()
})
