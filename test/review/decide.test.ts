import { afterAll, beforeAll, expect, test } from 'bun:test'
import { approve, reject } from '#src/review/service.ts'
import { holdTournament, moveTeam } from '#src/teams/service.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, url, visit, end } = await staffApp()
const { tournament } = ctx
let meena: SignedIn
let viewer: SignedIn

beforeAll(async () => {
  meena = await signedIn(ctx, 'reviewer', 'Meena')
  viewer = await signedIn(ctx, 'viewer', 'Victor')
})
afterAll(() => end())

const decide = (id: string, path: 'approval' | 'rejection', form: Record<string, string> = {}, by = meena) =>
  visit(`/admin/registrations/${id}/${path}`, {
    cookie: by.cookie,
    form: { csrf: by.csrf, expectedState: 'submitted', ...form },
  })

const stateOf = async (id: string) => (await ctx.db.read`select state from teams where id = ${id}`)[0]!.state
const rowsAbout = async (id: string) => ({
  decisions: await ctx.db.read`select d.outcome, d.reason, d.actor_id as "actorId" from decisions d
    join decision_requests r on r.id = d.request_id where r.team_id = ${id} order by d.id`,
  request: (
    await ctx.db.read`select state, closed_at is not null as "isClosed" from decision_requests where team_id = ${id}`
  )[0],
  move: (
    await ctx.db
      .read`select from_state as "from", to_state as "to", reason, actor_id as "actorId" from registration_moves
    where team_id = ${id} order by id desc limit 1`
  )[0],
  mail: (
    await ctx.db
      .read`select kind, state, to_name as "toName", data from mails where team_id = ${id} order by id desc limit 1`
  )[0],
  audit: (
    await ctx.db
      .read`select event, actor_id as "actorId", before, after from audit_entries where subject_id = ${id} order by id desc limit 1`
  )[0],
})

test('approving records claim and decision, moves the registration, keeps a mail and an audit entry, and says so', async () => {
  const { id } = await send(url, { teamName: 'Lions' })
  const answer = await decide(id, 'approval')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/admin/registrations/${id}?notice=approved`])
  const actorId = meena.actor.id
  expect(await rowsAbout(id)).toMatchObject({
    decisions: [
      { outcome: 'claimed', reason: null, actorId },
      { outcome: 'approved', reason: null, actorId },
    ],
    request: { state: 'approved', isClosed: true },
    move: { from: 'submitted', to: 'approved', reason: null, actorId },
    mail: { kind: 'approved', state: 'held', data: { teamName: 'Lions', reason: null } },
    audit: {
      event: 'registration.approved',
      actorId,
      before: { state: 'submitted' },
      after: { state: 'approved' },
    },
  })
  const page = await (await visit(answer.headers.get('location')!, { cookie: meena.cookie })).text()
  expect(page).toContain('Approved. The captain’s mail is in the mail log.')
})

test('rejecting takes a reason, which the captain is told, and frees the place', async () => {
  const held = async () => (await ctx.db.read`select held_places as held from tournament_counters`)[0]!.held
  const { id } = await send(url)
  const before = await held()
  const refused = await decide(id, 'rejection', { reason: '  ' })
  expect(refused.status).toBe(422)
  expect(await refused.text()).toContain('id="reason-error"')
  expect(await stateOf(id)).toBe('submitted')
  expect((await decide(id, 'rejection', { reason: 'The letter is\r\nnot signed.' })).status).toBe(303)
  const { move, mail, request } = await rowsAbout(id)
  expect([move!.reason, mail!.data.reason, request!.state]).toEqual([
    'The letter is\nnot signed.',
    'The letter is\nnot signed.',
    'rejected',
  ])
  expect(await held()).toBe(before - 1)
})

test('what was typed stays where a decision is refused', async () => {
  const { id } = await send(url)
  const reason = 'far too long '.repeat(100)
  const answer = await decide(id, 'rejection', { reason })
  expect(answer.status).toBe(422)
  expect(await answer.text()).toContain('far too long far too long')
})

test('the same decision again is told so', async () => {
  const { id } = await send(url)
  await decide(id, 'approval')
  const again = await decide(id, 'approval')
  expect(again.status).toBe(409)
  expect(await again.text()).toContain('This registration has been decided already: Approved.')
  expect((await rowsAbout(id)).decisions.length).toBe(2)
})

test('of two decisions at once one counts, and the other learns of it', async () => {
  const { id } = await send(url)
  const anand = await signedIn(ctx, 'reviewer', 'Anand')
  const answers = await Promise.all([decide(id, 'approval'), decide(id, 'rejection', { reason: 'No letter.' }, anand)])
  expect(answers.map((answer) => answer.status).toSorted()).toEqual([303, 409])
  const late = answers.find((answer) => answer.status === 409)!
  expect(await late.text()).toContain('Somebody else was here since you opened this page')
  expect((await rowsAbout(id)).decisions.length).toBe(2)
})

test('a page that was overtaken decides nothing', async () => {
  const { id } = await send(url)
  await ctx.db.write.begin(async (tx) => {
    await holdTournament(tx, tournament.id)
    await moveTeam(tx, { teamId: id, to: 'in_review', actor: meena.actor, now: ctx.now() })
  })
  const stale = approve(ctx, meena.actor, tournament, id, { expectedState: 'submitted' })
  expect(stale).rejects.toMatchObject({ code: 'STALE_DECISION' })
  await stale.catch(() => {})
  await approve(ctx, meena.actor, tournament, id, { expectedState: 'in_review' })
  expect((await rowsAbout(id)).decisions.map((row) => row.outcome)).toEqual(['approved'])
})

test('there is no way from approved to rejected', async () => {
  const { id } = await send(url)
  await approve(ctx, meena.actor, tournament, id, { expectedState: 'submitted' })
  const answer = await decide(id, 'rejection', { reason: 'Too late.', expectedState: 'approved' })
  expect(answer.status).toBe(409)
  expect(await stateOf(id)).toBe('approved')
})

test('what was escalated is for an administrator', async () => {
  const { id } = await send(url)
  await ctx.db.read`update decision_requests set state = 'escalated' where team_id = ${id}`
  expect((await decide(id, 'approval')).status).toBe(403)
  const admin = await signedIn(ctx, 'admin', 'Asha')
  expect((await decide(id, 'approval', {}, admin)).status).toBe(303)
})

test('a viewer decides nothing and is not asked to', async () => {
  const { id } = await send(url)
  expect((await decide(id, 'approval', {}, viewer)).status).toBe(403)
  const page = await (await visit(`/admin/registrations/${id}`, { cookie: viewer.cookie })).text()
  expect(page).not.toContain(`/admin/registrations/${id}/approval`)
  expect(
    reject(ctx, viewer.actor, tournament, id, { reason: 'No.', expectedState: 'submitted' }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await stateOf(id)).toBe('submitted')
})

test('a form without the session’s token, and a registration that is not there, are refused', async () => {
  const { id } = await send(url)
  expect((await decide(id, 'approval', { csrf: 'another' })).status).toBe(403)
  expect(await stateOf(id)).toBe('submitted')
  expect((await decide(crypto.randomUUID(), 'approval')).status).toBe(404)
  expect((await decide('ICCT-001', 'approval')).status).toBe(404)
})
