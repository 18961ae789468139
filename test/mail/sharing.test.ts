import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type Delivery, deliverMail } from '#src/mail/delivery.ts'
import { mailDependency, makeMailer, timeoutsOf } from '#src/mail/mailer.ts'
import { composeMail, type MailOffice, startMail } from '#src/mail/service.ts'
import { makeVitals } from '#src/vitals/vitals.ts'
import type { TestContext } from '#test/support/context.ts'
import { untilIs } from '#test/support/until.ts'
import { mailSettings, openPostOffice, type PostOffice, post, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)

const MAILS = 120
const HOUR_MS = 3_600_000

let open: PostOffice
const others: MailOffice[] = []
beforeAll(async () => {
  open = await openPostOffice()
  for (let more = 0; more < 2; more++) others.push((await startMail(anotherProcess(open.ctx), composeMail))!)
})
afterAll(async () => {
  for (const office of others) await office.stop(100)
  await open.end()
})

const anotherProcess = (ctx: TestContext): TestContext => ({ ...ctx, vitals: makeVitals(ctx) })

/** A process of its own that delivers only what it is told to. */
async function aDelivery(ctx: TestContext): Promise<Delivery> {
  const process = anotherProcess(ctx)
  const timeouts = timeoutsOf(process.config)
  const server = process.vitals.addDependency(mailDependency(timeouts))
  const mailer = await makeMailer({ ...ctx.config, ...mailSettings(open.server.port) }, timeouts)
  return {
    ctx: process,
    compose: composeMail,
    mailer,
    server,
    timeouts,
    stopping: new AbortController().signal,
  }
}

test('three processes share the mails, and each goes out once', async () => {
  const { ctx, server } = open
  const ids = await Promise.all(Array.from({ length: MAILS }, () => post(ctx)))
  // Everybody sweeps as well, as if all had been missed.
  await Promise.all([open.office, ...others].flatMap(({ task }) => [task.run(), task.run()]))
  await untilIs(
    () => ctx.db.read`select from mails where state <> 'sent'`,
    (left) => left.length === 0,
  )
  expect(server.received.map(({ messageId }) => messageId).sort()).toEqual(
    ids.map((id) => `<${id}@cup.example.org>`).sort(),
  )
  expect(ctx.logged.filter((line) => line.includes('mail.claim-lost'))).toEqual([])
})

test('of those who reach for one mail at the same moment, one has it', async () => {
  const { ctx, server } = open
  server.received.length = 0
  const id = await post(ctx, { notBefore: new Date(ctx.now().getTime() + HOUR_MS) } as never)
  ctx.travel(HOUR_MS)
  const deliveries = await Promise.all(Array.from({ length: 8 }, () => aDelivery(ctx)))
  await Promise.all(deliveries.map((delivery) => deliverMail(delivery, id)))
  expect(server.received).toHaveLength(1)
  expect(await rowOf(ctx, id)).toMatchObject({ state: 'sent', attempts: 1 })
  for (const { mailer } of deliveries) mailer.close()
})

test('who lost the claim on a mail does not say how it ended', async () => {
  const { ctx, server } = open
  const id = await post(ctx, { notBefore: new Date(ctx.now().getTime() + HOUR_MS) } as never)
  ctx.travel(HOUR_MS)
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<{ code: number }>()
  server.rules = {
    data() {
      server.rules = {}
      asked.resolve()
      return answer.promise
    },
  }
  const slow = await aDelivery(ctx)
  const delivered = deliverMail(slow, id)
  await asked.promise
  ctx.travel(HOUR_MS)
  await open.office.task.run()
  await untilState(ctx, id, 'sent')
  answer.resolve({ code: 554 })
  await delivered
  expect(await rowOf(ctx, id)).toMatchObject({ state: 'sent', attempts: 2, history: [{ state: 'sent' }] })
  expect(ctx.logged.filter((line) => line.includes('mail.claim-lost') && line.includes(id))).toHaveLength(1)
  slow.mailer.close()
})

test('after the connection that listens was lost it is found again, with what was posted meanwhile', async () => {
  const { ctx } = open
  const listeners = () => ctx.db.read`
    select pid from pg_stat_activity where datname = current_database() and query ilike 'listen %' and state = 'idle'`
  const before = await untilIs(listeners, (rows) => rows.length > 0)
  await ctx.db.write.begin(async (tx) => {
    // In the same moment: nobody hears of it.
    await tx`select pg_terminate_backend(pid) from pg_stat_activity where pid = any(${before.map(({ pid }) => pid)})`
  })
  const missed = await post(ctx)
  await untilState(ctx, missed, 'sent')
  const again = await untilIs(listeners, (rows) => rows.length >= before.length)
  expect(again.map(({ pid }) => pid)).not.toContainAnyValues(before.map(({ pid }) => pid))
  await untilState(ctx, await post(ctx), 'sent')
})
