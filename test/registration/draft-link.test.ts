import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newToken } from '#src/lib/keys.ts'
import { type TestApp, testApp } from '#test/support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

const keep = (token: string, fields: Record<string, string>) =>
  fetch(`${app.url}/register/draft`, {
    method: 'POST',
    body: new URLSearchParams({ draft: token, ...fields }),
    redirect: 'manual',
  })
const open = (token: string, own?: string) =>
  fetch(`${app.url}/draft/${token}`, { headers: own === undefined ? {} : { cookie: `draft-open=${own}` } })

test('a form’s link brings it back on a device that has none', async () => {
  const token = newToken()
  await keep(token, { teamName: 'Lions of the Link' })
  const answer = await open(token)
  expect(await answer.text()).toContain('Lions of the Link')
  expect(answer.headers.get('set-cookie')).toStartWith(`draft-open=${token};`)
})

test('a stranger’s link does not take the place of the form that is being filled in', async () => {
  const [own, strangers] = [newToken(), newToken()]
  await keep(own, { teamName: 'Our Own Team' })
  await keep(strangers, { teamName: 'The Other Team' })
  expect((await open(strangers, own)).headers.get('set-cookie')).toBeNull()
  expect((await open(own, own)).headers.get('set-cookie')).toStartWith(`draft-open=${own};`)
})

test('what is typed past the end of a field is cut between characters, whatever they are', async () => {
  const token = newToken()
  const answer = await keep(token, { teamName: `${'a'.repeat(299)}\u{1f600}`, clubName: 'Kept All the Same' })
  expect(answer.status).toBe(303)
  expect(await (await open(token)).text()).toContain('Kept All the Same')
})

test('a link that was never made leads nowhere', async () => {
  for (const token of [newToken(), 'short', 'a'.repeat(43)]) expect((await open(token)).status).toBe(404)
})
