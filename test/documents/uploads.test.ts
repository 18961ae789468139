import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import {
  collectOrphans,
  expireUploads,
  findUploads,
  listDocuments,
  putFile,
  saveUpload,
} from '#src/documents/service.ts'
import { listHeldBytes } from '#src/documents/store.ts'
import { AppError } from '#src/errors.ts'
import { addTestTournament, type TestContext, testContext } from '#test/support/context.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'

const HOUR_MS = 3_600_000
const SENDER = '203.0.113.7'

let ctx: TestContext
beforeAll(async () => {
  ctx = await testContext()
})
afterAll(() => ctx.end())

let samples = 0
const receive = (bytes = samplePdf(2000, `upload ${++samples}`), on: AppContext = ctx) =>
  on.files.receive(
    (async function* () {
      yield bytes
    })(),
    { maxBytes: 5_000_000 },
  )

const upload = async (more: object = {}, on: AppContext = ctx) =>
  saveUpload(on, {
    tournamentId: ctx.tournament.id,
    kind: 'pastor_letter',
    received: await receive(undefined, on),
    originalName: 'letter.pdf',
    sender: SENDER,
    ...more,
  })

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  )

const fileOf = async (id: string) => {
  const [found] = await findUploads(ctx, ctx.tournament.id, [id])
  const [row] = await ctx.db.read`select * from files where id = ${found!.fileId}`
  return row as { id: string; name: string; put_at: Date; bytes: number; content_type: string; digest: Buffer }
}
const isThere = async (name: string, on: AppContext = ctx) =>
  (await refusal(on.files.open(ctx.tournament.id, name))) === 'none'

describe('an upload', () => {
  test('is answered with an unguessable id, of which only a digest is kept', async () => {
    const bytes = sampleJpeg(3000, 'answered')
    const answer = await upload({
      kind: 'group_photo',
      received: await receive(bytes),
      originalName: '/tmp/Team photo.JPG',
    })
    expect(answer).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      kind: 'group_photo',
      bytes: 3000,
      contentType: 'image/jpeg',
      sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex'),
    })
    const [row] = await ctx.db.read`
      select u.*, f.sender_hash::text as sender from uploads u join files f on f.id = u.file_id order by u.created_at desc limit 1`
    expect(JSON.stringify(row)).not.toContain(answer.id)
    expect(row!.original_name).toBe('tmp Team photo.jpg')
    expect(row!.sender).not.toContain('203')
  })

  test('is found by its id for a day, in its own tournament', async () => {
    const { id } = await upload()
    const other = await addTestTournament(ctx, 'other-cup')
    expect(await findUploads(ctx, ctx.tournament.id, [id, 'x', '', 'A'.repeat(22), `${id}A`])).toEqual([
      {
        id,
        uploadId: expect.any(String),
        fileId: expect.any(String),
        kind: 'pastor_letter',
        originalName: 'letter.pdf',
        bytes: 2000,
        contentType: 'application/pdf',
      },
    ])
    expect(await findUploads(ctx, other!, [id])).toEqual([])
    const later = { ...ctx, now: () => new Date(Date.now() + 24 * HOUR_MS + 1000) }
    expect(await findUploads(later, ctx.tournament.id, [id])).toEqual([])
  })

  test('with the same bytes shares the file and has an id of its own', async () => {
    const bytes = samplePdf(2500, 'shared')
    const [one, two] = await Promise.all([
      upload({ received: await receive(bytes) }),
      upload({ received: await receive(bytes) }),
    ])
    expect(one.id).not.toBe(two.id)
    expect((await fileOf(one.id)).id).toBe((await fileOf(two.id)).id)
  })

  test('that is refused leaves no temporary file', async () => {
    const received = await receive()
    const broken = {
      ...ctx,
      db: { ...ctx.db, locking: ctx.db.locking, read: (() => Promise.reject(new Error('gone'))) as never },
    }
    expect(await refusal(upload({ received }, broken))).toBeInstanceOf(Error)
    expect(await Bun.file(received.temporary).exists()).toBe(false)
  })
})

