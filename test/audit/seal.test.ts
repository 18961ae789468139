import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import {
  ADDRESS_DAYS,
  AUDIT_DAYS,
  type Breach,
  expireAudit,
  maskAudit,
  record,
  sealAudit,
  verifyAudit,
} from '#src/audit/service.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { SYSTEM } from '#src/permissions.ts'
import { testContext } from '#test/support/context.ts'

const DAY_MS = 86_400_000
const ctx = await testContext()
const { read, write } = ctx.db
const { owner } = ctx
afterAll(() => ctx.end())
beforeEach(async () => {
  await owner`truncate audit_entries, audit_unsealed, audit_batches restart identity`
})

/** Each in a transaction of its own; their ids. */
async function writeSome(count: number, data: Record<string, string> = { door: 'api' }): Promise<number[]> {
  for (let each = 0; each < count; each += 1)
    await write.begin((tx) => record(tx, { event: 'team.looked-at', actor: SYSTEM, data }))
  return idsOf(
    await read`select id::int from (select id from audit_entries order by id desc limit ${count}) e order by id`,
  )
}
const idsOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ id }) => Number(id))
const batches = async () =>
  (await read`select id::int, entry_ids::int[] as ids from audit_batches order by id`).map(({ id, ids }) => [id, ids])

describe('sealing', () => {
  test('a batch holds every entry that none held yet, and a round without any makes none', async () => {
    await writeSome(3)
    expect(await sealAudit(ctx)).toBe(3)
    expect(await sealAudit(ctx)).toBe(0)
    await writeSome(2)
    await sealAudit(ctx)
    expect(await batches()).toEqual([
      [1, [1, 2, 3]],
      [2, [4, 5]],
    ])
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 5, batches: 2, unsealed: 0, masked: 0, breach: undefined })
  })

  test('an entry that commits late, with a lower id, goes into a later batch, and nobody waits for it', async () => {
    const written = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const late = write.begin(async (tx) => {
      await record(tx, { event: 'team.looked-at', actor: SYSTEM })
      written.resolve()
      await mayCommit.promise
    })
    await written.promise
    await writeSome(1)
    await sealAudit(ctx)
    expect(await batches()).toEqual([[1, [2]]])
    mayCommit.resolve()
    await late
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 2, batches: 1, unsealed: 1, breach: undefined })
    await sealAudit(ctx)
    expect(await batches()).toEqual([
      [1, [2]],
      [2, [1]],
    ])
    expect(await verifyAudit(ctx)).toMatchObject({ unsealed: 0, breach: undefined })
  })

  test('of several processes one seals, the others leave it to it', async () => {
    await writeSome(20)
    const counts = await Promise.all(Array.from({ length: 6 }, () => sealAudit(ctx)))
    expect(counts.reduce((sum, count) => sum + count)).toBe(20)
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 20, unsealed: 0, breach: undefined })
  })

  test('more than a batch holds becomes several', async () => {
    await owner`insert into audit_entries (event, actor_kind) select 'team.looked-at', 'system' from generate_series(1, 2500)`
    expect(await sealAudit(ctx)).toBe(2500)
    expect((await batches()).map(([, ids]) => (ids as number[]).length)).toEqual([1000, 1000, 500])
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 2500, batches: 3, unsealed: 0, breach: undefined })
  })

  test('the log tells the seal of each batch, and a seal that was noted is found again', async () => {
    await writeSome(1)
    const seen = ctx.logged.length
    await sealAudit(ctx)
    const [line] = ctx.logged.slice(seen).filter((one) => one.includes('audit.sealed'))
    const { seal } = JSON.parse(line!)
    expect(JSON.parse(line!)).toMatchObject({ batch: 1, entries: 1, seal: expect.stringMatching(/^[\da-f]{64}$/) })
    await writeSome(1)
    await sealAudit(ctx)
    expect((await verifyAudit(ctx, seal)).isSealFound).toBe(true)
    expect((await verifyAudit(ctx, '0'.repeat(64))).isSealFound).toBe(false)
    await owner`truncate audit_entries, audit_unsealed, audit_batches`
    expect(await verifyAudit(ctx, seal)).toMatchObject({ breach: undefined, isSealFound: false })
  })
})

