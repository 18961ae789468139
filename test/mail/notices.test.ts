import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { NOTICE_MAILS_EVERY_MS, tellOwners } from '#src/mail/notices/notify.ts'
import { ANSWERS_MIN } from '#src/vitals/traffic.ts'
import { makeVitals } from '#src/vitals/vitals.ts'
import { signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { freshServer, openPostOffice, type PostOffice } from './post-office.ts'

setDefaultTimeout(120_000)

let open: PostOffice
beforeAll(async () => {
  open = await openPostOffice()
  await signedIn(open.ctx, 'owner', 'Meena')
  await signedIn(open.ctx, 'admin', 'Ravi')
})
afterAll(() => open.end())
beforeEach(async () => {
  await freshServer(open)
  await open.ctx.db.write`delete from mails`
})

const FILES = { kind: 'dependency-open', subject: 'files' } as const
const about = (subject: string) => ({ ...FILES, subject, since: open.ctx.now() })
const posted = async () =>
  (
    await open.ctx.db.read`select to_address as "to", state, data, next_try_at as "nextTryAt" from mails order by id`
  ).map((row) => ({
    ...row,
    subjects: JSON.parse(row.data.notices).map((notice: typeof FILES) => notice.subject || notice.kind),
  })) as unknown as { to: string; state: string; nextTryAt: Date; subjects: string[] }[]

test('owners, and nobody else, are mailed when an outside service is left alone, with the way to the System page', async () => {
  const { ctx, server } = open
  const host = ctx.vitals.addDependency({
    name: 'files',
    timeoutMs: 1000,
    deadlineMs: 1000,
    concurrency: { calls: 1, waiting: 0 },
  })
  const down = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
  for (let time = 0; time < ctx.config.breakerFailures; time += 1) await host.call(down).catch(() => {})
  const [mail] = await untilIs(
    () => server.received,
    (received) => received.length > 0,
  )
  expect(mail!.envelope.to).toEqual(['meena@example.org'])
  expect(mail!.subject).toBe('Teamsheet needs your attention')
  expect(mail!.text).toMatch(/– The outside service files has failed several times and is left alone/i)
  expect(mail!.text).toContain('https://cup.example.org/admin/system')
  expect(await posted()).toHaveLength(1)
})

test('too many answers of failure are told of as well', async () => {
  for (let time = 0; time < ANSWERS_MIN; time += 1) open.ctx.vitals.countAnswer(500)
  await untilIs(posted, (mails) => mails.length === 1)
  expect((await posted())[0]!.subjects).toEqual(['error-rate'])
})

test('many processes at once mail once, and what is raised within the hour gathers in one mail at its end', async () => {
  const { ctx } = open
  const processes = Array.from({ length: 4 }, () => ({ ...ctx, vitals: makeVitals(ctx) }))
  await Promise.all(processes.map((one) => tellOwners(one, [about('files')])))
  expect((await posted()).map(({ subjects }) => subjects)).toEqual([['files']])
  const first = ctx.now()
  ctx.travel(NOTICE_MAILS_EVERY_MS / 4)
  await Promise.all([about('mail'), about('files'), about('other')].map((notice) => tellOwners(ctx, [notice])))
  const mails = await posted()
  expect(mails.map(({ subjects }) => subjects.toSorted())).toEqual([['files'], ['mail', 'other']])
  const waitMs = mails[1]!.nextTryAt.getTime() - first.getTime()
  expect(Math.abs(waitMs - NOTICE_MAILS_EVERY_MS)).toBeLessThan(10_000)
  await tellOwners(ctx, [about('mail')])
  expect(await posted()).toHaveLength(2)

  ctx.travel(NOTICE_MAILS_EVERY_MS)
  await open.office.task.run()
  await untilIs(
    () => open.server.received,
    (received) => received.some(({ text }) => /service other/.test(text ?? '')),
  )
  ctx.travel(NOTICE_MAILS_EVERY_MS)
  await tellOwners(ctx, [about('files')])
  expect((await posted()).at(-1)!.subjects).toEqual(['files'])
})

test('of the mail server’s own failure the mail waits in the log until the server is back', async () => {
  const { ctx, server, office } = open
  server.rules = { connect: () => 'drop' }
  await tellOwners(ctx, [about('mail')])
  await untilIs(posted, ([mail]) => mail?.state === 'retrying')
  expect(server.received).toEqual([])
  server.rules = {}
  ctx.travel(60_000)
  await office.task.run()
  await untilIs(posted, ([mail]) => mail?.state === 'sent')
  expect(server.received.at(-1)!.text).toMatch(/service mail/)
})

test('what could not be posted as the database was away is posted with the next sweep', async () => {
  const { ctx, office } = open
  await ctx.owner`alter table staff_roles rename to away`
  ctx.travel(NOTICE_MAILS_EVERY_MS)
  for (const listen of ctx.vitals.noticeListeners) listen({ id: 'dependency-open s3', ...about('s3') })
  await untilIs(() => ctx.logged.some((line) => line.includes('"event":"notice.not-mailed"')), Boolean)
  await ctx.owner`alter table away rename to staff_roles`
  expect(await posted()).toEqual([])
  await office.task.run()
  expect((await posted())[0]!.subjects).toEqual(['s3'])
})
