import { afterAll, afterEach, beforeAll, expect, spyOn, test } from 'bun:test'
import { createHash, createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '#src/config.ts'
import { putFile, saveUpload } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { LEAVES_MAX_MS, WAITS_MAX_MS } from '#src/files/backlog.ts'
import { openFiles } from '#src/files/open.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { makeVitals } from '#src/vitals/vitals.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { type FileHostStandIn, hostConfig } from '#test/support/file-host.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { untilIs } from '#test/support/until.ts'

const BYTES_PER_MB = 1_048_576
const MINUTE_MS = 60_000
/** After it, no upload that was given up arrives any more. */
const LATE_MS = 15 * MINUTE_MS
let host: FileHostStandIn
let ctx: TestContext
let seed = 0
beforeAll(async () => {
  host = await cloudinaryStandIn()
  ctx = await testContext({ config: { ...hostConfig(cloudinarySettings(host)), breakerFailures: 1000 } })
})
afterEach(async () => {
  host.behave('fine')
  host.onRequest(() => {})
  await ctx.db.write`delete from file_copies`
  await ctx.db.write`delete from files`
  host.kept.clear()
  host.seen.length = 0
})
afterAll(async () => {
  expect(host.faults).toEqual([])
  await ctx.end()
  await host.end()
})

async function put() {
  const bytes = samplePdf(2000, `failing ${seed++}`)
  const received = await ctx.files.receive(new Blob([bytes]).stream(), { maxBytes: 100_000 })
  await putFile(ctx, ctx.tournament.id, received, 'somebody')
  const read = async () => new Uint8Array(await (await ctx.files.open(ctx.tournament.id, received.name)).arrayBuffer())
  return { bytes, name: received.name, read, remove: () => ctx.files.remove(ctx.tournament.id, received.name) }
}
const states = async () =>
  (await ctx.db.read<{ state: string }[]>`select state from file_copies order by created_at`).map(({ state }) => state)
const notices = () => ctx.vitals.notices().map(({ kind }) => kind)
const asked = (action: string) => host.seen.filter((one) => one.startsWith(action)).length

/** Asks the host for what is due, gives that up as soon as the host has read it, and lets it be done after that. */
function late(action: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stopping = new AbortController()
  host.behave({ after: promise }, (request) => request.action === action)
  host.onRequest((request) => request.action === action && stopping.abort(new Error('given up')))
  return {
    giveUp: () => ctx.files.moveWaiting(stopping.signal),
    async arrive() {
      resolve()
      host.behave('fine')
      await untilIs(host.busy, (busy) => busy === 0)
    },
  }
}

test('an upload that arrives after it was given up is neither lost nor there twice', async () => {
  const { giveUp, arrive } = late('put')
  const file = await put()
  await giveUp()
  expect([asked('put'), await states()]).toEqual([1, ['waiting']])
  expect(await file.read()).toEqual(file.bytes)
  await arrive()
  expect(host.kept.size).toBe(1)
  await ctx.files.moveWaiting()
  expect([asked('put'), host.kept.size, await states()]).toEqual([2, 1, ['there']])
  expect(await file.read()).toEqual(file.bytes)
})

test('an upload that arrives after its file was deleted there is deleted as well', async () => {
  const { giveUp, arrive } = late('put')
  const file = await put()
  await giveUp()
  await file.remove()
  await ctx.files.moveWaiting()
  expect([asked('remove'), await states()]).toEqual([1, ['leaving']])
  await arrive()
  expect(host.kept.size).toBe(1)
  ctx.travel(LATE_MS)
  await ctx.files.moveWaiting()
  expect([asked('remove'), host.kept.size, await states()]).toEqual([2, 0, []])
})

test('a deletion that is done after it was given up is asked for again, and ends', async () => {
  const file = await put()
  await ctx.files.moveWaiting()
  ctx.travel(LATE_MS)
  await file.remove()
  const { giveUp, arrive } = late('remove')
  await giveUp()
  expect(await states()).toEqual(['leaving'])
  await arrive()
  await ctx.files.moveWaiting()
  expect([host.kept.size, await states()]).toEqual([0, []])
})

test.each(['put', 'get', 'remove'] as const)(
  'while the host stalls in a %s, nothing is open or locked in the database',
  async (action) => {
    const { files } = openWith({})
    const file = await put()
    if (action !== 'put') await ctx.files.moveWaiting()
    if (action === 'remove') await file.remove()
    host.behave('stall', (request) => request.action === action)
    const scope = new Scope()
    const work = inScope(scope, () =>
      action === 'get' ? files.open(ctx.tournament.id, file.name) : files.moveWaiting(),
    )
    const ended = work.catch(() => {})
    await untilIs(
      () => asked(action),
      (count) => count === 1,
    )
    const open = await ctx.db.read`
      select state, query from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`
    const locks = await ctx.db.read`
      select locktype, mode from pg_locks where pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())`
    expect([[...open], [...locks]]).toEqual([[], []])
    const other = await put()
    expect(await other.read()).toEqual(other.bytes)
    scope.cancel(new Error('enough'))
    await ended
  },
)

test('a file that is too large for its host holds up no other, and waits', async () => {
  const large = await put()
  const says = JSON.stringify({ error: { message: 'File size too large. Got 2000. Maximum is 1000.' } })
  host.behave({ status: 400, says }, ({ action, key }) => action === 'put' && key.includes(large.name))
  const others = [await put(), await put()]
  await ctx.files.moveWaiting()
  expect(host.kept.size).toBe(2)
  expect(ctx.vitals.dependencies.get('cloudinary')!.status()).toMatchObject({ state: 'closed', failuresInWindow: 0 })
  for (const file of [large, ...others]) expect(await file.read()).toEqual(file.bytes)
  expect((await states()).sort()).toEqual(['there', 'there', 'waiting'])
})

test('a file that could not be made durable is named by no row', async () => {
  const keep = spyOn(ctx.files, 'keep').mockRejectedValue(new AppError('STORAGE_UNAVAILABLE'))
  const received = await ctx.files.receive(new Blob([samplePdf(2000, 'torn')]).stream(), { maxBytes: 100_000 })
  const upload = { tournamentId: ctx.tournament.id, received, originalName: 'a.pdf', sender: 'somebody' }
  await expect(saveUpload(ctx, { ...upload, kind: 'group_photo' })).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  })
  keep.mockRestore()
  expect(await ctx.db.read`select from uploads`).toHaveLength(0)
})