describe('tampering is found, and named', () => {
  const breachAfter = async (tampering: (sql: typeof owner) => PromiseLike<unknown>) => {
    await writeSome(2)
    await sealAudit(ctx)
    await writeSome(2)
    await sealAudit(ctx)
    await writeSome(2)
    await sealAudit(ctx)
    await writeSome(1)
    expect((await verifyAudit(ctx)).breach).toBeUndefined()
    await tampering(owner)
    return (await verifyAudit(ctx)).breach
  }
  const changed: Breach = { what: 'changed', batch: 2, entryIds: [3] }

  test.each([
    ['event', "'team.blessed'"],
    ['at', "at + interval '1 microsecond'"],
    ['actor_kind', "'staff'"],
    ['actor_id', 'gen_random_uuid()'],
    ['tournament_id', '(select id from tournaments)'],
    ['subject_id', 'gen_random_uuid()'],
    ['request_id', "'another'"],
    ['data', `'{"door": "form"}'`],
    ['before', "'{}'"],
    ['after', `'{"state": "approved"}'`],
    ['address', "'192.0.2.7'"],
    ['data_salt', 'gen_random_uuid()'],
    ['address_salt', 'null'],
    ['masked_at', 'now()'],
    ['address_digest', "sha256('')"],
  ])('an entry’s %s', async (column, value) => {
    expect(
      await breachAfter((sql) => sql.unsafe(`update audit_entries set ${column} = ${value} where id = 3`)),
    ).toEqual(changed)
  })

  test('an entry passed off as masked, whose other content stands in its place', async () => {
    const disguise = `data_digest = audit_data_digest(data_salt, data, before, after), masked_at = now(), data_salt = null`
    expect(
      await breachAfter((sql) =>
        sql.unsafe(`update audit_entries set ${disguise}, data = '{"door": "form"}' where id = 3`),
      ),
    ).toEqual(changed)
  })

  test('an address that is gone before its time', async () => {
    const digest = `address_digest = audit_address_digest(address_salt, address), address_salt = null`
    expect(
      await breachAfter((sql) => sql.unsafe(`update audit_entries set ${digest}, address = null where id = 3`)),
    ).toEqual(changed)
  })

  test('entries taken away: sealed ones, all of a batch, one that waits', async () => {
    expect(await breachAfter((sql) => sql`delete from audit_entries where id = 3`)).toEqual({
      what: 'removed',
      batch: 2,
      entryIds: [3],
    })
    await owner`truncate audit_entries, audit_unsealed, audit_batches restart identity`
    expect(await breachAfter((sql) => sql`delete from audit_entries where id <= 2`)).toEqual({
      what: 'removed',
      batch: 1,
      entryIds: [1, 2],
    })
    await owner`truncate audit_entries, audit_unsealed, audit_batches restart identity`
    expect(await breachAfter((sql) => sql`delete from audit_entries where id = 7`)).toEqual({
      what: 'removed',
      entryIds: [7],
    })
  })

  test('an entry put in past the seal', async () => {
    const putIn = async (sql: typeof owner) => {
      await sql`insert into audit_entries (event, actor_kind) values ('team.blessed', 'system')`
      await sql`delete from audit_unsealed where entry_id = 8`
    }
    expect(await breachAfter(putIn)).toEqual({ what: 'unknown', entryIds: [8] })
  })

  test.each([
    ['when it was sealed', "update audit_batches set sealed_at = sealed_at + interval '1 ms' where id = 2", 'batch', 2],
    ['which entries it holds', "update audit_batches set entry_ids = '{4,3}' where id = 2", 'batch', 2],
    ['their digests', "update audit_batches set entry_digests = entry_digests || 'x'::bytea where id = 2", 'batch', 2],
    ['its hash', "update audit_batches set hash = sha256('') where id = 2", 'batch', 2],
    ['the hash of the one before', "update audit_batches set previous_hash = sha256('') where id = 2", 'order', 2],
    ['a batch away', 'delete from audit_batches where id = 2', 'order', 3],
    ['the first away', 'delete from audit_batches where id = 1', 'order', 2],
    [
      'the first away with its entries',
      'delete from audit_batches where id = 1; delete from audit_entries where id <= 2',
      'order',
      2,
    ],
    ['two exchanged', 'update audit_batches set id = case id when 2 then 13 else 12 end where id > 1', 'order', 12],
  ])('a batch: %s', async (_, statement, what, batch) => {
    expect(await breachAfter((sql) => sql.unsafe(statement))).toEqual({
      what: what as 'batch' | 'order',
      batch: batch as number,
      entryIds: [],
    })
  })

  test('a batch taken off the end, its entries left', async () => {
    expect(await breachAfter((sql) => sql`delete from audit_batches where id = 3`)).toEqual({
      what: 'unknown',
      entryIds: [5, 6],
    })
  })

  test('a changed entry whose batch was sealed anew, as the next one tells', async () => {
    const resealed = async (sql: typeof owner) => {
      await sql`update audit_entries set event = 'team.blessed' where id = 3`
      await sql`insert into audit_unsealed values (3), (4)`
      await sql`create table later as select * from audit_batches where id = 3`
      await sql`delete from audit_batches where id >= 2`
      await sealAudit(ctx)
      await sql`insert into audit_batches select * from later`
      await sql`drop table later`
    }
    expect(await breachAfter(resealed)).toMatchObject({ what: 'order', batch: 3 })
  })
})

