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
