import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { erase } from '#src/commands/erase.ts'
import { captain } from '#test/registration/captain.ts'
import { aSquad } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { send, signedIn, staffApp, upload } from '#test/support/staff.ts'

setDefaultTimeout(60_000)

const { ctx, url, visit, end } = await staffApp({ preset: 'icct26' })
afterAll(end)

const aPdf = (name: string) => new File([samplePdf(1500, name)], name)

test('each document that goes is named before, of teams and of forms, and of nobody else', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'owner', 'Anna')
  const own = await upload(url, 'aadhar', aPdf('of Kumaran.pdf'))
  const another = await upload(url, 'aadhar', aPdf('of another.pdf'))
  const ofAll = await upload(url, 'pastor_letter', aPdf('of all.pdf'))
  const [first, second, ...others] = aSquad(11)
  const named = { ...first!, name: 'Kumaran Devan' }
  const players = [{ ...named, documents: [own] }, { ...second!, documents: [another] }, ...others]
  const { id } = await send(url, { players, documents: [ofAll] })
  const writer = captain(url)
  await writer.open()
  const row = [
    ['row', 'p1'],
    ['players.p1.name', named.name],
  ] as const
  const inForm = { name: 'of a form.pdf', content: samplePdf(1500, 'a form') }
  await writer.post('/register/draft', row, { files: { 'players.p1.aadhar': inForm } })

  const found = await (await visit('/admin/erasure/search', { cookie, form: { csrf, q: 'kumaran' } })).text()
  const people = [...found.matchAll(/name="person" value="([^"]+)"/g)].map(([, ref]) => `person=${ref}`)
  expect(people).toHaveLength(2)
  const show = async (more = '') =>
    (await visit(`/admin/erasure/confirmation?${people.join('&')}${more}`, { cookie })).text()
  const namesIn = (html: string) => new Set([...html.matchAll(/of [\w ]+\.pdf/g)].map(([name]) => name))
  const html = await show()
  expect(namesIn(html)).toEqual(new Set(['of Kumaran.pdf', 'of a form.pdf']))
  expect(namesIn(await show('&teamDocuments=on'))).toEqual(new Set(['of Kumaran.pdf', 'of a form.pdf', 'of all.pdf']))
  const [, href] = /href="([^"]+\/documents\/[^"]+)"/.exec(html)!
  expect(href).toStartWith(`/admin/registrations/${id}/documents/`)
  const file = await visit((await visit(href!, { cookie })).headers.get('location')!)
  expect(await file.text()).toContain('of Kumaran.pdf')

  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const tools = { open: async () => ({ ctx, close: async () => {} }), print, complain: print }
  await erase(
    people.map((person) => person.slice('person='.length)),
    tools,
  )
  expect(lines.filter((line) => line.startsWith('document  '))).toEqual([
    'document  National ID (Aadhaar)  Kumaran Devan  of Kumaran.pdf',
    'document  National ID (Aadhaar)  Kumaran Devan  of a form.pdf',
  ])
})
