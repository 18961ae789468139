import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { newSetupAddress } from '#src/auth/service.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { cookieOf, PASSWORD, type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

const { ctx, url, visit, end } = await staffApp()
let owner: SignedIn
let seen = 0
let auditedBefore = 0
beforeAll(async () => {
  // First: there is no set-up once there is an owner.
  const path = (await newSetupAddress(ctx))!
  const form = { name: 'Meena Raj', email: 'meena@example.org', password: PASSWORD }
  await visit(path, { form })
  expect(told()).toContainEqual({ event: 'setup.claimed', staffId: expect.any(String) })
  owner = await signedIn(ctx, 'owner')
  ctx.vitals.addDependency({
    name: 'stand-in',
    timeoutMs: 1000,
    deadlineMs: 1000,
    concurrency: { calls: 1, waiting: 1 },
  })
  ctx.vitals.tasks.add('sweep', 1000, async () => {})
})
afterAll(end)
beforeEach(async () => {
  seen = ctx.logged.length
  auditedBefore = await countAudited()
})

const countAudited = async () =>
  (await ctx.db.read`select coalesce(max(id), 0)::int as last from audit_entries`)[0]!.last as number
/** What was written down since the test began, but for the sessions that a test begins by itself. */
const audited = async () =>
  (
    await ctx.db.read`
      select event, actor_kind as by, actor_id as "actorId", subject_id as subject from audit_entries
      where id > ${auditedBefore} order by id`
  ).map((row) => ({ ...row }))
/** What was logged since the test began, without the requests. */
const told = () =>
  ctx.logged
    .slice(seen)
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event !== 'request.answered')
    .map(({ level: _, time: __, requestId: ___, ...fields }) => fields)
const byOwner = () => ({ by: 'staff', actorId: owner.actor.id })
const act = (path: string, form: Record<string, string> = {}) =>
  visit(path, { cookie: owner.cookie, form: { csrf: owner.csrf, ...form } })

describe('whatever changes something is in the log, and in the audit log with whoever did it', () => {
  test.each(['approval', 'rejection'] as const)('%s', async (path) => {
    const { id } = await send(url)
    const event = path === 'approval' ? 'registration.approved' : 'registration.rejected'
    expect(
      (await act(`/admin/registrations/${id}/${path}`, { expectedState: 'submitted', reason: 'Paid.' })).status,
    ).toBe(303)
    expect(told()).toEqual([
      { event: 'registration.received', teamId: id, door: 'api' },
      { event, teamId: id, actorId: owner.actor.id },
    ])
    expect(await audited()).toEqual([
      { event: 'registration.received', by: 'captain', actorId: null, subject: id },
      { event, ...byOwner(), subject: id },
    ])
  })

  test('an entry opened by reference and PIN, and withdrawn', async () => {
    const { id, reference, pin } = await send(url)
    const opened = await visit('/entry', { form: { reference, pin } })
    const path = opened.headers.get('location')!
    await visit(path)
    expect((await visit(`${path}/withdrawal`, { form: { confirmed: 'on' } })).status).toBe(303)
    expect(told().slice(1)).toEqual([
      { event: 'entry.opened', teamId: id, by: 'pin' },
      { event: 'entry.opened', teamId: id, by: 'link' },
      { event: 'registration.withdrawn', teamId: id, by: 'captain' },
    ])
    expect((await audited()).slice(1)).toEqual([
      { event: 'registration.withdrawn', by: 'captain', actorId: null, subject: id },
    ])
  })

  test('a look at a document', async () => {
    const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter.pdf'))
    const { id } = await send(url, { documents: [letter] })
    const [document] = await ctx.db.read`select id from documents where team_id = ${id}`
    await visit(`/admin/registrations/${id}/documents/${document!.id}`, { cookie: owner.cookie })
    expect(told()).toContainEqual({
      event: 'document.viewed',
      documentId: document!.id,
      teamId: id,
      actorId: owner.actor.id,
    })
    expect(await audited()).toContainEqual({ event: 'document.viewed', ...byOwner(), subject: document!.id })
  })

  test('signing in, a new password, and signing out', async () => {
    const { actor, email } = await signedIn(ctx, 'reviewer', 'Arun')
    const form = { email, password: PASSWORD }
    const cookie = cookieOf(await visit('/sign-in', { form }))
    const page = await (await visit('/account', { cookie })).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
    const changed = await visit('/account/password', {
      cookie,
      form: { csrf, currentPassword: PASSWORD, newPassword: 'another rope for the tent' },
    })
    const renewed = cookieOf(changed)
    const after = /name="csrf" value="([^"]+)"/.exec(await (await visit('/account', { cookie: renewed })).text())![1]!
    expect((await visit('/sign-out', { cookie: renewed, form: { csrf: after } })).status).toBe(303)
    const staffId = actor.id
    expect(told()).toEqual([
      { event: 'staff.added', staffId, role: 'reviewer' },
      { event: 'staff.signed-in', staffId },
      { event: 'staff.password-changed', staffId },
      { event: 'staff.signed-out', staffId },
    ])
    expect((await audited()).map(({ event }) => event)).toEqual([
      ...['staff.added', 'session.started', 'session.started'],
      ...['staff.password-changed', 'session.started', 'session.ended'],
    ])
  })

  test('what an owner does to the server', async () => {
    await act('/admin/system/tasks/sweep/run')
    await act('/admin/system/dependencies/stand-in/reset')
    const actorId = owner.actor.id
    expect(told()).toEqual([
      { event: 'system.task-started', task: 'sweep', actorId },
      { event: 'system.dependency-reset', dependency: 'stand-in', actorId },
    ])
    expect((await audited()).map(({ event, actorId: who }) => [event, who])).toEqual([
      ['system.task-started', actorId],
      ['system.dependency-reset', actorId],
    ])
  })
})

describe('what failed tells of nobody', () => {
  test('a wrong password and a wrong PIN', async () => {
    const { reference } = await send(url)
    await visit('/sign-in', { form: { email: owner.email, password: 'not this one' } })
    await visit('/entry', { form: { reference, pin: '000000' } })
    expect(told().slice(1)).toEqual([
      { event: 'sign-in.refused', outcome: 'wrong', staffId: owner.actor.id },
      { event: 'entry.refused', outcome: 'wrong' },
    ])
    expect(await audited()).toHaveLength(1)
  })

  test('a file that is none of those taken', async () => {
    await upload(url, 'pastor_letter', new File(['a letter'], 'letter of Meena.txt')).catch(() => {})
    expect(told()).toEqual([{ event: 'upload.refused', code: 'UNSUPPORTED_FILE_TYPE' }])
  })
})

test('a file kept on its own is told without its id, which opens it; the same entry again is told as such', async () => {
  const id = await upload(url, 'pastor_letter', new File([samplePdf(2000)], 'letter.pdf'))
  expect(told()).toEqual([{ event: 'upload.kept', kind: 'pastor_letter', bytes: 2000 }])
  expect(ctx.logged.join('')).not.toContain(id)
})

test('what a request causes carries its id', async () => {
  const answer = await visit('/sign-in', { form: { email: owner.email, password: 'not this one' } })
  const requestId = answer.headers.get('x-request-id')!
  const lines = await untilIs(
    () => ctx.logged.filter((line) => line.includes(requestId)).map((line) => JSON.parse(line).event as string),
    (events) => events.length === 2,
  )
  expect(lines.toSorted()).toEqual(['request.answered', 'sign-in.refused'])
})
