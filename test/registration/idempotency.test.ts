import { afterAll, beforeAll, expect, test } from 'bun:test'
import { LOCKS } from '#src/db/locks.ts'
import type { AppError } from '#src/errors.ts'
import { asAppError } from '#src/http/errors.ts'
import { deleteExpiredAnswers, fingerprint } from '#src/idempotency/service.ts'
import { checkForm } from '#src/registration/check.ts'
import type { RegistrationBody } from '#src/registration/model.ts'
import { prepareEntry } from '#src/registration/prepare.ts'
import { newSecrets } from '#src/registration/secrets.ts'
import { registerTeam } from '#src/registration/service.ts'
import { addTeam } from '#src/teams/service.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'

let ctx: TestContext
beforeAll(async () => {
  ctx = await testContext()
})
afterAll(() => ctx.end())

const register = (body: unknown, key: string, door: 'api' | 'form' = 'api') =>
  registerTeam(ctx, ctx.tournament, { body, door, key, missingField: () => 'documents' })
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'ok',
    (error: AppError) => error.code,
  )
const countTeams = async () => (await ctx.db.read`select count(*)::int as teams from teams`)[0]!.teams as number

test('the same key with the same content gives the first answer again and registers nothing', async () => {
  const body = aRegistration()
  const first = await register(body, 'same')
  const before = await countTeams()
  const second = await register(
    { ...body, players: body.players.map((player) => ({ role: player.role, name: player.name })) },
    'same',
  )
  expect(second).toEqual({ ...first, replayed: true })
  expect(await countTeams()).toBe(before)
})

test('the same key with other content is refused', async () => {
  await register(aRegistration(), 'other')
  expect(await codeOf(register(aRegistration(), 'other'))).toBe('IDEMPOTENCY_KEY_REUSED')
})

test('the same key at another door is another key', async () => {
  await register(aRegistration(), 'door')
  expect(await codeOf(register(aRegistration(), 'door', 'form'))).toBe('ok')
})

test('an answer is kept for ten minutes, then cleaned away, and the key is free', async () => {
  await register(aRegistration(), 'old')
  ctx.travel(11 * 60_000)
  expect(await codeOf(register(aRegistration(), 'old'))).toBe('ok')
  ctx.travel(11 * 60_000)
  await deleteExpiredAnswers(ctx)
  expect(await ctx.db.read`select from idempotency_keys`).toHaveLength(0)
})

/** Runs work while the first registration waits for the tournament's lock, which this holds. */
async function whileHeld(work: () => Promise<void>): Promise<void> {
  await ctx.db.write.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCKS.tournament}::int, hashtext(${ctx.tournament.id}))`
    await work()
  })
}
const untilWaiting = async (waiting: number) => {
  for (;;) {
    const [row] = await ctx.db
      .read`select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`
    if (row!.waiting >= waiting) return
    await Bun.sleep(5)
  }
}

test('while the first is still running, the API says so and a form waits and replays', async () => {
  const [viaApi, viaForm] = [aRegistration(), aRegistration()]
  const running: Promise<unknown>[] = []
  await whileHeld(async () => {
    running.push(register(viaApi, 'running'))
    await untilWaiting(1)
    expect(await codeOf(register(viaApi, 'running'))).toBe('REQUEST_IN_PROGRESS')
    running.push(register(viaForm, 'running', 'form'))
    await untilWaiting(2)
    running.push(register(viaForm, 'running', 'form'))
    await untilWaiting(3)
  })
  const [first, form, repeat] = (await Promise.all(running)) as { code: string; replayed: boolean; id: string }[]
  expect(first!.replayed).toBe(false)
  expect([form!.id, form!.replayed]).toEqual([repeat!.id, false])
  expect(repeat!.replayed).toBe(true)
})

test('who waits too long for the tournament is told that the server is busy, and only the same key that it is being worked on', async () => {
  const prepared = (body: RegistrationBody) => {
    const { form } = checkForm(ctx.tournament, body)
    const about = {
      form,
      documents: [],
      door: 'form',
      key: 'slow',
      draftId: undefined,
      fingerprint: fingerprint(form),
    } as const
    return { ...prepareEntry(ctx, ctx.tournament, about, newSecrets()), keyWaitMs: 100 }
  }
  const body = aRegistration()
  const impatient = (lockWaitMs: number) => addTeam(ctx.db.locking, { ...prepared(body), lockWaitMs })
  let first: Promise<unknown> = Promise.resolve()
  await whileHeld(async () => {
    const late = await impatient(100).catch((error: unknown) => error)
    const told = asAppError(ctx, new Request('http://localhost/api/v1/registrations'), 'UNKNOWN', late)
    expect([told.code, told.status, told.retryAfterSeconds]).toEqual(['SERVER_BUSY', 503, 5])
    first = impatient(60_000)
    await untilWaiting(1)
    expect(await impatient(60_000)).toEqual({ outcome: 'REQUEST_IN_PROGRESS' })
  })
  expect(await first).toMatchObject({ outcome: 'added' })
})

test('twenty at once with one key register one team', async () => {
  const body = aRegistration()
  const before = await countTeams()
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(register(body, 'twenty'))))
  expect(new Set(codes).difference(new Set(['ok', 'REQUEST_IN_PROGRESS'])).size).toBe(0)
  expect(codes).toContain('ok')
  expect(await countTeams()).toBe(before + 1)
})
