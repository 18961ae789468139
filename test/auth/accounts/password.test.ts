import { afterAll, expect, test } from 'bun:test'
import { deleteEndedSessions } from '#src/auth/service.ts'
import { cookieOf, PASSWORD, type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'

const NEW_PASSWORD = 'eleven wickets before tea'
const { ctx, visit, end } = await staffApp()
afterAll(() => end())

const change = ({ cookie, csrf }: SignedIn, form: Record<string, string>) =>
  visit('/account/password', { cookie, form: { csrf, currentPassword: PASSWORD, newPassword: NEW_PASSWORD, ...form } })

test('a new password ends every other session and begins a new one here', async () => {
  const here = await signedIn(ctx, 'reviewer', 'Anand')
  const form = { email: here.email, password: PASSWORD }
  const elsewhere = cookieOf(await visit('/sign-in', { form }))
  const answer = await change(here, {})
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account?done=changed'])
  for (const cookie of [here.cookie, elsewhere]) expect((await visit('/account', { cookie })).status).toBe(303)
  expect((await visit('/account', { cookie: cookieOf(answer) })).status).toBe(200)
  expect((await visit('/sign-in', { form })).status).toBe(422)
  expect((await visit('/sign-in', { form: { ...form, password: NEW_PASSWORD } })).status).toBe(303)
})

test('it takes the present password, and guesses at it meet the growing wait', async () => {
  const guessing = await signedIn(ctx, 'viewer', 'Guessing')
  for (let tries = 0; tries < 5; tries++) {
    const answer = await change(guessing, { currentPassword: 'not the present one' })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('id="currentPassword-error"')
  }
  const refused = await change(guessing, {})
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
})

test('a new password has to be a good one', async () => {
  const person = await signedIn(ctx, 'viewer', 'Careless')
  const answer = await change(person, { newPassword: 'Careless1234' })
  expect(answer.status).toBe(422)
  expect(await answer.text()).toContain('id="newPassword-error"')
})

test('a form without the session’s token changes nothing', async () => {
  const person = await signedIn(ctx, 'viewer', 'Tricked')
  expect((await change(person, { csrf: '' })).status).toBe(403)
  expect((await visit('/sign-in', { form: { email: person.email, password: PASSWORD } })).status).toBe(303)
})

test('nobody’s post is refused', async () => {
  expect((await visit('/account/password', { form: { csrf: '' } })).status).toBe(401)
})

test('sessions that are over are swept away', async () => {
  await signedIn(ctx, 'viewer', 'Gone')
  ctx.travel(13 * 3_600_000)
  const { actor } = await signedIn(ctx, 'viewer', 'Here')
  expect(await deleteEndedSessions(ctx)).toBeGreaterThan(0)
  const rows = await ctx.db.read`select id from sessions`
  expect(rows.map((row) => row.id)).toEqual([actor.sessionId])
})
