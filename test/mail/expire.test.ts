import { afterAll, expect, test } from 'bun:test'
import { expireMails } from '#src/mail/service.ts'
import { send, staffApp } from '#test/support/staff.ts'

const DAY_MS = 86_400_000
const { ctx, url, end } = await staffApp()
afterAll(end)

test('a mail goes a year after it was posted once it is over, one that still waits does not, and the registration stays', async () => {
  const states = ['queued', 'sent', 'retrying', 'failed', 'held']
  const before = ctx.now()
  for (const state of states) {
    const { id } = await send(url)
    await ctx.db.write`update mails set state = ${state}, created_at = ${before} where team_id = ${id}`
  }
  const kept = async () => (await ctx.db.read`select state from mails order by id`).map((mail) => mail.state)
  ctx.travel(365 * DAY_MS - 60_000)
  expect([await expireMails(ctx), await kept()]).toEqual([0, states])
  ctx.travel(120_000)
  const { id } = await send(url)
  await ctx.db.write`update mails set state = 'sent', created_at = ${ctx.now()} where team_id = ${id}`
  expect([await expireMails(ctx), await kept()]).toEqual([3, ['queued', 'retrying', 'sent']])
  expect(await expireMails(ctx)).toBe(0)
  expect(await ctx.db.read`select from teams`).toHaveLength(6)
})
