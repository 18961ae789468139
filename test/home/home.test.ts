import { afterAll, beforeAll, expect, test } from 'bun:test'
import { registerTeam } from '#src/registration/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

const open = async (path = '/') => (await fetch(app.url + path)).text()
async function settle(settings: object) {
  await app.ctx.db.write`update tournaments set ${app.ctx.db.write(settings)} where is_default`
  app.ctx.travel(3000)
}

test('the tournament says what it is, what it costs and how to enter', async () => {
  await settle({ venue: 'Salem', starts_on: '2027-01-09', ends_on: '2027-01-11', fee_minor: 200_000 })
  const html = await open()
  for (const words of ['Salem', '9', '11', '2027', '₹2,000', '11 to 15 players', 'href="/register"', 'href="/entry"'])
    expect(html).toContain(words)
})

test('approved teams are listed, and nothing of the others', async () => {
  const [approved, waiting] = [aRegistration(), aRegistration()]
  for (const body of [approved, waiting])
    await registerTeam(app.ctx, app.ctx.tournament, { body, door: 'form', missingField: () => '' })
  await app.ctx.db.write`update teams set state = 'approved' where name = ${approved.teamName}`
  const html = await open()
  expect(html).toContain(approved.teamName)
  expect(html).not.toContain(waiting.teamName)
  expect(html).not.toContain(approved.captain.name)
})

test('places left are told where there is a limit; a full tournament says so and offers no form', async () => {
  await settle({ capacity: 3 })
  expect(await open()).toMatch(/Places left[\s\S]*>1</)
  await settle({ capacity: 2 })
  const full = await open()
  expect(full).toContain('All places are taken.')
  expect(full).not.toContain('href="/register"')
  await settle({ capacity: null })
})

test('before and after its window the form is not offered, and the deadline has its zone', async () => {
  await settle({ opens_at: new Date('2099-01-01T00:00:00Z') })
  const early = await open()
  expect(early).toContain('Registration opens 1 January 2099')
  expect(early).not.toContain('href="/register"')
  await settle({ opens_at: null, closes_at: new Date('2020-01-01T00:00:00Z') })
  expect(await open()).toContain('Registration is closed.')
  await settle({ closes_at: new Date('2099-01-01T12:30:00Z') })
  expect(await open()).toMatch(/Registration closes 1 January 2099 at 6:00\spm \(Asia\/Kolkata\)\./)
  await settle({ closes_at: null })
})

test('another tournament’s pages stay within its own path', async () => {
  await addTestTournament(app.ctx, 'juniors', 'icct26')
  const html = await open('/t/juniors')
  expect(html).toContain('href="/t/juniors/register"')
  expect(html).toContain('Documents asked for: Pastor’s letter.')
  expect((await fetch(`${app.url}/t/nobodys`)).status).toBe(404)
})
