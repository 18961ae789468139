import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { saveMailSettings } from '#src/mail/settings/service.ts'
import { signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { freshServer, openPostOffice, type PostOffice, post, register, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)

let open: PostOffice
beforeAll(async () => {
  open = await openPostOffice()
})
afterAll(() => open.end())
beforeEach(() => freshServer(open))

/** Mail settings of the tournament; they are remembered for two seconds. */
async function settle(settings: Record<string, string | null>) {
  const { ctx } = open
  await ctx.db.write`update tournaments set ${ctx.db.write(settings)}`
  ctx.travel(3000)
}

test('a name full of mail headers stays a name', async () => {
  const { ctx, server } = open
  const evil = '"<img src=x>\r\nBcc: a@b.example\r\n\r\n<script>'
  const id = await post(ctx, { toName: evil, data: { teamName: evil, reference: evil } })
  await untilState(ctx, id, 'sent')
  const [mail] = server.received
  expect(mail!.envelope.to).toHaveLength(1)
  expect(mail!.headers.has('bcc')).toBe(false)
  expect(mail!.raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im)
  expect(mail!.subject).toContain('<img src=x> Bcc: a@b.example')
  expect(mail!.html).not.toMatch(/<img|<script/)
})

test('the tournament’s own sender and the address for answers are used, but in what the server says about accounts', async () => {
  const { ctx, server } = open
  await settle({ mail_from_name: 'The cup\r\nBcc: x@y.example', mail_reply_to: 'desk@cup.example.org' })
  await untilState(ctx, await post(ctx), 'sent')
  expect(server.received[0]!.from?.value[0]).toMatchObject({
    name: 'The cup Bcc: x@y.example',
    address: 'office@cup.example.org',
  })
  expect(server.received[0]!.replyTo?.value[0]).toMatchObject({ address: 'desk@cup.example.org' })
  const warning = { tournamentId: null, kind: 'recovery_code_used', data: { left: '3' } } as const
  await untilState(ctx, await post(ctx, warning), 'sent')
  expect(server.received[1]!.from?.value[0]).toMatchObject({ name: ctx.config.appTitle })
  expect(server.received[1]!.replyTo).toBeUndefined()
  await settle({ mail_from_name: null, mail_reply_to: null })
})

test('a decision goes out as soon as the quiet hours are taken away', async () => {
  const { ctx } = open
  await settle({ quiet_from: '00:00', quiet_to: '23:59' })
  const id = await post(ctx, { kind: 'rejected' })
  await untilIs(
    () => rowOf(ctx, id),
    ({ state, nextTryAt }) => state === 'queued' && nextTryAt > ctx.now(),
  )
  const { actor } = await signedIn(ctx, 'admin')
  const none = { mailFromName: '', mailReplyTo: '', quietFrom: '', quietTo: '' }
  await saveMailSettings(ctx, actor, (await ctx.findTournament())!, none)
  await untilState(ctx, id, 'sent')
})

test('in quiet hours a decision waits for their end without using up a try, an answer goes at once', async () => {
  const { ctx, server, office } = open
  // Two hours from now on, whatever the time is where the test runs.
  const hour = (hours: number) =>
    Temporal.Instant.fromEpochMilliseconds(ctx.now().getTime())
      .toZonedDateTimeISO(ctx.tournament.timeZone)
      .add({ hours })
      .toPlainTime()
      .toString({ smallestUnit: 'minute' })
  await settle({ quiet_from: hour(-1), quiet_to: hour(2) })
  const id = await post(ctx, { kind: 'rejected' })
  const row = await untilIs(
    () => rowOf(ctx, id),
    ({ state, nextTryAt }) => state === 'queued' && nextTryAt > ctx.now(),
  )
  expect(row.attempts).toBe(0)
  expect(row.history).toEqual([])
  await register(ctx)
  await untilIs(
    () => server.received,
    (received) => received.length === 1,
  )
  expect(await rowOf(ctx, id)).toMatchObject({ state: 'queued' })
  ctx.travel(row.nextTryAt.getTime() - ctx.now().getTime() + 1000)
  await office.task.run()
  await untilState(ctx, id, 'sent')
  await settle({ quiet_from: null, quiet_to: null })
})
