import { afterAll, beforeAll, expect, test } from 'bun:test'
import { emptyForm } from '#src/registration/form/draft-form.ts'
import { newDraftToken } from '#src/registration/form/draft-token.ts'
import { saveDraft } from '#src/registration/form/drafts.ts'
import { registerTeam } from '#src/registration/service.ts'
import { runTask, TIMETABLE } from '#src/timetable.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

let ctx: TestContext
beforeAll(async () => {
  ctx = await testContext()
})
afterAll(() => ctx.end())

const register = (body: ReturnType<typeof aRegistration>, key: string) =>
  registerTeam(ctx, ctx.tournament, { body, door: 'api', key, missingField: () => 'documents' })

test.each([5 * MINUTE_MS, 3 * DAY_MS, -6 * DAY_MS, -5 * MINUTE_MS, 10 * DAY_MS])(
  'when the clock jumps by %d ms registrations go on without gap or repeat, and nothing fresh is thrown away',
  async (jumpMs) => {
    const [body, key, token] = [aRegistration(), crypto.randomUUID(), newDraftToken(ctx.keys)]
    const first = await register(body, key)
    await saveDraft(ctx, ctx.tournament, token, emptyForm(ctx.tournament), { sender: 'a captain' })
    ctx.travel(jumpMs)
    for (const task of TIMETABLE) expect([task.name, await runTask(ctx, task)]).toEqual([task.name, true])
    // A kept answer lasts its ten minutes by the clock there is; where that went back, it lasts longer.
    if (jumpMs < 10 * MINUTE_MS) expect(await register(body, key)).toEqual({ ...first, replayed: true })
    expect(await ctx.db.read`select from drafts`).not.toHaveLength(0)
    await register(aRegistration(), crypto.randomUUID())
    const numbers = (await ctx.db.read<{ number: number }[]>`select number from teams order by number`).map(
      ({ number }) => number,
    )
    expect(numbers).toEqual(numbers.map((_, at) => at + 1))
  },
)
