import { afterEach, expect, test } from 'bun:test'
import { readEffectiveConfig } from '#src/config.ts'
import { timeoutsOf } from '#src/mail/mailer.ts'
import { canDeliver } from '#src/mail/model.ts'
import { composeMail, startMail } from '#src/mail/service.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { mailSettings, post, rowOf } from './post-office.ts'

let ctx: TestContext | undefined
afterEach(async () => {
  await ctx?.end()
  ctx = undefined
})

const MAIL = {
  SMTP_SERVER: 'mail.example.org',
  SMTP_FROM_EMAIL: 'office@example.org',
  PUBLIC_URL: 'https://example.org',
}
const told = (env: Record<string, string>) => {
  const { problems, warnings } = readEffectiveConfig({ ...MAIL, ...env }, {}, () => '')
  return { problems, warnings }
}

test('a mail server needs a sender, and a name its password', () => {
  expect(told({})).toEqual({ problems: [], warnings: [] })
  expect(told({ SMTP_FROM_EMAIL: '' }).problems).toEqual([
    'SMTP_SERVER needs SMTP_FROM_EMAIL beside it: whom the mail is from.',
  ])
  expect(told({ SMTP_FROM_EMAIL: 'The office <office@example.org>' }).problems[0]).toStartWith(
    'SMTP_FROM_EMAIL needs to be an e-mail address',
  )
  expect(told({ SMTP_USERNAME: 'office' }).problems).toEqual([
    'SMTP_USERNAME and SMTP_PASSWORD belong together; give both or none.',
  ])
  expect(told({ SMTP_CA: 'none' }).problems[0]).toStartWith('SMTP_CA needs to hold certificates')
})

test('mail crosses the public network in clear only where that was said twice', () => {
  const plain = { SMTP_SECURITY: 'none' }
  expect(told(plain).problems[0]).toEndWith('Set SMTP_SECURITY to starttls or tls, or SMTP_ALLOW_PLAIN=true.')
  for (const env of [{ SMTP_ALLOW_PLAIN: 'true' }, { ENVIRONMENT: 'development' }] as Record<string, string>[])
    expect(told({ ...plain, ...env })).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('in clear across the public network')],
    })
  for (const host of ['localhost', '127.0.0.1', '10.1.2.3', 'mailserver'])
    expect(told({ ...plain, SMTP_SERVER: host }).problems).toEqual([])
})

test('without a server, or an address that links can name, mail is held, and stays held', async () => {
  expect(told({ PUBLIC_URL: '' }).warnings).toEqual([
    'Without PUBLIC_URL no mail is sent: its links would lead nowhere.',
  ])
  ctx = await testContext()
  const held = await post(ctx)
  expect(await startMail(ctx, composeMail)).toBeUndefined()
  expect((await rowOf(ctx, held)).state).toBe('held')
  expect(canDeliver({ ...ctx.config, ...mailSettings(25), publicUrl: undefined })).toBe(false)
  expect(canDeliver({ ...ctx.config, ...mailSettings(25) })).toBe(true)
})

test('what was queued is held when mail can no longer be delivered', async () => {
  ctx = await testContext({ config: mailSettings(25) })
  const queued = await post(ctx)
  expect((await rowOf(ctx, queued)).state).toBe('queued')
  const without = { ...ctx, config: { ...ctx.config, smtpServer: undefined } }
  expect(await startMail(without, composeMail)).toBeUndefined()
  expect((await rowOf(ctx, queued)).state).toBe('held')
  expect(ctx.logged.at(-1)).toContain('"held":1')
})

test('SMTP_TIMEOUT is for a whole try, of which connection, greeting and silence have their share', () => {
  expect(timeoutsOf({ smtpTimeout: 180 })).toEqual({
    connectMs: 15_000,
    greetingMs: 30_000,
    silenceMs: 120_000,
    wholeMs: 180_000,
  })
  expect(timeoutsOf({ smtpTimeout: 6 })).toEqual({ connectMs: 6000, greetingMs: 6000, silenceMs: 4000, wholeMs: 6000 })
})
