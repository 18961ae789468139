import { afterAll, beforeAll, expect, test } from 'bun:test'
import { freshPage } from '#src/registration/form/fresh-page.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { addTestTournament } from '#test/support/context.ts'
import { captain } from './captain.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

test('everyone who opens a fresh form gets a token of their own, in the page as in the cookie', async () => {
  const visitors = [captain(app.url), captain(app.url), captain(app.url)]
  const pages = await Promise.all(visitors.map((visitor) => visitor.open()))
  const tokens = visitors.map((visitor) => visitor.token())
  expect(new Set(tokens).size).toBe(visitors.length)
  for (const [index, { html, headers }] of pages.entries()) {
    expect(html).toContain(tokens[index]!)
    expect(headers.get('set-cookie')).toContain(tokens[index]!)
    expect(html.replaceAll(tokens[index]!, '')).toBe(pages[0]!.html.replaceAll(tokens[0]!, ''))
  }
})

test('a fresh form opened again keeps its token', async () => {
  const visitor = captain(app.url)
  await visitor.open()
  const first = visitor.token()
  await visitor.open()
  expect(visitor.token()).toBe(first)
})

test('each tournament has a fresh form of its own, at its own address', async () => {
  await addTestTournament(app.ctx, 'other', 'icct26')
  const { html } = await captain(app.url).open('/t/other/register')
  expect(html).toContain('action="/t/other/register"')
  expect((await captain(app.url).open()).html).toContain('action="/register"')
})

test('it is rendered once a place for as long as the settings are remembered', async () => {
  let rendered = 0
  const render = async (token: string) => {
    rendered += 1
    return `<${token}>`
  }
  const { tournament } = app.ctx
  expect(await freshPage(tournament, '/a', 'one', render)).toBe('<one>')
  expect(await freshPage(tournament, '/a', 'two', render)).toBe('<two>')
  expect(rendered).toBe(1)
  expect(await freshPage(tournament, '/b', 'three', render)).toBe('<three>')
  expect(await freshPage({ ...tournament }, '/a', 'four', render)).toBe('<four>')
  expect(rendered).toBe(3)
})
