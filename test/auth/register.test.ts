import { afterAll, expect, test } from 'bun:test'
import { addTestTournament } from '#test/support/context.ts'
import { PASSWORD, staffApp } from '#test/support/staff.ts'
import { aProgram } from './tokens/program.ts'

const app = await staffApp()
const { ctx, url } = app
afterAll(() => app.end())
const elsewhere = await addTestTournament(ctx, 'elsewhere')
const owner = await aProgram(ctx, 'owner', 'Olivia')
const admin = await aProgram(ctx, 'admin', 'Arun')
await ctx.db.write`update staff_roles set tournament_id = ${elsewhere!} where staff_id = ${admin.staffId}`

async function post(path: string, body: unknown, token?: string) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const answer = await fetch(`${url}/api/v1/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
let people = 0
const register = (about: Record<string, unknown>, token?: string) => {
  people += 1
  const person = { name: 'Padma Devi', email: `padma${people}@example.org`, password: PASSWORD, role: 'viewer' }
  return post('register', { ...person, ...about }, token)
}

test('an owner makes an account that can sign in at once, with its role where it was given', async () => {
  const made = await register({ email: 'new@example.org', role: 'reviewer' }, owner.accessToken)
  expect([made.status, made.body]).toEqual([
    201,
    {
      id: expect.any(String),
      name: 'Padma Devi',
      email: 'new@example.org',
      role: 'reviewer',
      tournament: ctx.tournament.slug,
    },
  ])
  const login = await post('login', { email: 'new@example.org', password: PASSWORD })
  const me = await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${login.body.access_token}` } })
  expect(await me.json()).toMatchObject({ roles: [{ role: 'reviewer', tournament: ctx.tournament.slug }] })
  const [entry] = await ctx.db.read`
    select actor_id, tournament_id, data from audit_entries where event = 'staff.added' and subject_id = ${String(made.body.id)}`
  expect(entry).toEqual({
    actor_id: owner.staffId,
    tournament_id: ctx.tournament.id,
    data: { role: 'reviewer' },
  })
})

test('an owner gives any role anywhere; another owner is one everywhere', async () => {
  const everywhere = await register({ role: 'admin', tournament: null }, owner.accessToken)
  expect(everywhere.body).toMatchObject({ role: 'admin', tournament: null })
  const other = await register({ role: 'owner', tournament: 'elsewhere' }, owner.accessToken)
  expect(other.body).toMatchObject({ role: 'owner', tournament: null })
})

test('an administrator makes viewers and reviewers in their own tournament, and nobody else', async () => {
  const own = await register({ role: 'reviewer', tournament: 'elsewhere' }, admin.accessToken)
  expect([own.status, own.body.tournament]).toEqual([201, 'elsewhere'])
  for (const about of [
    { role: 'admin', tournament: 'elsewhere' },
    { role: 'owner' },
    { role: 'viewer' },
    { role: 'viewer', tournament: null },
  ]) {
    const refused = await register(about, admin.accessToken)
    expect([about, refused.status, refused.body.code]).toEqual([about, 403, 'FORBIDDEN'])
  }
})

test('it is never public, and nothing for viewers, reviewers or who confirmed nothing lately', async () => {
  expect((await register({})).status).toBe(401)
  for (const role of ['viewer', 'reviewer'] as const) {
    const { accessToken } = await aProgram(ctx, role, role)
    expect((await register({}, accessToken)).body.code).toBe('FORBIDDEN')
  }
  const late = await aProgram(ctx, 'owner', 'Late')
  await ctx.db.write`update sessions set confirmed_at = null where staff_id = ${late.staffId}`
  expect((await register({}, late.accessToken)).body.code).toBe('SECOND_FACTOR_REQUIRED')
  expect((await post('confirm', { password: PASSWORD }, late.accessToken)).status).toBe(200)
  expect((await register({}, late.accessToken)).status).toBe(201)
})

test('every wrong field is told at once; an e-mail is somebody’s once, however it is written', async () => {
  const wrong = await register(
    { name: '7', email: 'none', password: 'short', role: 'king', tournament: 'nowhere' },
    owner.accessToken,
  )
  expect(wrong.status).toBe(422)
  const fields = (wrong.body.errors as { field: string }[]).map(({ field }) => field)
  expect(fields).toEqual(['name', 'email', 'password', 'role', 'tournament'])
  const none = await post('register', {}, owner.accessToken)
  expect((none.body.errors as { field: string }[]).map(({ field }) => field)).toEqual([
    'name',
    'email',
    'password',
    'role',
  ])
  const taken = await register({ email: 'OLIVIA@example.org' }, owner.accessToken)
  expect([taken.status, taken.body.errors]).toMatchObject([422, [{ field: 'email', code: 'taken' }]])
})

test('of two at once with one e-mail, one is made', async () => {
  const made = await Promise.all([1, 2, 3].map(() => register({ email: 'same@example.org' }, owner.accessToken)))
  expect(made.map(({ status }) => status).toSorted()).toEqual([201, 422, 422])
})
