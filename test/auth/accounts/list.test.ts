import { afterAll, expect, test } from 'bun:test'
import { addTestTournament } from '#test/support/context.ts'
import { signedIn } from '#test/support/staff.ts'
import { openAccounts } from './desk.ts'

const accounts = await openAccounts()
const { ctx, visit } = accounts
afterAll(() => accounts.end())
const owner = await signedIn(ctx, 'owner', 'Aaron')
const elsewhere = (await addTestTournament(ctx, 'elsewhere'))!

const emailsOn = (page: string) => [...page.matchAll(/>([^<>\s]+@example\.org)</g)].map(([, email]) => email!)
/** The driver asks a new connection for its types. */
const isOurs = (statement: string) => !statement.includes('pg_catalog')
const open = async (path: string, cookie = owner.cookie) => (await visit(path, { cookie })).text()

test('a long list is turned page by page, both ways, with three statements a page', async () => {
  const rows = Array.from({ length: 120 }, (_, index) => `many${String(index).padStart(3, '0')}@example.org`)
  for (const email of rows)
    await ctx.db
      .write`insert into staff (id, name, email, email_key) values (${Bun.randomUUIDv7()}, '', ${email}, ${email})`
  const pages: string[] = []
  for (let path: string | undefined = '/admin/staff'; path !== undefined; ) {
    await ctx.findTournament()
    const before = ctx.statements.length
    pages.push(await open(path))
    expect(ctx.statements.slice(before).filter(isOurs).length).toBeLessThanOrEqual(3)
    path = /href="([^"]+)" class="[^"]*" rel="next"/.exec(pages.at(-1)!)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(pages.flatMap(emailsOn)).toEqual([owner.email, ...rows])
  const back = /href="([^"]+)" class="[^"]*" rel="prev"/.exec(pages.at(-1)!)![1]!
  expect(emailsOn(await open(back))).toEqual(emailsOn(pages.at(-2)!))
  const id = await accounts.idOf(rows[0]!)
  const before = ctx.statements.length
  expect(await open(`/admin/staff/${id}`)).toContain('Over: send it again')
  expect(ctx.statements.slice(before).filter(isOurs).length).toBeLessThanOrEqual(3)
  await ctx.db.write`delete from staff where password_hash is null`
  for (const cursor of ['nonsense', Buffer.from('["email","after"]').toString('base64url')])
    expect((await visit(`/admin/staff?cursor=${cursor}`, { cookie: owner.cookie })).status).toBe(200)
})

test('each account is told with roles, state, second factor and last use', async () => {
  const id = await accounts.addFor(elsewhere, 'reviewer', 'Beena')
  await accounts.elsewhere(id)
  await ctx.db.write`delete from sessions where staff_id = ${id}`
  const gone = await accounts.addFor(elsewhere, 'viewer', 'Chitra')
  await ctx.db.write`update staff set disabled_at = now() where id = ${gone}`
  await ctx.db.write`insert into totp_secrets (staff_id, secret, confirmed_at) values (${id}, ''::bytea, now())`
  const page = await open('/admin/staff')
  const rowOf = (name: string) => page.slice(page.indexOf(`>${name}</a>`)).split('</tr>')[0]!
  expect(rowOf('Beena')).toMatch(/Reviewer: .*Active.*Yes.*<time/s)
  expect(rowOf('Chitra')).toMatch(/Viewer: .*Disabled.*No.*Not signed in/s)
})

test('an administrator of one tournament sees who has a role there, and of them no other role', async () => {
  const by = await signedIn(ctx, 'admin', 'Dinesh')
  await ctx.db.write`update staff_roles set tournament_id = ${ctx.tournament.id} where staff_id = ${by.actor.id}`
  const both = await accounts.addFor(elsewhere, 'reviewer', 'Elango')
  await ctx.db.write`
    insert into staff_roles (id, staff_id, role, tournament_id) values (${Bun.randomUUIDv7()}, ${both}, 'viewer', ${ctx.tournament.id})`
  const hidden = await accounts.addFor(elsewhere, 'viewer', 'Farida')
  const page = await open('/admin/staff', by.cookie)
  expect(emailsOn(page)).toEqual(['aaron@example.org', 'dinesh@example.org', 'elango@example.org'])
  const account = await open(`/admin/staff/${both}`, by.cookie)
  expect([account.includes('Viewer: '), account.includes('Reviewer: ')]).toEqual([true, false])
  expect((await visit(`/admin/staff/${hidden}`, { cookie: by.cookie })).status).toBe(404)
  const options = /<select[^>]*name="tournament".*?<\/select>/s.exec(page)![0]
  expect([options.includes(elsewhere), options.includes('All tournaments')]).toEqual([false, false])
})

test('the way to it stands in the navigation of those who may invite', async () => {
  const [viewer, admin] = [await signedIn(ctx, 'viewer', 'Gauri'), await signedIn(ctx, 'admin', 'Hari')]
  expect(await open('/admin', viewer.cookie)).not.toContain('href="/admin/staff"')
  expect(await open('/admin', admin.cookie)).toContain('href="/admin/staff"')
  expect((await visit('/admin/staff', { cookie: viewer.cookie })).status).toBe(403)
})

test('who has not confirmed lately is asked to, where a form would be', async () => {
  const late = await signedIn(ctx, 'owner', 'Indira')
  await ctx.db.write`update sessions set confirmed_at = null where id = ${late.actor.sessionId}`
  for (const path of ['/admin/staff', `/admin/staff/${owner.actor.id}`]) {
    const page = await open(path, late.cookie)
    expect([page.includes(`/confirm?next=${encodeURIComponent(path)}`), page.includes('name="role"')]).toEqual([
      true,
      false,
    ])
  }
})
