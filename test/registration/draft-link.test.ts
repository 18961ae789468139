import { afterAll, beforeAll, expect, test } from 'bun:test'
import { makeKeys, newToken } from '#src/lib/keys.ts'
import { isDraftToken, newDraftToken } from '#src/registration/form/draft-token.ts'
import { type TestApp, testApp } from '#test/support/app.ts'

const ACCEPTED = 303

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

const made = () => newDraftToken(app.ctx.keys)
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(app.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', headers })
const keep = (token: string, fields: Record<string, string>, headers?: Record<string, string>) =>
  post('/register/draft', { draft: token, ...fields }, headers)
const open = (token: string, own?: string) =>
  fetch(`${app.url}/draft/${token}`, { headers: own === undefined ? {} : { cookie: `draft-open=${own}` } })
const countDrafts = async () => (await app.ctx.db.read`select count(*)::int as drafts from drafts`)[0]!.drafts as number

async function twoForms(): Promise<[own: string, strangers: string]> {
  const [own, strangers] = [made(), made()]
  await keep(own, { teamName: 'Our Own Team' })
  await keep(strangers, { teamName: 'The Other Team' })
  return [own, strangers]
}

test('a token that somebody made up begins no form, whichever way it is shown', async () => {
  const before = await countDrafts()
  const forged = [newToken(), newDraftToken(makeKeys('another installation’s key')), 'A'.repeat(43)]
  for (const token of forged) {
    expect((await keep(token, { teamName: 'Fixed Lions' })).status).toBe(404)
    const file = new FormData()
    for (const [name, value] of Object.entries({ draft: token, slot: 'team.group_photo' })) file.append(name, value)
    file.append('file', new Blob(['%PDF-1.7']), 'photo.pdf')
    expect((await fetch(`${app.url}/register/files`, { method: 'POST', body: file })).status).toBe(404)
    const page = await fetch(`${app.url}/register`, { headers: { cookie: `draft-open=${token}` } })
    expect(await page.text()).not.toContain(token)
  }
  expect(await countDrafts()).toBe(before)
})

test('a token is the server’s own under its key and the former one, and only as it was written', () => {
  const token = newDraftToken(makeKeys('former'))
  expect(isDraftToken(makeKeys('former'), token)).toBe(true)
  expect(isDraftToken(makeKeys('new', 'former'), token)).toBe(true)
  expect(isDraftToken(makeKeys('new'), token)).toBe(false)
  for (const other of [
    '',
    token.slice(0, 22),
    `${token}=`,
    `${token}A`,
    token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
  ])
    expect(isDraftToken(makeKeys('former'), other)).toBe(false)
})

test('a form’s link brings it back on a device that has none; typing in it makes it that device’s own', async () => {
  const token = made()
  await keep(token, { teamName: 'Lions of the Link' })
  const answer = await open(token)
  expect(await answer.text()).toContain('Lions of the Link')
  expect(answer.headers.get('set-cookie')).toBeNull()
  for (const headers of [undefined, { 'hx-request': 'true' }])
    expect((await keep(token, { teamName: 'Lions' }, headers)).headers.get('set-cookie')).toStartWith(
      `draft-open=${token};`,
    )
  expect((await open(token, token)).headers.get('set-cookie')).toStartWith(`draft-open=${token};`)
})

test('a link asks before it takes the place of the form that is being filled in', async () => {
  const [own, strangers] = await twoForms()
  const asked = await open(strangers, own)
  const page = await asked.text()
  expect(asked.headers.get('set-cookie')).toBeNull()
  expect(page).toContain('Our Own Team')
  expect(page).toContain('The Other Team')
  expect(page).toContain(`${app.url}/draft/${own}`)
  expect(page).toContain(`action="/draft/${strangers}/choice"`)
  expect(page).not.toContain('name="teamName"')
})

test('choosing the link’s form is a write of our own page', async () => {
  const [own, strangers] = await twoForms()
  const choose = (headers: Record<string, string>) =>
    post(`/draft/${strangers}/choice`, {}, { cookie: `draft-open=${own}`, ...headers })
  const foreign = await choose({ origin: 'https://elsewhere.example' })
  expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null])
  const chosen = await choose({ origin: app.url })
  expect([chosen.status, chosen.headers.get('location')]).toEqual([ACCEPTED, `/draft/${strangers}`])
  expect(chosen.headers.get('set-cookie')).toStartWith(`draft-open=${strangers};`)
  expect(await (await open(strangers, strangers)).text()).toContain('name="teamName"')
  expect(await (await open(own)).text()).toContain('Our Own Team')
})

test('where this browser’s form holds nothing yet, a link asks nothing and takes nothing’s place', async () => {
  const token = made()
  await keep(token, { teamName: 'Lions of the Link' })
  const answer = await open(token, made())
  expect(await answer.text()).toContain('name="teamName"')
  expect(answer.headers.get('set-cookie')).toBeNull()
})

test('what is typed past the end of a field is cut between characters, whatever they are', async () => {
  const token = made()
  const answer = await keep(token, { teamName: `${'a'.repeat(299)}\u{1f600}`, clubName: 'Kept All the Same' })
  expect(answer.status).toBe(ACCEPTED)
  expect(await (await open(token)).text()).toContain('Kept All the Same')
})

test('a link that was never made leads nowhere', async () => {
  for (const token of [newToken(), made(), 'short', 'a'.repeat(43)]) {
    expect((await open(token)).status).toBe(404)
    expect((await post(`/draft/${token}/choice`, {})).status).toBe(404)
  }
})
