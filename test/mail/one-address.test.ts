import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { SENT_TO_ONE_MAX } from '#src/mail/delivery.ts'
import { sendAgain } from '#src/mail/service.ts'
import { openPostOffice, type PostOffice, post, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)

const DAY_MS = 86_400_000
let open: PostOffice
beforeAll(async () => {
  open = await openPostOffice()
})
afterAll(() => open.end())

test('who names an address again and again has ten mails a day sent there; the rest is held until staff send it', async () => {
  const { ctx, server, office } = open
  const write = (about: Parameters<typeof post>[1] = {}) => post(ctx, { toAddress: 'victim@example.org', ...about })
  for (let sent = 0; sent < SENT_TO_ONE_MAX; sent += 1)
    await untilState(ctx, await write(sent % 2 ? { toAddress: 'Victim@Example.org' } : {}), 'sent')
  const held = await write()
  await untilState(ctx, held, 'held')
  expect((await rowOf(ctx, held)).lastAnswer).toStartWith('Not sent')
  expect(server.received).toHaveLength(SENT_TO_ONE_MAX)

  await untilState(ctx, await post(ctx, { toAddress: 'another@example.org' }), 'sent')
  await untilState(ctx, await write({ kind: 'test', data: {} }), 'sent')
  expect(await sendAgain(ctx, held)).toBe(true)
  await untilState(ctx, held, 'sent')

  ctx.travel(DAY_MS + 1000)
  const next = await write()
  await office.task.run()
  await untilState(ctx, next, 'sent')
})
