import { afterAll, expect, test } from 'bun:test'
import { LIVE_KEYS_MAX } from '#src/auth/keys/model.ts'
import { hashToken } from '#src/lib/keys.ts'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'

const app = await staffApp()
const { ctx, visit } = app
afterAll(() => app.end())
const owner = await signedIn(ctx, 'owner', 'Olivia')
const admin = await signedIn(ctx, 'admin', 'Arun')

const SEE = { 'scope:registrations.see': 'on' }
const make = ({ cookie, csrf }: SignedIn, form: Record<string, string> = {}) =>
  visit('/admin/keys', {
    cookie,
    form: { csrf, id: Bun.randomUUIDv7(), name: 'Scoreboard', reach: 'tournament', life: '90', ...form },
  })
const keyIn = async (answer: Response) => /ts_live_[\w-]{43}/.exec(await answer.text())?.[0]
const live = () => ctx.db.read`select * from api_keys where revoked_at is null order by id`

test('an empty list says what keys are for', async () => {
  const page = await (await visit('/admin/keys', { cookie: admin.cookie })).text()
  expect(page).toContain('There are no keys yet')
  expect(page).toContain('href="/admin/keys/new"')
})

test('a key is shown once, kept as a digest, and on record without what it opens', async () => {
  const answer = await make(admin, { ...SEE, 'scope:contacts.see': 'on' })
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
  const key = (await keyIn(answer))!
  const [row] = await live()
  expect(row).toMatchObject({
    name: 'Scoreboard',
    scopes: ['registrations.see', 'contacts.see'],
    made_by: admin.actor.id,
  })
  expect(row!.key_hash).toEqual(hashToken(key))
  expect(row!.hint).toBe(key.slice(-4))
  expect(row!.tournament_id).toBe(ctx.tournament.id)
  expect(Math.round((row!.expires_at.getTime() - ctx.now().getTime()) / 86_400_000)).toBe(90)
  const list = await (await visit('/admin/keys', { cookie: admin.cookie })).text()
  expect(list).toContain('Scoreboard')
  expect(list).toContain('See registrations, See phone numbers and e-mails')
  expect(list).not.toContain(key)
  const [entry] = await ctx.db.read`select after, subject_id from audit_entries where event = 'key.made'`
  expect(entry).toMatchObject({ subject_id: row!.id, after: { scopes: 'registrations.see contacts.see' } })
  for (const secret of [key, row!.key_hash.toString('hex')])
    expect([...ctx.logged, JSON.stringify(entry)].filter((line) => line.includes(secret))).toEqual([])
})