describe('what has to go leaves the seal whole', () => {
  test('a person is masked in entries sealed and not, twice over, and verification tells how many', async () => {
    await writeSome(1, { note: 'Meena Raj and Arun' })
    await write.begin((tx) =>
      record(tx, { event: 'team.looked-at', actor: SYSTEM, before: { note: 'Meena' }, after: {} }),
    )
    await sealAudit(ctx)
    await writeSome(1, { note: 'arun, MEENA' })
    expect(await write.begin((tx) => maskAudit(tx, 'meena( raj)?'))).toBe(3)
    expect(await write.begin((tx) => maskAudit(tx, 'arun'))).toBe(2)
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 3, unsealed: 1, masked: 3, breach: undefined })
    await sealAudit(ctx)
    expect(await verifyAudit(ctx)).toMatchObject({ unsealed: 0, masked: 3, breach: undefined })
    expect(await read`select data, before, after, data_salt from audit_entries order by id`).toMatchObject([
      { data: { note: '… and …' }, before: null, data_salt: null },
      { data: {}, before: { note: '…' }, after: {} },
      { data: { note: '…, …' } },
    ])
    await owner`update audit_entries set data_digest = sha256('') where id = 1`
    expect((await verifyAudit(ctx)).breach).toEqual({ what: 'changed', batch: 1, entryIds: [1] })
  })

  const from = (address: string) => Object.assign(new Scope(), { address, requestId: 'asked-for' }) as Scope
  /** Written so long ago, as if the clock had been so. */
  const age = (id: number, days: number) =>
    owner.unsafe(`update audit_entries set at = now() - interval '${days} days' where id = ${id}`)

  test(`addresses go after ${ADDRESS_DAYS} days, and not before`, async () => {
    for (const address of ['192.0.2.1', '2001:db8::1', '192.0.2.2']) await inScope(from(address), () => writeSome(1))
    await age(1, ADDRESS_DAYS + 1)
    await age(2, ADDRESS_DAYS - 1)
    await sealAudit(ctx)
    await expireAudit(ctx)
    const rows =
      await read`select address, address_salt is null as "isUnsalted", request_id as "requestId" from audit_entries order by id`
    expect([...rows]).toEqual([
      { address: null, isUnsalted: true, requestId: 'asked-for' },
      { address: '2001:db8::1', isUnsalted: false, requestId: 'asked-for' },
      { address: '192.0.2.2', isUnsalted: false, requestId: 'asked-for' },
    ])
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 3, breach: undefined })
  })

  test(`batches go whole after ${AUDIT_DAYS} days, but for the last of them, on which the chain hangs`, async () => {
    const long = -(AUDIT_DAYS + 1) * DAY_MS
    await writeSome(6)
    for (const id of [1, 2, 3]) await age(id, AUDIT_DAYS + 2)
    await owner`delete from audit_unsealed where entry_id > 2`
    ctx.travel(long)
    await sealAudit(ctx)
    await owner`insert into audit_unsealed values (3)`
    await sealAudit(ctx)
    await owner`insert into audit_unsealed values (4), (5)`
    await sealAudit(ctx)
    ctx.travel(-long)
    await owner`insert into audit_unsealed values (6)`
    await sealAudit(ctx)
    // The third was sealed long ago by its word, and holds what was written now.
    expect(await expireAudit(ctx)).toBe(3)
    expect(await batches()).toEqual([
      [2, [3]],
      [3, [4, 5]],
      [4, [6]],
    ])
    expect(await verifyAudit(ctx)).toMatchObject({ entries: 3, batches: 3, breach: undefined })
    expect(await expireAudit(ctx)).toBe(0)
    await owner`delete from audit_batches where id = 2`
    expect((await verifyAudit(ctx)).breach).toMatchObject({ what: 'order', batch: 3 })
  })
})
