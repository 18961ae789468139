import { afterAll, beforeAll, expect, test } from 'bun:test'
import { approve } from '#src/review/service.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, url, visit, end } = await staffApp()
let admin: SignedIn
let viewer: SignedIn
const ids: string[] = []

const TEAMS = [
  ['Zebras', 'Alpha Church'],
  ['Lions', 'Beta Church'],
  ['Tigers', 'Alpha Church'],
  ['நற்செய்தி வீரர்கள்', 'Gamma Chapel'],
  ['Mighty Lions', 'Gamma Chapel'],
] as const

beforeAll(async () => {
  admin = await signedIn(ctx, 'admin', 'Asha')
  viewer = await signedIn(ctx, 'viewer', 'Victor')
  for (const [teamName, clubName] of TEAMS) ids.push((await send(url, { teamName, clubName })).id)
  await approve(ctx, admin.actor, ctx.tournament, ids[1]!, { expectedState: 'submitted' })
})
afterAll(() => end())

/** Team names in the order of the page, and where it leads on. */
async function list(query: string, by = admin, headers: Record<string, string> = {}) {
  const answer = await visit(`/admin/registrations${query}`, { cookie: by.cookie, headers })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  const names = [...text.matchAll(/<a href="\/admin\/registrations\/[\w-]{36}">([^<]+)<\/a>/g)].map((match) => match[1])
  return { names, text }
}
const namesOf = async (query: string) => (await list(query)).names

test('the newest come first, and the address may ask for another order', async () => {
  const names = TEAMS.map(([name]) => name)
  expect(await namesOf('')).toEqual(names.toReversed())
  expect(await namesOf('?sort=oldest')).toEqual(names)
  expect(await namesOf('?sort=name')).toEqual(['Lions', 'Mighty Lions', 'Tigers', 'Zebras', 'நற்செய்தி வீரர்கள்'])
  expect(await namesOf('?sort=club')).toEqual(['Zebras', 'Tigers', 'Lions', 'நற்செய்தி வீரர்கள்', 'Mighty Lions'])
})

test('state, club and words narrow it, alone and together', async () => {
  expect(await namesOf('?state=approved')).toEqual(['Lions'])
  expect(await namesOf('?club=alpha%20church&sort=name')).toEqual(['Tigers', 'Zebras'])
  expect(await namesOf('?q=LIONS')).toEqual(['Mighty Lions', 'Lions'])
  expect(await namesOf('?q=lions+gamma')).toEqual(['Mighty Lions'])
  expect(await namesOf('?q=team-003')).toEqual(['Tigers'])
  expect(await namesOf(`?q=${encodeURIComponent('வீரர்கள்')}`)).toEqual(['நற்செய்தி வீரர்கள்'])
  expect(await namesOf('?q=lions&state=submitted&club=Gamma+Chapel')).toEqual(['Mighty Lions'])
})

test('signs of the search language are letters like any other', async () => {
  expect(await namesOf('?q=%25')).toEqual([])
  expect(await namesOf('?q=_')).toEqual([])
  expect(await namesOf(`?q=${encodeURIComponent("'; drop table teams; --\\")}`)).toEqual([])
})

test('what a hand-written address gets wrong is left out', async () => {
  expect((await namesOf('?state=king&sort=luck&cursor=nonsense')).length).toBe(5)
})

test('nothing found says so and leads back', async () => {
  const { text } = await list('?q=nobody')
  expect(text).toContain('No registration matches')
  expect(text).toContain('value="nobody"')
})

test('htmx gets the list alone; everybody else the page with the filter filled in', async () => {
  const part = await list('?state=approved', admin, { 'hx-request': 'true' })
  expect(part.text).toStartWith('<div id="registrations"')
  expect(part.names).toEqual(['Lions'])
  const whole = await list('?state=approved&q=lions&club=Beta+Church')
  expect(whole.text).toStartWith('<!doctype html>')
  expect(whole.text).toContain('<option value="approved" selected>Approved (1)</option>')
  expect(whole.text).toContain('<option value="Beta Church" selected>')
})

test('a viewer’s list shows phones masked', async () => {
  expect((await list('', admin)).text).toMatch(/\+9198\d{8}/)
  expect((await list('', viewer)).text).not.toMatch(/\+9198\d{8}/)
})

test('pages follow each other without gap or repeat in every order, and lead back', async () => {
  for (let made = 0; made < 60; made++) await send(url, { clubName: `Club ${made % 7}` })
  const hrefOf = (text: string, rel: string) =>
    text
      .match(new RegExp(`<a href="([^"]+)"[^>]*rel="${rel}"`))?.[1]
      ?.replaceAll('&amp;', '&')
      .replace('/admin/registrations', '')
  for (const sort of ['newest', 'oldest', 'name', 'club']) {
    const first = await list(`?sort=${sort}`)
    const second = await list(hrefOf(first.text, 'next')!)
    expect([sort, first.names.length, second.names.length]).toEqual([sort, 50, 15])
    expect(new Set([...first.names, ...second.names]).size).toBe(65)
    expect(hrefOf(first.text, 'prev')).toBeUndefined()
    expect(hrefOf(second.text, 'next')).toBeUndefined()
    const back = await list(hrefOf(second.text, 'prev')!)
    expect(back.names).toEqual(first.names)
    expect(hrefOf(back.text, 'next')).toBeDefined()
  }
})

test('what stands in the address is escaped', async () => {
  const { text } = await list(`?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
  expect(text).not.toContain('<script>alert')
})

test('many clubs are typed rather than chosen from', async () => {
  for (let made = 0; made < 200; made++)
    await ctx.db
      .read`insert into clubs (id, tournament_id, name, name_key) values (${Bun.randomUUIDv7()}, ${ctx.tournament.id}, ${`Many ${made}`}, ${`many${made}`})`
  const { text } = await list('?club=Beta+Church')
  expect(text).toContain('<input id="club" name="club"')
  expect(text).not.toContain('Many 7')
})
