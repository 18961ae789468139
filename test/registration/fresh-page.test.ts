import { afterAll, beforeAll, expect, test } from 'bun:test'
import { h } from 'preact'
import type { Tournament } from '#src/context.ts'
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
  const view = async (token: string) => {
    rendered += 1
    return h('p', null, token)
  }
  const { tournament } = app.ctx
  const shown = async (settings: Tournament, place: string, token: string) =>
    new TextDecoder().decode((await freshPage(settings, place, view)).fill(token).plain)
  expect(await shown(tournament, '/a', 'one')).toContain('<p>one</p>')
  expect(await shown(tournament, '/a', 'two')).toContain('<p>two</p>')
  expect(rendered).toBe(1)
  expect(await shown(tournament, '/b', 'three')).toContain('<p>three</p>')
  expect(await shown({ ...tournament }, '/a', 'four')).toContain('<p>four</p>')
  expect(rendered).toBe(3)
})

test.each(['gzip, deflate, br', 'gzip', 'br', 'gzip;q=0, br', 'identity'])(
  'it is the same page for a browser that takes %s',
  async (accepted) => {
    const answer = await fetch(`${app.url}/register`, { headers: { 'accept-encoding': accepted } })
    const packed =
      accepted.startsWith('gzip') && !accepted.includes('q=0') ? 'gzip' : accepted.includes('br') ? 'br' : null
    expect(answer.headers.get('content-encoding')).toBe(packed)
    expect(answer.headers.get('vary')).toContain('Accept-Encoding')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const token = /draft[^=]*=([\w-]{43})/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
    const html = await answer.text()
    expect(html).toContain(`name="draft" value="${token}"`)
    expect(html).toEndWith('</html>')
  },
)