describe('the limits of one sender', () => {
  const limited = (settings: Partial<Config>): AppContext => ({
    ...ctx,
    config: { ...ctx.config, enableRateLimiting: true, ...settings },
  })

  test('are 3,000 files and 20 GB an hour, unless settings say otherwise', () => {
    expect(ctx.config).toMatchObject({ rateLimitFilesHour: 3000, rateLimitFileMegabytesHour: 20 * 1024 })
  })

  test('are RATE_LIMIT_FILES_HOUR files, whoever else sends some', async () => {
    const three = limited({ rateLimitFilesHour: 3 })
    const send = (sender: string, on = three) => refusal(upload({ sender }, on))
    expect([await send('203.0.113.50'), await send('203.0.113.50'), await send('203.0.113.50')]).not.toContain(
      'RATE_LIMITED',
    )
    expect(await send('203.0.113.50')).toBe('RATE_LIMITED')
    expect(await send('203.0.113.51')).toBe('none')
    expect(await send('203.0.113.50', ctx)).toBe('none')
  })

  test('are RATE_LIMIT_FILE_MEGABYTES_HOUR, and it is told when there will be more', async () => {
    const one = limited({ rateLimitFileMegabytesHour: 1 })
    const send = async () =>
      upload({ sender: '203.0.113.60', received: await receive(samplePdf(600_000, `large ${++samples}`), one) }, one)
    expect(await refusal(send())).toBe('none')
    const error = (await send().catch((reason: unknown) => reason)) as AppError
    expect(error.code).toBe('RATE_LIMITED')
    expect(error.retryAfterSeconds).toBeWithin(3000, 3601)
  })

  test('are a sixteenth of the disk, and a quarter for everybody, counting what lies there already', async () => {
    const held = await testContext()
    const onDisk = (totalBytes: number): AppContext => ({
      ...held,
      db: { ...held.db },
      files: { ...held.files, totalBytes: async () => totalBytes },
    })
    const send = async (on: AppContext, sender: string) =>
      refusal(
        saveUpload(on, {
          tournamentId: held.tournament.id,
          kind: 'aadhar',
          received: await receive(undefined, held),
          originalName: 'a.pdf',
          sender,
        }),
      )
    const one = onDisk(16 * 6000)
    expect([await send(one, 'a'), await send(one, 'a'), await send(one, 'a')]).toEqual(['none', 'none', 'none'])
    expect([await send(one, 'a'), await send(one, 'b')]).toEqual(['STORAGE_UNAVAILABLE', 'none'])
    // Counted anew from the database: a holds 6,000, b 2,000.
    const again = onDisk(16 * 6000)
    expect([await send(again, 'a'), await send(again, 'b')]).toEqual(['STORAGE_UNAVAILABLE', 'none'])
    const full = onDisk(4 * 10_000)
    expect(await send(full, 'c')).toBe('STORAGE_UNAVAILABLE')
    await held.end()
  })

  test('count what nothing names any more, and what another has sent as well, once', async () => {
    const held = await testContext()
    const put = async (sender: string, label: string) =>
      putFile(held, held.tournament.id, await receive(samplePdf(2000, label), held), sender)
    for (const label of ['one', 'two', 'three']) await put('a', label)
    await put('b', 'three')
    await put('b', 'three')
    const hex = (sender: string) => held.keys.hash('sender', sender).toString('hex')
    expect([...(await listHeldBytes(held.db.read, 10))]).toEqual([
      { sender: hex('a'), bytes: 4000, total: 6000 },
      { sender: hex('b'), bytes: 2000, total: 6000 },
    ])
    await held.end()
  })
})

