import { afterAll, expect, test } from 'bun:test'
import { newSetupAddress } from '#src/auth/service.ts'
import { addStaff } from '#src/staff/service.ts'
import { cookieOf, PASSWORD, staffApp } from '#test/support/staff.ts'

const OWNER = { name: 'Ruth Owner', email: 'ruth@example.org', password: PASSWORD }
/** The first one starts PostgreSQL, before any test's time runs. */
const servers = [await staffApp()]
afterAll(() => Promise.all(servers.map(({ end }) => end())))

/** A server that nobody owns, and its set-up address. */
async function newServer() {
  const server = await staffApp()
  servers.push(server)
  return { ...server, address: (await newSetupAddress(server.ctx))! }
}

test('the address makes the first owner, once, and signs them in', async () => {
  const { ctx, visit, address } = await newServer()
  expect(await (await visit(address)).text()).toContain('name="password"')
  const answer = await visit(address, { form: OWNER })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin'])
  const account = await visit('/account', { cookie: cookieOf(answer) })
  expect(await account.text()).toContain('Owner')
  expect((await visit(address)).status).toBe(410)
  expect((await visit(address, { form: { ...OWNER, email: 'second@example.org' } })).status).toBe(410)
  expect(await newSetupAddress(ctx)).toBeUndefined()
  const events = await ctx.db
    .read`select event, actor_kind as "actorKind", subject_id is not null as "hasSubject" from audit_entries order by id`
  expect(events.map((row) => row.event)).toEqual(['staff.added', 'setup.claimed', 'session.started'])
})

test('of many claims at once exactly one wins', async () => {
  const { ctx, visit, address } = await newServer()
  const claims = Array.from({ length: 8 }, (_, index) =>
    visit(address, { form: { ...OWNER, email: `owner${index}@example.org` } }),
  )
  const statuses = (await Promise.all(claims)).map((answer) => answer.status).toSorted()
  expect(statuses).toEqual([303, 410, 410, 410, 410, 410, 410, 410])
  const [row] = await ctx.db.read`select count(*)::int as owners from staff_roles where role = 'owner'`
  expect(row!.owners).toBe(1)
})

test('it is over after thirty minutes, and when a later start prints another', async () => {
  const { ctx, visit, address } = await newServer()
  const later = (await newSetupAddress(ctx))!
  expect((await visit(address)).status).toBe(410)
  expect((await visit(later)).status).toBe(200)
  ctx.travel(30 * 60_000)
  expect((await visit(later)).status).toBe(410)
})

test('an owner added from the shell ends it', async () => {
  const { ctx, visit, address } = await newServer()
  await addStaff(ctx, { ...OWNER, role: 'owner' })
  expect((await visit(address)).status).toBe(410)
})

test('an address that never was is not found', async () => {
  const { visit } = await newServer()
  expect((await visit(`/setup/${'A'.repeat(43)}`)).status).toBe(404)
  expect((await visit('/setup/guess')).status).toBe(404)
})

test('every wrong field is told at once, and what was typed stays but the password', async () => {
  const { visit, address } = await newServer()
  const answer = await visit(address, { form: { name: 'R2', email: 'ruth@', password: 'short' } })
  expect(answer.status).toBe(422)
  const page = await answer.text()
  for (const field of ['name', 'email', 'password']) expect(page).toContain(`id="${field}-error"`)
  expect(page).toContain('value="ruth@"')
  expect(page).toContain('value="R2"')
  expect(page).not.toContain('value="short"')
  expect((await visit(address)).status).toBe(200)
})

test('the token is kept only as a digest and never logged', async () => {
  const { ctx, visit, address } = await newServer()
  await visit(address)
  const token = address.slice('/setup/'.length)
  expect(ctx.logged.join('')).not.toContain(token)
  const rows = await ctx.db.read`select encode(token_hash, 'base64') as kept from setup_tokens`
  expect(rows.map((row) => row.kept)).not.toContain(token)
})
