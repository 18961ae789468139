import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { erase } from '#src/commands/erase.ts'
import { aSquad } from '#test/support/registrations.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

setDefaultTimeout(60_000)

const { ctx, url, visit, end } = await staffApp()
let owner: SignedIn

beforeAll(async () => {
  owner = await signedIn(ctx, 'owner', 'Anna')
})
afterAll(end)

const open = async (path: string, who = owner) => {
  const answer = await visit(path, { cookie: who.cookie })
  return { status: answer.status, html: await answer.text() }
}
const search = async (q: string) =>
  (await visit('/admin/erasure/search', { cookie: owner.cookie, form: { csrf: owner.csrf, q } })).text()
const refsIn = (html: string) => [...html.matchAll(/name="person" value="([^"]+)"/g)].map(([, ref]) => ref!)
const nameOf = async (teamId: string) =>
  (await ctx.db.read`select captain_name as name from teams where id = ${teamId}`)[0]!.name as string
const someone = (name: string) => ({ name, phone: '+919876512399', email: `${name.split(' ')[0]}@example.org` })

test('the way: from the registration to the person, what would go, the word, and done', async () => {
  const { id } = await send(url, { captain: someone('Vimala Devi') })
  const { html: registration } = await open(`/admin/registrations/${id}`)
  expect(registration).toContain(`/admin/erasure?team=${id}`)
  const { html: team } = await open(`/admin/erasure?team=${id}`)
  expect(refsIn(team).length).toBe(13)
  const { html: person } = await open(`/admin/erasure?of=captain:${id}`)
  expect(person).toMatch(new RegExp(`value="captain:${id}"[^>]* checked`))
  const { html: shown } = await open(`/admin/erasure/confirmation?person=captain:${id}`)
  expect(shown).toContain('Erase Vimala Devi?')
  expect(await nameOf(id)).toBe('Vimala Devi')

  const form = { csrf: owner.csrf, people: `captain:${id}`, word: 'no' }
  const refused = await visit('/admin/erasure', { cookie: owner.cookie, form })
  expect([refused.status, await nameOf(id)]).toEqual([422, 'Vimala Devi'])
  const done = await visit('/admin/erasure', { cookie: owner.cookie, form: { ...form, word: ' Erase ' } })
  expect([done.status, await nameOf(id)]).toEqual([303, 'Erased person'])
  expect((await open(done.headers.get('location')!)).html).toContain(
    'Erased: places 1, documents 0, mails 1. It cannot be undone.',
  )
  // What shows the team afterwards has no broken link to nowhere.
  const { html: after } = await open(`/admin/registrations/${id}`)
  expect(after).not.toContain('href="tel:"')
  expect(after).not.toContain('href="mailto:"')
})

test('people are found by name, number and address, in whatever case and spacing', async () => {
  const { id } = await send(url, { captain: { ...someone('Ezhil Arasan'), phone: '+919000012345' } })
  for (const typed of ['ezhil', 'EZHIL@example', '90000 12345', '+91 90000-12345']) {
    const html = await search(typed)
    expect([typed, refsIn(html)]).toEqual([typed, [`captain:${id}`]])
  }
  expect(await search('nobody at all')).toContain('Nobody like that was found.')
})

test('only the owner comes here, and nothing is erased without their own form', async () => {
  const { id } = await send(url, { captain: someone('Nila Mathi') })
  for (const role of ['viewer', 'reviewer', 'admin'] as const) {
    const other = await signedIn(ctx, role)
    expect((await open('/admin/erasure', other)).status).toBe(403)
    const form = { csrf: other.csrf, people: `captain:${id}`, word: 'erase', q: 'Nila' }
    expect((await visit('/admin/erasure/search', { cookie: other.cookie, form })).status).toBe(403)
    expect((await visit('/admin/erasure', { cookie: other.cookie, form })).status).toBe(403)
    expect((await open(`/admin/registrations/${id}`, other)).html).not.toContain('/admin/erasure')
  }
  const form = { csrf: 'another', people: `captain:${id}`, word: 'erase' }
  expect((await visit('/admin/erasure', { cookie: owner.cookie, form })).status).toBe(403)
  expect(await nameOf(id)).toBe('Nila Mathi')
})

test('what cannot be chosen is told', async () => {
  expect((await open('/admin/erasure/confirmation')).status).toBe(422)
  expect((await open('/admin/erasure/confirmation?person=everybody')).status).toBe(422)
  expect((await open(`/admin/erasure/confirmation?person=captain:${Bun.randomUUIDv7()}`)).status).toBe(404)
  expect((await open(`/admin/erasure?of=captain:${Bun.randomUUIDv7()}`)).status).toBe(404)
})

test('from the shell: found, shown, and erased only when confirmed', async () => {
  const { id } = await send(url, { captain: someone('Kayal Vizhi'), players: aSquad(11) })
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const run = (...args: string[]) =>
    erase(args, { open: async () => ({ ctx, close: async () => {} }), print, complain: print })
  expect(await run('--find', 'kayal')).toBe(0)
  expect(lines.at(-1)).toStartWith(`captain:${id}  Kayal Vizhi`)
  const before = lines.length
  expect(await run('--of', `captain:${id}`)).toBe(0)
  expect(lines[before]).toStartWith(`captain:${id}  Kayal Vizhi`)
  expect([await run(`captain:${id}`), await nameOf(id)]).toEqual([0, 'Kayal Vizhi'])
  expect(lines.at(-2)).toContain('Would be erased: people 1, teams 1, documents 0, mails 1')
  expect([await run(`captain:${id}`, '--confirm'), await nameOf(id)]).toEqual([0, 'Erased person'])
  expect([await run(), await run('captain:me'), await run('--find', 'kayal', `captain:${id}`)]).toEqual([64, 64, 64])
  expect(await run(`player:${Bun.randomUUIDv7()}`)).toBe(1)
})
