import { afterAll, beforeEach, expect, test } from 'bun:test'
import { finishSignIn, newSetupAddress, signIn, type Visitor } from '#src/auth/service.ts'
import { startApiSession, startSession } from '#src/auth/sessions.ts'
import { openLimits } from '#src/db/limits.ts'
import { codeOf, enrolled } from '#test/support/factors.ts'
import { PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, visit, end } = await staffApp()
afterAll(() => end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

test('whoever sets the server up is not told of it, and their browser is known from then on', async () => {
  const email = 'meena@example.org'
  const form = { name: 'Meena Raj', email: ' Meena@Example.org ', password: PASSWORD }
  const claimed = await visit((await newSetupAddress(ctx))!, { form })
  const cookies = claimed.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!)
  expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['session', 'browser'])
  await visit('/sign-in', { form: { email, password: PASSWORD }, cookie: cookies[1] })
  expect(await mailsTo('Meena@Example.org')).toEqual([])
  await visit('/sign-in', { form: { email, password: PASSWORD } })
  expect(await mailsTo('Meena@Example.org')).toHaveLength(1)
})

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const mailsTo = async (email: string) =>
  (await ctx.db.read`select data from mails where kind = 'new_sign_in' and to_address = ${email}`).map(
    ({ data }) => data,
  )

const aProgram = (device: string): Visitor<string> => ({
  kind: 'api',
  address: '192.0.2.9',
  device,
  begin: (tx, session) => startApiSession(tx, session, ctx.now()),
})

test('a browser that the account does not know is told of by mail, one that it knows is not', async () => {
  const { email } = await signedIn(ctx, 'viewer', 'Asha')
  const headers = { 'user-agent': FIREFOX }
  const first = await visit('/sign-in', { form: { email, password: PASSWORD }, headers })
  expect(await mailsTo(email)).toEqual([
    { signedInAt: expect.any(String), browser: 'Firefox on Linux', address: '127.0.0.1' },
  ])
  const note = first.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('browser='))!
    .split(';')[0]!
  await visit('/sign-in', { form: { email, password: PASSWORD }, headers, cookie: note })
  expect(await mailsTo(email)).toHaveLength(1)
  const other = await signedIn(ctx, 'viewer', 'Bala')
  await visit('/sign-in', { form: { email: other.email, password: PASSWORD }, headers, cookie: note })
  expect(await mailsTo(other.email)).toHaveLength(1)
})

test('with a second factor the mail goes out once that is given, not before', async () => {
  const { email, secret } = await enrolled(ctx, 'viewer', 'Chitra')
  const half = await visit('/sign-in', { form: { email, password: PASSWORD } })
  expect(await mailsTo(email)).toEqual([])
  const cookie = half.headers.get('set-cookie')!.split(';')[0]!
  await visit('/sign-in/second-factor', { cookie, form: { code: codeOf(ctx, secret) } })
  expect(await mailsTo(email)).toHaveLength(1)
})

test('a program is told of once as long as it has a session', async () => {
  const { email } = await signedIn(ctx, 'viewer', 'Divya')
  for (const device of ['Scoreboard 2', 'Scoreboard 2', 'curl 8', ''])
    expect(await signIn(ctx, { email, password: PASSWORD }, aProgram(device))).toMatchObject({ outcome: 'signed-in' })
  expect((await mailsTo(email)).map(({ browser }) => browser)).toEqual(['Scoreboard 2', 'curl 8', 'unknown'])
})

test('the mail and the session stand or fall together', async () => {
  const { email, actor, secret } = await enrolled(ctx, 'viewer', 'Esther')
  const failing: Visitor<string> = {
    ...aProgram('Scoreboard'),
    async begin(tx, session) {
      await startSession(tx, session, ctx.now())
      throw new Error('the disk is full')
    },
  }
  const begun = await signIn(ctx, { email, password: PASSWORD }, failing)
  if (begun.outcome !== 'second-factor') throw new Error('It was let in without its second factor.')
  const step = { challenge: begun.challenge, code: codeOf(ctx, secret) }
  expect(finishSignIn(ctx, step, failing)).rejects.toThrow('the disk is full')
  const sessions = await ctx.db.read`select from sessions where staff_id = ${actor.id}`
  expect(sessions).toHaveLength(1)
  expect(await mailsTo(email)).toEqual([])
  // Nothing was used up: the same code, the same challenge.
  expect(await finishSignIn(ctx, step, aProgram('Scoreboard'))).toMatchObject({ outcome: 'signed-in' })
})
