import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Reply, Rules } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import { freshServer, openPostOffice, type PostOffice, post, type Row, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)

const SECOND_MS = 1000
const HOUR_MS = 3_600_000

let open: PostOffice
beforeAll(async () => {
  // So many failures that the breaker stays out of it.
  open = await openPostOffice({ config: { breakerFailures: 1000 }, timeouts: { silenceMs: 300 } })
})
afterAll(() => open.end())
beforeEach(() => freshServer(open))

const refusing = (reply: Reply): Rules => ({ rcptTo: () => reply })
const sweep = () => open.office.task.run()
const nextMail = async (state: string) => untilState(open.ctx, await post(open.ctx), state)

/** Moves the clock to the mail's next try and waits until that has ended. */
async function tryAgain(id: string): Promise<Row> {
  const { nextTryAt, attempts } = await rowOf(open.ctx, id)
  open.ctx.travel(nextTryAt.getTime() - open.ctx.now().getTime() + 1)
  await sweep()
  return untilIs(
    () => rowOf(open.ctx, id),
    (row) => row.attempts > attempts && row.state !== 'sending',
  )
}

test.each([
  ['no connection', { connect: () => ({ code: 421, words: 'Too busy' }) }, 'Too busy'],
  ['a hang-up at the greeting', { connect: () => 'drop' }, ''],
  ['a sender that is not liked for now', { mailFrom: () => ({ code: 451, words: 'Later' }) }, '451 Later'],
  ['a sender that is not liked, which is our fault and not the captain’s', { mailFrom: () => ({ code: 553 }) }, '553'],
  ['greylisting', { rcptTo: () => ({ code: 450, words: 'Greylisted' }) }, '450 Greylisted'],
  ['a full disk', { data: () => ({ code: 452, words: 'Disk full' }) }, '452 Disk full'],
  ['a hang-up in the middle of the message', { midData: () => 'drop' }, ''],
  ['silence', { rcptTo: () => 'stall' }, 'did not answer in time'],
] as [string, Rules, string][])('%s is followed by another try, the server’s words kept', async (_, rules, words) => {
  open.server.rules = rules
  const id = await post(open.ctx)
  const failed = await untilState(open.ctx, id, 'retrying')
  expect(failed.attempts).toBe(1)
  expect(failed.lastAnswer).toContain(words)
  open.server.rules = {}
  open.server.received.length = 0
  expect(await tryAgain(id)).toMatchObject({
    state: 'sent',
    attempts: 2,
    history: [{ state: 'retrying' }, { state: 'sent' }],
  })
  expect(open.server.received.map(({ messageId }) => messageId)).toEqual([`<${id}@cup.example.org>`])
})

test.each([
  ['the recipient', refusing({ code: 550, words: 'No such user' }), '550 No such user'],
  ['the message', { data: () => ({ code: 554, words: 'Looks like spam' }) }, '554 Looks like spam'],
] as [string, Rules, string][])('a server that refuses %s for good is believed at once', async (_, rules, words) => {
  open.server.rules = rules
  const { attempts, lastAnswer } = await nextMail('failed')
  expect([attempts, lastAnswer]).toEqual([1, words])
  expect(open.ctx.logged.filter((line) => line.includes('"mail.failed"')).at(-1)).not.toContain('example.org')
})

test('tries come after seconds, then minutes, then hours, and end after 72 hours', async () => {
  open.server.rules = refusing({ code: 450 })
  const id = await post(open.ctx)
  let row = await untilState(open.ctx, id, 'retrying')
  const first = open.ctx.now().getTime()
  const waits: number[] = []
  while (row.state === 'retrying') {
    waits.push(row.nextTryAt.getTime() - open.ctx.now().getTime())
    row = await tryAgain(id)
  }
  expect(row.state).toBe('failed')
  expect(waits.slice(0, 2).every((wait) => wait < 35 * SECOND_MS)).toBe(true)
  expect(waits[2]! / SECOND_MS).toBeWithin(110, 135)
  expect(waits[8]! / HOUR_MS).toBeWithin(3.9, 4.5)
  expect((open.ctx.now().getTime() - first) / HOUR_MS).toBeCloseTo(72, 1)
  expect(row.attempts).toBe(waits.length + 1)
  expect(row.history).toHaveLength(10)
  await sweep()
  expect(await rowOf(open.ctx, id)).toMatchObject({ state: 'failed', attempts: row.attempts })
})

test('a mail is not tried before its time', async () => {
  const later = new Date(open.ctx.now().getTime() + HOUR_MS)
  const id = await post(open.ctx, { notBefore: later } as never)
  await sweep()
  const witness = await nextMail('sent')
  expect(witness.state).toBe('sent')
  expect(await rowOf(open.ctx, id)).toMatchObject({ state: 'queued', attempts: 0 })
  expect((await tryAgain(id)).state).toBe('sent')
})
