import { afterAll, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { deleteEndedSessions } from '#src/auth/service.ts'
import { PROGRAMS_MAX, REFRESH_TOKENS_KEPT_MAX } from '#src/auth/tokens/model.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { signedIn, staffApp } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { aProgram, bearer, refreshed, tokensOf } from './program.ts'

const app = await staffApp()
const { ctx, url } = app
afterAll(() => app.end())

const statusWith = async (token: string) => (await fetch(`${url}/api/v1/registrations`, bearer(token))).status
const codeOf = (refreshing: Promise<unknown>) =>
  refreshing.then(
    () => 'good',
    (error: { code: string }) => error.code,
  )

test('a refresh token gives a new pair of the same session, and is itself good no more', async () => {
  const first = await aProgram(ctx, 'viewer', 'First')
  const second = await refreshed(ctx, first.refreshToken)
  expect(second.refreshToken).not.toBe(first.refreshToken)
  expect(decodeJwt(second.accessToken).sid).toBe(decodeJwt(first.accessToken).sid!)
  expect(await statusWith(second.accessToken)).toBe(200)
  expect(await statusWith(first.accessToken)).toBe(200)
  const third = await refreshed(ctx, second.refreshToken)
  expect(await statusWith(third.accessToken)).toBe(200)
})

test('one that is used again ends the session with all its tokens, and that is on record once', async () => {
  const first = await aProgram(ctx, 'viewer', 'Stolen')
  const second = await refreshed(ctx, first.refreshToken)
  expect(await codeOf(refreshed(ctx, first.refreshToken))).toBe('UNAUTHORIZED')
  expect(await statusWith(second.accessToken)).toBe(401)
  expect(await codeOf(refreshed(ctx, second.refreshToken))).toBe('UNAUTHORIZED')
  expect(await codeOf(refreshed(ctx, first.refreshToken))).toBe('UNAUTHORIZED')
  const entries = await ctx.db.read`
    select data from audit_entries where event = 'session.reuse-ended' and subject_id = ${first.staffId}`
  expect(entries.map(({ data }) => data)).toEqual([{ sessionId: decodeJwt(first.accessToken).sid }])
  const mails = await ctx.db.read`select kind from mails where to_address = ${first.email}`
  expect(mails.map(({ kind }) => kind)).toEqual(['token_reused'])
  const other = await aProgram(ctx, 'viewer', 'Untouched')
  expect(await statusWith(other.accessToken)).toBe(200)
})

test('of two that use one token at once exactly one is given tokens; the other is told so, and nothing ends', async () => {
  const { refreshToken } = await aProgram(ctx, 'viewer', 'Twice')
  const [{ session }] = (await ctx.db.read`
    select session_id as session from refresh_tokens where token_hash = ${hashToken(refreshToken)}`) as unknown as [
    { session: string },
  ]
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: held, resolve: hold } = Promise.withResolvers<void>()
  const holding = ctx.db.write.begin(async (tx) => {
    await tx`select from sessions where id = ${session} for update`
    hold()
    await released
  })
  await held
  const both = [refreshed(ctx, refreshToken), refreshed(ctx, refreshToken)]
  const settled = Promise.allSettled(both)
  // Both have looked at it, and wait for their turn.
  await untilIs(
    async () => {
      const [row] = await ctx.db.read`
        select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%refresh_tokens%'`
      return row!.waiting as number
    },
    (waiting) => waiting === 2,
  )
  release()
  await holding
  const outcomes = await settled
  const won = outcomes.filter((one) => one.status === 'fulfilled')
  const lost = outcomes.filter((one) => one.status === 'rejected')
  expect(won).toHaveLength(1)
  expect(lost.map(({ reason }) => reason.code)).toEqual(['CONFLICT'])
  expect(await statusWith(won[0]!.value.accessToken)).toBe(200)
  expect(await codeOf(refreshed(ctx, won[0]!.value.refreshToken))).toBe('good')
})

test('it is over with its session, its account, and when nobody used it for too long', async () => {
  const ended = await aProgram(ctx, 'viewer', 'Ended')
  await ctx.db.write`delete from sessions where staff_id = ${ended.staffId}`
  expect(await codeOf(refreshed(ctx, ended.refreshToken))).toBe('UNAUTHORIZED')

  const disabled = await aProgram(ctx, 'viewer', 'Disabled')
  await ctx.db.write`update staff set disabled_at = now() where id = ${disabled.staffId}`
  expect(await codeOf(refreshed(ctx, disabled.refreshToken))).toBe('UNAUTHORIZED')
  await ctx.db.write`update staff set disabled_at = null where id = ${disabled.staffId}`
  expect(await codeOf(refreshed(ctx, disabled.refreshToken))).toBe('good')

  const idle = await aProgram(ctx, 'viewer', 'Idle')
  await ctx.db.write`update sessions set last_seen_at = now() - interval '13 hours' where staff_id = ${idle.staffId}`
  expect(await codeOf(refreshed(ctx, idle.refreshToken))).toBe('UNAUTHORIZED')
})

test.each(['', 'short', newToken(), `${newToken()}'`])('what is no refresh token opens nothing: %j', async (text) => {
  expect(await codeOf(refreshed(ctx, text))).toBe('UNAUTHORIZED')
})

test('tokens are kept as digests alone, and no more of them than are needed', async () => {
  const { staffId, refreshToken, accessToken } = await aProgram(ctx, 'viewer', 'Many')
  const sessionId = String(decodeJwt(accessToken).sid)
  await ctx.db.write`
    insert into refresh_tokens (token_hash, session_id, used_at, created_at)
    select sha256(i::text::bytea), ${sessionId}, now(), now() - interval '1 day' from generate_series(1, ${REFRESH_TOKENS_KEPT_MAX + 10}) i`
  await refreshed(ctx, refreshToken)
  const [row] = await ctx.db.read`
    select count(*)::int as count, count(*) filter (where r.token_hash = ${hashToken(refreshToken)})::int as own
    from refresh_tokens r join sessions s on s.id = r.session_id where s.staff_id = ${staffId}`
  expect(row).toEqual({ count: REFRESH_TOKENS_KEPT_MAX + 1, own: 1 })
})

test('they go with their session, when that is swept', async () => {
  const { refreshToken } = await aProgram(ctx, 'viewer', 'Swept')
  ctx.travel(13 * 3_600_000)
  expect(await deleteEndedSessions(ctx)).toBeGreaterThan(0)
  const rows = await ctx.db.read`select from refresh_tokens where token_hash = ${hashToken(refreshToken)}`
  expect(rows.length).toBe(0)
})

test('whoever signs in again and again ends the sessions that they used least', async () => {
  const first = await aProgram(ctx, 'viewer', 'Again')
  const { cookie } = await signedIn(ctx, 'viewer', 'Beside')
  ctx.travel(1000)
  for (let time = 1; time < PROGRAMS_MAX; time += 1) await tokensOf(ctx, first.staffId)
  expect(await statusWith(first.accessToken)).toBe(200)
  await tokensOf(ctx, first.staffId)
  expect(await statusWith(first.accessToken)).toBe(401)
  expect((await app.visit('/account', { cookie })).status).toBe(200)
})
