import { afterAll, expect, test } from 'bun:test'
import { record } from '#src/audit/service.ts'
import { SYSTEM } from '#src/permissions.ts'
import { testContext } from '#test/support/context.ts'
import { aStaffActor } from '#test/support/staff.ts'

const ctx = await testContext()
afterAll(() => ctx.end())

const entries = () =>
  ctx.db
    .read`select event, actor_kind as "actorKind", actor_id as "actorId", tournament_id as "tournamentId", subject_id as "subjectId", data from audit_entries order by id`

test('an entry says what happened, who did it, where and to whom', async () => {
  const [staffId, subjectId] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  const actor = aStaffActor({ id: staffId })
  const tournamentId = ctx.tournament.id
  await ctx.db.write.begin(async (tx) => {
    await record(tx, {
      event: 'registration.approved',
      actor,
      tournamentId,
      subjectId,
      data: { from: 'submitted', places: 2 },
    })
    await record(tx, { event: 'setup.claimed', actor: SYSTEM })
  })
  expect(await entries()).toMatchObject([
    {
      event: 'registration.approved',
      actorKind: 'staff',
      actorId: staffId,
      tournamentId,
      subjectId,
      data: { from: 'submitted', places: 2 },
    },
    { event: 'setup.claimed', actorKind: 'system', actorId: null, tournamentId: null, subjectId: null, data: {} },
  ])
})

test('it goes with the transaction it tells of', async () => {
  const before = (await entries()).length
  const undone = ctx.db.write.begin(async (tx) => {
    await record(tx, { event: 'team.forgotten', actor: SYSTEM })
    throw new Error('undone')
  })
  expect(undone).rejects.toThrow('undone')
  await undone.catch(() => {})
  expect((await entries()).length).toBe(before)
})
