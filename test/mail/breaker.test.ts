import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { untilIs } from '#test/support/until.ts'
import { freshServer, openPostOffice, type PostOffice, post, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)

let open: PostOffice
beforeAll(async () => {
  open = await openPostOffice({ config: { breakerFailures: 3, breakerRest: 60 } })
})
afterAll(() => open.end())
beforeEach(() => freshServer(open))

test('a server that fails again and again is left alone, and its mails wait without using up a try', async () => {
  const { ctx, server, office } = open
  server.rules = { connect: () => ({ code: 421 }) }
  const tried = await Promise.all([post(ctx), post(ctx), post(ctx)])
  await Promise.all(tried.map((id) => untilState(ctx, id, 'retrying')))
  const breaker = ctx.vitals.dependencies.get('mail')!
  expect(breaker.status().state).toBe('open')
  const { connections } = server
  const waiting = await post(ctx)
  await office.task.run()
  const postponed = await untilIs(
    () => rowOf(ctx, waiting),
    ({ nextTryAt }) => nextTryAt > ctx.now(),
  )
  expect(postponed).toMatchObject({ state: 'queued', attempts: 0 })
  expect(server.connections).toBe(connections)

  // It has recovered; when its rest is over the first mail finds out, and the others follow.
  server.rules = {}
  ctx.travel(postponed.nextTryAt.getTime() - ctx.now().getTime() + 1)
  await untilIs(
    async () => {
      ctx.travel(5000)
      await office.task.run()
      await Bun.sleep(50)
      return Promise.all([...tried, waiting].map((id) => rowOf(ctx, id)))
    },
    (rows) => rows.every(({ state }) => state === 'sent'),
  )
  expect(breaker.status().state).toBe('closed')
  expect((await rowOf(ctx, waiting)).attempts).toBe(1)
  expect(server.received.map(({ messageId }) => messageId).sort()).toEqual(
    [...tried, waiting].map((id) => `<${id}@cup.example.org>`).sort(),
  )
})

test('the time a mail may be tried in does not run while the server is left alone', async () => {
  const { ctx, server, office } = open
  server.rules = { connect: () => ({ code: 421 }) }
  const ids = await Promise.all([post(ctx), post(ctx), post(ctx)])
  const before = await Promise.all(ids.map((id) => untilState(ctx, id, 'retrying')))
  ctx.travel(40_000)
  await office.task.run()
  const after = await Promise.all(ids.map((id) => rowOf(ctx, id)))
  for (const [index, row] of after.entries()) {
    expect(row.attempts).toBe(before[index]!.attempts)
    expect(row.giveUpAt!.getTime()).toBeGreaterThan(before[index]!.giveUpAt!.getTime())
  }
})

test('refused recipients say nothing against the server', async () => {
  const { ctx, server } = open
  ctx.vitals.dependencies.get('mail')!.reset()
  server.rules = { rcptTo: () => ({ code: 550 }) }
  const refused = await Promise.all([post(ctx), post(ctx), post(ctx), post(ctx)])
  await Promise.all(refused.map((id) => untilState(ctx, id, 'failed')))
  expect(ctx.vitals.dependencies.get('mail')!.status().state).toBe('closed')
})
