import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { newMail } from '#src/mail/model.ts'
import { hold, postMail, sendAgain } from '#src/mail/service.ts'
import { getTeamByLink } from '#src/teams/service.ts'
import { untilIs } from '#test/support/until.ts'
import { openPostOffice, type PostOffice, post, register, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)
const HOUR_MS = 3_600_000

let open: PostOffice
beforeAll(async () => {
  open = await openPostOffice()
})
afterAll(() => open.end())
beforeEach(() => {
  open.server.rules = {}
  open.server.received.length = 0
})

test('a team that registers is written to, with a link that opens its page, and no PIN', async () => {
  const { ctx, server } = open
  const registered = await register(ctx, { teamName: 'Kings of Salem' })
  const [mail] = await untilIs(
    () => server.received,
    (received) => received.length > 0,
  )
  expect(mail).toMatchObject({
    subject: `Kings of Salem: registration received (${ctx.tournament.name})`,
    envelope: { from: 'office@cup.example.org' },
    from: { value: [{ address: 'office@cup.example.org', name: ctx.tournament.name }] },
  })
  expect(mail!.headers.get('auto-submitted')).toBe('auto-generated')
  const [row] = await ctx.db.read`select id, data from mails where team_id = ${registered.id}`
  await untilState(ctx, row!.id, 'sent')
  expect(mail!.messageId).toBe(`<${row!.id}@cup.example.org>`)
  expect(mail!.text).toContain(registered.reference)
  const token = /https:\/\/cup\.example\.org\/entry\/([\w-]{43})/.exec(mail!.text!)![1]!
  expect(mail!.html).toContain(`href="https://cup.example.org/entry/${token}"`)
  expect((await getTeamByLink(ctx, token)).id).toBe(registered.id)
  expect((await getTeamByLink(ctx, registered.token)).id).toBe(registered.id)
  expect(mail!.raw).not.toContain(registered.pin)
  expect(JSON.stringify(row!.data)).not.toContain(token)
})

test('what is rolled back is never sent, what is committed exactly once', async () => {
  const { ctx, server } = open
  const rolledBack = ctx.db.write.begin(async (tx) => {
    const about = {
      tournamentId: ctx.tournament.id,
      teamId: null,
      kind: 'withdrawn',
      toName: 'Nobody',
      data: {},
    } as const
    await postMail(tx, newMail(ctx, { ...about, toAddress: 'nobody@example.org' }))
    throw new Error('no')
  })
  expect(rolledBack).rejects.toThrow('no')
  const id = await post(ctx)
  await untilState(ctx, id, 'sent')
  await open.office.task.run()
  expect(await ctx.db.read`select from mails where to_address = 'nobody@example.org'`).toHaveLength(0)
  expect(server.received.map(({ messageId }) => messageId)).toEqual([`<${id}@cup.example.org>`])
  expect(await rowOf(ctx, id)).toMatchObject({ state: 'sent', attempts: 1, history: [{ state: 'sent' }] })
})

test('a held mail goes out when it is sent again, a sent one again with its Message-ID', async () => {
  const { ctx, server } = open
  const id = await post(ctx, { notBefore: new Date(ctx.now().getTime() + HOUR_MS) } as never)
  expect(await hold(ctx, id)).toBe(true)
  ctx.travel(2 * HOUR_MS)
  await open.office.task.run()
  await untilState(ctx, await post(ctx), 'sent')
  expect((await rowOf(ctx, id)).state).toBe('held')
  for (const times of [1, 2]) {
    expect(await sendAgain(ctx, id)).toBe(true)
    await untilIs(
      () => server.received.filter(({ messageId }) => messageId?.startsWith(`<${id}@`)),
      (same) => same.length === times,
    )
    expect(await untilState(ctx, id, 'sent')).toMatchObject({ attempts: 1 })
  }
  expect(await hold(ctx, id)).toBe(false)
  expect(await sendAgain(ctx, crypto.randomUUID())).toBe(false)
})
