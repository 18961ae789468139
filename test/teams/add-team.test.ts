import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { AppError } from '#src/errors.ts'
import { registerTeam } from '#src/registration/service.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'

let ctx: TestContext
beforeAll(async () => {
  ctx = await testContext({ settings: { id_prefix: 'ICCT', teams_per_club: 2 } })
})
afterAll(() => ctx.end())

type About = Parameters<typeof aRegistration>[0]
const register = (about: About = {}, key?: string) =>
  registerTeam(ctx, ctx.tournament, { body: aRegistration(about), door: 'api', key, missingField: () => 'documents' })

/** `ok` or the code of the refusal, for each. */
const outcomes = async (attempts: Promise<unknown>[]) =>
  (await Promise.allSettled(attempts)).map((outcome) =>
    outcome.status === 'fulfilled' ? 'ok' : ((outcome.reason as AppError).code ?? String(outcome.reason)),
  )

const tally = (codes: string[]) =>
  Object.fromEntries([...new Set(codes)].sort().map((code) => [code, codes.filter((other) => other === code).length]))

const numbers = async () =>
  (await ctx.db.read`select number from teams order by number`).map((row) => row.number as number)

test('the first team is ICCT-001, waits for a decision, and has everything recorded beside it', async () => {
  const registered = await register({
    teamName: 'First Eleven',
    captain: { name: 'Asha Rao', phone: '98765 43210', email: 'Asha@Example.org' },
  })
  expect(registered).toMatchObject({ code: 'ICCT-001', state: 'submitted', replayed: false })
  expect(registered.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
  expect(registered.pin).toMatch(/^\d{6}$/)

  const [team] = await ctx.db.read`select * from teams where id = ${registered.id}`
  expect(team).toMatchObject({
    number: 1,
    captain_phone: '+919876543210',
    captain_whatsapp: '+919876543210',
    captain_email: 'Asha@Example.org',
    player_count: 11,
  })
  const [beside] = await ctx.db.read`
    select (select count(*)::int from players where team_id = ${registered.id}) as players,
      (select state from decision_requests where team_id = ${registered.id}) as request,
      (select kind || ' ' || state from mails where team_id = ${registered.id}) as mail,
      (select event from audit_entries where subject_id = ${registered.id}) as audited,
      (select to_state from registration_moves where team_id = ${registered.id}) as moved,
      (select held_places from tournament_counters) as places,
      (select teams from state_counts where state = 'submitted') as submitted,
      (select teams from day_counts) as today`
  expect(beside).toEqual({
    players: 11,
    request: 'pending',
    mail: 'received held',
    audited: 'registration.received',
    moved: 'submitted',
    places: 1,
    submitted: 1,
    today: 1,
  })
})

test('nothing secret is kept in clear', async () => {
  const registered = await register({}, 'key-in-clear')
  const rows = await ctx.db.read`
    select row_to_json(t)::text || (select json_agg(row_to_json(m))::text from mails m where m.team_id = t.id)
      || (select json_agg(row_to_json(i))::text from idempotency_keys i where i.team_id = t.id)
      || (select json_agg(row_to_json(l))::text from entry_links l where l.team_id = t.id) as kept
    from teams t where t.id = ${registered.id}`
  expect(rows[0]!.kept).not.toContain(registered.pin)
  expect(rows[0]!.kept).not.toContain(registered.token)
})

test('of twenty at once for the two places of a club, two win', async () => {
  const codes = await outcomes(
    Array.from({ length: 20 }, (_, index) =>
      register({ clubName: index % 2 ? 'St. Mary’s Church' : 'st. mary’s  CHURCH' }),
    ),
  )
  expect(tally(codes)).toEqual({ ok: 2, CLUB_LIMIT_REACHED: 18 })
})

test('of twenty at once for one team name, whatever its case and spacing, one wins', async () => {
  const codes = await outcomes(
    Array.from({ length: 20 }, (_, index) => register({ teamName: index % 2 ? 'Royal Lions' : 'ROYAL  lions' })),
  )
  expect(tally(codes)).toEqual({ ok: 1, DUPLICATE_TEAM_NAME: 19 })
})

test('of twenty at once with one captain’s e-mail, one wins', async () => {
  const captain = (index: number) => ({
    name: 'One Captain',
    phone: '9876543210',
    email: index % 2 ? 'one@example.org' : 'ONE@example.org',
  })
  const codes = await outcomes(Array.from({ length: 20 }, (_, index) => register({ captain: captain(index) })))
  expect(tally(codes)).toEqual({ ok: 1, DUPLICATE_CAPTAIN_EMAIL: 19 })
})

test('of twenty at once for the last two places of the tournament, two win, and the kept count agrees with the rows', async () => {
  const [{ held }] = await ctx.db.read<[{ held: number }]>`select held_places as held from tournament_counters`
  await ctx.db.write`update tournaments set capacity = ${held + 2}`
  const codes = await outcomes(Array.from({ length: 20 }, () => register()))
  await ctx.db.write`update tournaments set capacity = null`
  expect(tally(codes)).toEqual({ ok: 2, TOURNAMENT_FULL: 18 })
  const [counts] = await ctx.db
    .read`select held_places, (select count(*)::int from teams) as rows from tournament_counters`
  expect(counts!.held_places).toBe(counts!.rows)
})

test('a full tournament that keeps a waiting list takes entries onto it, with the mail that fits', async () => {
  await ctx.db.write`update tournaments set capacity = 1, keeps_waiting_list = true`
  const registered = await register()
  await ctx.db.write`update tournaments set capacity = null, keeps_waiting_list = false`
  expect(registered.state).toBe('waitlisted')
  expect(await ctx.db.read`select kind from mails where team_id = ${registered.id}`).toMatchObject([
    { kind: 'waiting_list' },
  ])
})

test('numbers have no gap and no duplicate when every tenth registration fails after its number was drawn', async () => {
  const before = await numbers()
  await ctx.owner
    .unsafe(`
    create function fail_sometimes() returns trigger language plpgsql as $$ begin
      if new.number % 10 = 7 and random() < 0.7 then raise exception 'injected'; end if; return new; end $$;
    create trigger fail_sometimes after insert on teams for each row execute function fail_sometimes()`)
    .simple()
  const codes = await outcomes(Array.from({ length: 100 }, () => register()))
  await ctx.owner.unsafe('drop function fail_sometimes cascade')
  const succeeded = codes.filter((code) => code === 'ok').length
  expect(succeeded).toBeLessThan(100)
  expect(await numbers()).toEqual(Array.from({ length: before.length + succeeded }, (_, index) => index + 1))
})

test('after 999 the number has as many digits as it needs', async () => {
  const [{ last }] = await ctx.db.read<[{ last: number }]>`select last_number as last from tournament_counters`
  await ctx.db.write`update tournament_counters set last_number = 998`
  expect((await register()).code).toBe('ICCT-999')
  expect((await register()).code).toBe('ICCT-1000')
  await ctx.db.write`delete from mails where team_id in (select id from teams where number > ${last})`
})

test('entries are taken from the opening minute to the end of the closing minute', async () => {
  const at = (ms: number) => new Date(Math.floor(ctx.now().getTime() / 60_000) * 60_000 + ms)
  const window = async (opens: Date | null, closes: Date | null) => {
    await ctx.db.write`update tournaments set opens_at = ${opens}, closes_at = ${closes}`
    return (await outcomes([register()]))[0]
  }
  expect(await window(at(120_000), null)).toBe('REGISTRATION_CLOSED')
  expect(await window(null, at(-60_000))).toBe('REGISTRATION_CLOSED')
  expect(await window(at(0), at(0))).toBe('ok')
  await ctx.db.write`update tournaments set opens_at = null, closes_at = null`
})
