import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { captain, fieldsOf } from './captain.ts'

const KB = 1024
const FIRST_VISIT_MAX_BYTES = 60 * KB
const LATER_PAGE_MAX_BYTES = 12 * KB

let app: TestApp
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())

/** As it goes over the wire to a browser: the body as it is encoded, and the head of the answer. */
async function weigh(path: string): Promise<{ bytes: number; html: string }> {
  const answer = await fetch(app.url + path, { headers: { 'accept-encoding': 'br' }, decompress: false })
  const body = await answer.bytes()
  const head = [...answer.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 20)
  const plain = await fetch(app.url + path, { headers: { 'accept-encoding': 'identity' } })
  return { bytes: body.length + head, html: await plain.text() }
}

async function weighFirstVisit(path: string): Promise<number> {
  const { bytes, html } = await weigh(path)
  const assets = [...new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, address]) => address!))]
  expect(assets.length).toBeGreaterThanOrEqual(4)
  const weights = await Promise.all(assets.map(weigh))
  return weights.reduce((sum, asset) => sum + asset.bytes, bytes)
}

test('a first visit to the form weighs at most 60 kB, styles and scripts included', async () => {
  expect(await weighFirstVisit('/register')).toBeLessThan(FIRST_VISIT_MAX_BYTES)
})

test('a later page weighs at most 12 kB, a form of fifteen players with its files included', async () => {
  const writer = captain(app.url)
  await writer.open()
  const files = Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [
      `players.p${index + 1}.aadhar`,
      { name: `national identity card ${index}.pdf`, content: samplePdf(1500, index) },
    ]),
  )
  await writer.post('/register/draft', fieldsOf(aRegistration({ players: aSquad(15) })), { files })
  for (const path of ['/', '/register', '/entry', `/draft/${writer.token()}`])
    expect((await weigh(path)).bytes).toBeLessThan(LATER_PAGE_MAX_BYTES)
})
