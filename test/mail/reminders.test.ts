import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { REMINDED_AFTER_DAYS, remindOfMissing } from '#src/mail/reminders/remind.ts'
import { openMailDesk } from './mail-desk.ts'
import { register } from './post-office.ts'

setDefaultTimeout(120_000)
const DAY_MS = 86_400_000

let desk: Awaited<ReturnType<typeof openMailDesk>>
beforeAll(async () => {
  desk = await openMailDesk()
  // The form asks for it from the start; a team came in before the tournament did.
  await asksFor(false)
})
afterAll(() => desk.end())

/** Whether the tournament insists on the letter. */
async function asksFor(required: boolean) {
  await desk.ctx.db.write`
    insert into tournament_documents (tournament_id, kind, position, required) values (${desk.ctx.tournament.id}, 'pastor_letter', 9, ${required})
    on conflict (tournament_id, kind) do update set required = excluded.required`
  // Settings are remembered for two seconds.
  desk.ctx.travel(3000)
  desk.ctx.tournament = (await desk.ctx.findTournament())!
}
const reminders = async (teamId: string) =>
  (await desk.ctx.db.read`select from mails where team_id = ${teamId} and kind = 'reminder'`).length

test('staff see what is missing and ask for it by a button, once in a while', async () => {
  const { ctx, people } = desk
  await asksFor(false)
  const { id } = await register(ctx)
  const path = `/admin/registrations/${id}`
  expect(await desk.text(path)).not.toContain('Ask the captain for it')
  await asksFor(true)
  expect(await desk.text(path, people.reviewer)).toMatch(/Still missing: .* Ask the captain for it/)
  expect(await desk.text(path, people.viewer)).not.toContain('Ask the captain for it')
  const asked = await desk.post(`${path}/reminder`, {}, people.reviewer)
  expect([asked.status, asked.headers.get('location')]).toEqual([303, `${path}?notice=reminded#mails`])
  expect(await desk.text(`${path}?notice=reminded`)).toContain('The captain is being asked for what is missing.')
  const again = await desk.post(`${path}/reminder`, {}, people.reviewer)
  expect([again.status, await reminders(id)]).toEqual([409, 1])
  expect(await again.text()).toContain('This team was reminded a moment ago')
  expect(await desk.audited('registration.reminded')).toEqual([
    { actorId: people.reviewer.actor.id, subjectId: id, data: {} },
  ])
  expect((await desk.post(`${path}/reminder`, {}, people.viewer)).status).toBe(403)
})

test('a team that owes a document is reminded once, after three days, however many servers look', async () => {
  const { ctx } = desk
  await asksFor(false)
  const { id } = await register(ctx)
  const { id: decided } = await register(ctx)
  await ctx.db.write`update teams set state = 'rejected' where id = ${decided}`
  await asksFor(true)
  expect(await remindOfMissing(ctx)).toBe(0)
  ctx.travel(REMINDED_AFTER_DAYS * DAY_MS)
  const asked = await Promise.all([1, 2, 3].map(() => remindOfMissing(ctx)))
  expect(asked.reduce((sum, one) => sum + one)).toBe(1)
  expect([await reminders(id), await reminders(decided)]).toEqual([1, 0])
  ctx.travel(30 * DAY_MS)
  expect(await remindOfMissing(ctx)).toBe(0)
})

test('a captain without an address does not keep others from being reminded', async () => {
  const { ctx } = desk
  await asksFor(false)
  const { id } = await register(ctx)
  const { id: erased } = await register(ctx)
  await ctx.db.write`update teams set captain_email = '' where id = ${erased}`
  await asksFor(true)
  ctx.travel(REMINDED_AFTER_DAYS * DAY_MS)
  expect(await remindOfMissing(ctx)).toBe(1)
  expect([await reminders(id), await reminders(erased)]).toEqual([1, 0])
})