test('the spool takes as much as it may, and more when its host has taken that', async () => {
  const { files } = openWith({ fileSpoolSize: 5000 / BYTES_PER_MB })
  const send = () => files.receive(new Blob([samplePdf(2000, `full ${seed++}`)]).stream(), { maxBytes: 2500 })
  const put = async () => files.keep(await send(), ctx.tournament.id)
  host.behave({ status: 500 })
  await files.moveWaiting()
  await put()
  await put()
  expect(await send().catch((error) => [error.code, error.retryAfterSeconds])).toEqual(['STORAGE_UNAVAILABLE', 60])
  // What is counted is what was added meanwhile, too.
  await files.moveWaiting()
  expect(await files.waiting()).toEqual({ filesHere: 2, bytesHere: 4000 })
  await expect(put()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  host.behave('fine')
  ctx.travel(MINUTE_MS)
  await files.moveWaiting()
  await put()
  expect(await files.waiting()).toEqual({ filesHere: 0, bytesHere: 0 })
})

test('staff hear of files that wait for long or are many, and of deletions that are not done, until they are', async () => {
  host.behave({ status: 500 })
  const file = await put()
  await ctx.files.moveWaiting()
  expect(notices()).toEqual([])
  ctx.travel(WAITS_MAX_MS)
  await ctx.files.moveWaiting()
  expect(notices()).toEqual(['files-waiting'])
  host.behave('fine')
  ctx.travel(MINUTE_MS)
  await ctx.files.moveWaiting()
  expect(notices()).toEqual([])

  host.behave({ status: 500 })
  ctx.travel(LATE_MS)
  await file.remove()
  ctx.travel(LEAVES_MAX_MS)
  await ctx.files.moveWaiting()
  expect(notices()).toEqual(['files-leaving'])
  host.behave('fine')
  ctx.travel(MINUTE_MS)
  await ctx.files.moveWaiting()
  expect(notices()).toEqual([])

  const { files } = openWith({ fileSpoolSize: 2000 / BYTES_PER_MB })
  await put()
  await files.moveWaiting(AbortSignal.abort())
  expect(notices()).toEqual(['files-waiting'])
  await files.moveWaiting()
  expect(notices()).toEqual([])
})

test('nobody can tell from a name at the host whose file it is, or whether it is a certain one', async () => {
  const file = await put()
  await ctx.files.moveWaiting()
  const [key] = host.kept.keys()
  const digest = createHash('sha256').update(file.bytes).digest('hex')
  const [row] = await ctx.db.read<{ digest: Buffer; name: string }[]>`select digest, name from files`
  expect(row!.digest.toString('hex')).toBe(digest)
  expect(key).not.toContain(digest)
  expect(row!.name).toBe(
    createHmac('sha256', await fileKey())
      .update(file.bytes)
      .digest('hex'),
  )
  expect(key).toMatch(new RegExp(`^teamsheet/${ctx.tournament.id}/${row!.name}-[0-9a-f-]{36}$`))
})

const fileKey = async () =>
  (await ctx.db.read<{ fileKey: Buffer }[]>`select file_key as "fileKey" from installation`)[0]!.fileKey

/** A store on the same disk and database with other settings. */
function openWith(config: Partial<Config>) {
  const { addDependency: _, ...vitals } = ctx.vitals
  const add = makeVitals(ctx).addDependency
  return openFiles({
    ...ctx.hosting,
    config: { ...ctx.config, ...config },
    vitals: { ...vitals, addDependency: add },
    dir: join(ctx.config.dataDir, 'files'),
    fileKey: Buffer.alloc(32, 1),
    leastFreeBytes: 0,
    retries: { count: 0, firstMs: 1 },
  })
}