test('a form that is sent twice makes one key', async () => {
  const before = (await live()).length
  const form = { ...SEE, id: Bun.randomUUIDv7() }
  const answers = await Promise.all([make(admin, form), make(admin, form)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  expect((await live()).length).toBe(before + 1)
})

test('all that is wrong is said at once, and what was typed is kept', async () => {
  const answer = await make(admin, { name: '', reach: 'all', life: '1000', 'scope:staff.manage': 'on' })
  expect(answer.status).toBe(422)
  const page = await answer.text()
  for (const told of [
    'Please enter a name.',
    'only what you may do here',
    'where the key works',
    'how long the key is good',
  ])
    expect(page).toContain(told)
  expect(await (await make(admin, {})).text()).toContain('Please choose what the key may do.')
  const kept = await (await make(admin, { name: 'x', ...SEE, life: '365' })).text()
  expect(kept).toMatch(/name="scope:registrations\.see"[^>]*checked/)
  expect(kept).toMatch(/value="365" selected/)
  expect((await make(admin, { ...SEE, id: 'no id' })).status).toBe(400)
})

test('an administrator gives what they hold here; an owner may reach all tournaments', async () => {
  const form = async ({ cookie }: SignedIn) => (await visit('/admin/keys/new', { cookie })).text()
  expect(await form(admin)).not.toContain('audit.see')
  expect(await form(admin)).not.toContain('<select id="reach"')
  expect(await form(owner)).toContain('scope:audit.see')
  expect(await form(owner)).toContain('All tournaments')
  const key = await keyIn(await make(owner, { ...SEE, reach: 'all', life: 'none', name: 'Everywhere' }))
  const [row] = await ctx.db.read`select tournament_id, expires_at from api_keys where key_hash = ${hashToken(key!)}`
  expect(row).toEqual({ tournament_id: null, expires_at: null })
  expect(await (await visit('/admin/keys', { cookie: owner.cookie })).text()).toContain('Everywhere')
  expect(await (await visit('/admin/keys', { cookie: admin.cookie })).text()).not.toContain('Everywhere')
})

test('a key is revoked after a last look, once', async () => {
  const key = await keyIn(await make(admin, { ...SEE, name: 'Leaving' }))
  const [{ id }] = (await ctx.db.read`select id from api_keys where key_hash = ${hashToken(key!)}`) as unknown as [
    { id: string },
  ]
  const { cookie, csrf } = admin
  const path = `/admin/keys/${id}/revocation`
  expect(await (await visit(path, { cookie })).text()).toContain('Revoke the key “Leaving”?')
  expect((await visit(path, { cookie, form: { csrf: '' } })).status).toBe(403)
  const answer = await visit(path, { cookie, form: { csrf } })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/keys?done=revoked'])
  expect((await visit(path, { cookie, form: { csrf } })).status).toBe(404)
  expect((await visit(path, { cookie })).status).toBe(404)
  expect(await (await visit('/admin/keys?done=revoked', { cookie })).text()).toContain('The key is revoked.')
  const entries = await ctx.db.read`select subject_id from audit_entries where event = 'key.revoked'`
  expect(entries.map((entry) => entry.subject_id)).toEqual([id])
})

test('nobody revokes what is not theirs to manage', async () => {
  const key = await keyIn(await make(owner, { ...SEE, reach: 'all', name: 'Of all' }))
  const [{ id }] = (await ctx.db.read`select id from api_keys where key_hash = ${hashToken(key!)}`) as unknown as [
    { id: string },
  ]
  const revoke = ({ cookie, csrf }: SignedIn, of: string) =>
    visit(`/admin/keys/${of}/revocation`, { cookie, form: { csrf } })
  expect((await revoke(admin, id)).status).toBe(404)
  expect((await revoke(admin, 'none')).status).toBe(404)
  expect((await revoke(admin, crypto.randomUUID())).status).toBe(404)
  expect((await revoke(owner, id)).status).toBe(303)
})

test('whoever confirmed nothing lately is asked to, before there is anything to type', async () => {
  const late = await signedIn(ctx, 'admin', 'Late')
  await ctx.db.write`update sessions set confirmed_at = null where id = ${late.actor.sessionId}`
  expect((await visit('/admin/keys', { cookie: late.cookie })).status).toBe(200)
  const asked = await visit('/admin/keys/new', { cookie: late.cookie })
  expect([asked.status, asked.headers.get('location')]).toEqual([303, '/confirm?next=%2Fadmin%2Fkeys%2Fnew'])
  expect((await make(late, SEE)).status).toBe(401)
})

test('reviewers and viewers have no keys, and no link to them', async () => {
  const reviewer = await signedIn(ctx, 'reviewer', 'Ravi')
  expect((await visit('/admin/keys', { cookie: reviewer.cookie })).status).toBe(403)
  expect(await (await visit('/admin', { cookie: reviewer.cookie })).text()).not.toContain('/admin/keys')
  expect(await (await visit('/admin', { cookie: admin.cookie })).text()).toContain('href="/admin/keys"')
})

test('there are never more than so many that are good, however many ask at once', async () => {
  const count = (await live()).filter((row) => row.tournament_id !== null).length
  for (let made = count; made < LIVE_KEYS_MAX - 1; made += 1) await make(admin, SEE)
  const answers = await Promise.all([make(admin, SEE), make(admin, SEE), make(admin, SEE)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
})
