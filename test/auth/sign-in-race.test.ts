import { afterAll, expect, test } from 'bun:test'
import { PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

const { ctx, visit, end } = await staffApp()
afterAll(() => end())

/** Statements that wait for a row. */
const countWaiting = async () =>
  (
    await ctx.db.read`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
  )[0]!.waiting as number
const countSessions = async (staffId: string) =>
  (await ctx.db.read`select count(*)::int as sessions from sessions where staff_id = ${staffId}`)[0]!.sessions as number

test.each([
  ['the password was changed', 'password_hash = password_hash || $$'],
  ['the account was disabled', 'disabled_at = now()'],
])('a password that was right is none any more when %s while it was checked', async (what, change) => {
  const { actor, email } = await signedIn(ctx, 'reviewer', what.replaceAll(' ', '.'))
  const before = await countSessions(actor.id)
  let answering: Promise<Response> | undefined
  await ctx.db.write.begin(async (tx) => {
    const set = change.replace('$$', "'x'")
    await tx`update staff set ${tx.unsafe(set)} where id = ${actor.id}`
    answering = visit('/sign-in', { form: { email, password: PASSWORD } })
    await untilIs(countWaiting, (waiting) => waiting === 1)
  })
  expect((await answering!).status).toBe(422)
  expect(await countSessions(actor.id)).toBe(before)
})

test.each([
  ['its password', '/account/password', { currentPassword: PASSWORD, newPassword: 'eleven wickets before tea' }],
  ['what confirms it', '/confirm', { password: PASSWORD }],
])('a session that is ended while it changes %s changes nothing', async (what, path, form) => {
  const { actor, cookie, csrf, email } = await signedIn(ctx, 'reviewer', what.replaceAll(' ', '.'))
  let answering: Promise<Response> | undefined
  await ctx.db.write.begin(async (tx) => {
    await tx`update staff set name = name where id = ${actor.id}`
    await tx`delete from sessions where staff_id = ${actor.id}`
    answering = visit(path, { cookie, form: { csrf, ...form } })
    await untilIs(countWaiting, (waiting) => waiting === 1)
  })
  const answer = await answering!
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null])
  expect(await countSessions(actor.id)).toBe(0)
  expect((await visit('/sign-in', { form: { email, password: PASSWORD } })).status).toBe(303)
})