describe('the timetable', () => {
  const at = (hours: number): AppContext => ({ ...ctx, now: () => new Date(Date.now() + hours * HOUR_MS) })

  test('removes an upload an hour after its end, and its file once nothing has put it for a day', async () => {
    const { id } = await upload()
    const { name } = await fileOf(id)
    await expireUploads(at(24.5))
    expect(await fileOf(id)).toBeDefined()
    await collectOrphans(at(25.5))
    expect(await findUploads(ctx, ctx.tournament.id, [id])).toEqual([])
    expect(await isThere(name)).toBe(false)
    const [{ left }] = (await ctx.db.read`select count(*)::int as left from files where name = ${name}`) as unknown as [
      { left: number },
    ]
    expect(left).toBe(0)
  })

  test('leaves a file that an upload, or a put within the day, still claims', async () => {
    const received = await receive()
    await putFile(ctx, ctx.tournament.id, received, SENDER)
    const bound = await upload()
    const { name } = await fileOf(bound.id)
    await collectOrphans(at(23))
    expect([await isThere(received.name), await isThere(name)]).toEqual([true, true])
    await collectOrphans(at(24.5))
    expect([await isThere(received.name), await isThere(name)]).toEqual([false, true])
  })

  test('writes a file anew that is put while it is being collected', async () => {
    const bytes = samplePdf(2000, 'raced')
    const first = await receive(bytes)
    await putFile(ctx, ctx.tournament.id, first, SENDER)
    const second = await receive(bytes)
    const removing = Promise.withResolvers<void>()
    const mayRemove = Promise.withResolvers<void>()
    const collector: AppContext = {
      ...at(30),
      files: {
        ...ctx.files,
        async remove(tournamentId, name) {
          if (name === first.name) {
            removing.resolve()
            await mayRemove.promise
          }
          await ctx.files.remove(tournamentId, name)
        },
      },
    }
    const collecting = collectOrphans(collector)
    await removing.promise
    let putDone = false
    const putting = putFile(ctx, ctx.tournament.id, second, SENDER).finally(() => {
      putDone = true
    })
    await Bun.sleep(200)
    expect(putDone).toBe(false)
    mayRemove.resolve()
    await collecting
    const { fileId } = await putting
    expect(await isThere(first.name)).toBe(true)
    expect((await ctx.db.read`select 1 from files where id = ${fileId}`).length).toBe(1)
  })

  test('makes a put wait for the lock that the collector holds', async () => {
    const received = await receive()
    const order: string[] = []
    let putting: Promise<unknown> = Promise.resolve()
    await ctx.db.write.begin(async (tx) => {
      await takeLock(tx, 'file', `${ctx.tournament.id}/${received.name}`)
      putting = putFile(ctx, ctx.tournament.id, received, SENDER).then(() => order.push('put'))
      await Bun.sleep(200)
      order.push('unlock')
    })
    await putting
    expect(order).toEqual(['unlock', 'put'])
  })

  test('leaves a file whose put came before its lock', async () => {
    const bytes = samplePdf(2000, 'renewed')
    const first = await receive(bytes)
    await putFile(ctx, ctx.tournament.id, first, SENDER)
    await collectOrphans(at(23))
    let collecting = Promise.resolve(0)
    await ctx.db.write.begin(async (tx) => {
      await takeLock(tx, 'file', `${ctx.tournament.id}/${first.name}`)
      collecting = collectOrphans(at(30))
      await Bun.sleep(200)
      await tx`update files set put_at = ${at(29).now()} where name = ${first.name}`
    })
    await collecting
    expect(await isThere(first.name)).toBe(true)
  })

  test('goes on until nothing is left', async () => {
    const { id: tournamentId } = ctx.tournament
    const then = new Date(Date.now() - 30 * HOUR_MS)
    await ctx.db.write`
      insert into files (id, tournament_id, name, digest, bytes, content_type, put_at, sender_hash)
      select gen_random_uuid(), ${tournamentId}, md5(n::text) || md5(n::text), '', 1, 'image/png', ${then}, '' from generate_series(1, 501) n`
    await ctx.db.write`
      insert into uploads (id, tournament_id, capability_hash, kind, file_id, original_name, expires_at)
      select gen_random_uuid(), ${tournamentId}, int4send(n), 'aadhar', f.id, 'a.png', ${then}
      from generate_series(1, 5001) n, (select id from files where put_at = ${then} limit 1) f`
    await collectOrphans(ctx)
    expect([...(await ctx.db.read`select name from files where put_at = ${then}`)]).toEqual([])
    expect([...(await ctx.db.read`select id from uploads where expires_at = ${then}`)]).toEqual([])
  })

  test('keeps the row when the file cannot be removed, and tries again', async () => {
    const received = await receive()
    await putFile(ctx, ctx.tournament.id, received, SENDER)
    const failing: AppContext = {
      ...at(60),
      files: { ...ctx.files, remove: async () => Promise.reject(new AppError('STORAGE_UNAVAILABLE')) },
    }
    expect(await refusal(collectOrphans(failing))).toBe('STORAGE_UNAVAILABLE')
    expect((await ctx.db.read`select 1 from files where name = ${received.name}`).length).toBe(1)
    await collectOrphans(at(60))
    expect(await isThere(received.name)).toBe(false)
  })
})

test('a team without documents has none', async () => {
  expect(await listDocuments(ctx, Bun.randomUUIDv7())).toEqual([])
})
