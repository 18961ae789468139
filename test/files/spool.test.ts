import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { collectOrphans, putFile } from '#src/documents/service.ts'
import { hostedStore } from '#src/files/hosted.ts'
import type { FileStore } from '#src/files/storage.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { type FileHostStandIn, hostConfig } from '#test/support/file-host.ts'
import { samplePdf } from '#test/support/sample-files.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
let host: FileHostStandIn
let ctx: TestContext
let filesDir: string
let seed = 0
beforeAll(async () => {
  host = await cloudinaryStandIn()
  ctx = await testContext({ config: { ...hostConfig(cloudinarySettings(host)), breakerFailures: 100 } })
  filesDir = join(ctx.config.dataDir, 'files')
})
beforeEach(() => {
  host.behave('fine')
  host.onRequest(() => {})
  host.seen.length = 0
})
afterEach(async () => {
  await ctx.db.write`delete from file_copies`
  await ctx.db.write`delete from files`
  host.kept.clear()
})
afterAll(async () => {
  expect(host.faults).toEqual([])
  await ctx.end()
  await host.end()
})

const receive = (bytes: Uint8Array<ArrayBuffer>, files: FileStore = ctx.files) =>
  files.receive(new Blob([bytes]).stream(), { maxBytes: 100_000 })

/** A file unlike any other, put as a captain's is. */
async function put(bytes = samplePdf(2000, `spool ${seed++}`)) {
  const received = await receive(bytes)
  const { fileId } = await putFile(ctx, ctx.tournament.id, received, 'somebody')
  const path = join(filesDir, ctx.tournament.id, received.name.slice(0, 2), received.name)
  return { bytes, fileId, name: received.name, path, read: () => read(received.name) }
}
const read = async (name: string, files: FileStore = ctx.files) =>
  new Uint8Array(await (await files.open(ctx.tournament.id, name)).arrayBuffer())
const copies = () =>
  ctx.db.read<{ name: string; state: string; spool: string | null; tries: number }[]>`
    select name, state, spool, tries from file_copies order by created_at`
/** A server of its own on another machine: same database, other disk. */
function otherMachine(mark = 'other') {
  const gone = { ...ctx.hosting.disk, open: ctx.hosting.disk.open }
  gone.open = async (...given) => {
    const blob = await ctx.hosting.disk.open(...given)
    return mark === 'test' ? blob : Promise.reject(Object.assign(new Error(), { code: 'ENOENT' }))
  }
  return hostedStore({ ...ctx.hosting, mark, disk: gone, isOnlyDisk: false })
}
/** What is due after the time in which an upload that was given up may still arrive. */
const moveLater = () => {
  ctx.travel(15 * MINUTE_MS)
  return ctx.files.moveWaiting()
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error) => error.code,
  )

test('what is put is durable here before the put returns, and at the host soon after', async () => {
  const file = await put()
  expect(existsSync(file.path)).toBe(true)
  expect(await copies()).toMatchObject([{ name: file.name, state: 'waiting', spool: 'test' }])
  expect(host.seen).toEqual([])
  expect(await ctx.files.moveWaiting()).toBeGreaterThan(0)
  const [key] = host.kept.keys()
  expect(key).toStartWith(`teamsheet/${ctx.tournament.id}/${file.name}-`)
  expect(host.kept.get(key!)).toEqual(Buffer.from(file.bytes))
  expect(existsSync(file.path)).toBe(false)
  expect(await copies()).toMatchObject([{ name: file.name, state: 'there', spool: null }])
  expect(await file.read()).toEqual(file.bytes)
})

test('the same bytes are kept there once a tournament, however often and by however many they are put', async () => {
  const bytes = samplePdf(2000, 'the same')
  await Promise.all([put(bytes), put(bytes), put(bytes)])
  await ctx.files.moveWaiting()
  const file = await put(bytes)
  await ctx.files.moveWaiting()
  expect(host.seen.filter((one) => one.startsWith('put'))).toHaveLength(1)
  expect(host.kept.size).toBe(1)
  expect(existsSync(file.path)).toBe(false)
})

test('a put of what is just being moved loses nothing and leaves nothing', async () => {
  const bytes = samplePdf(2000, 'in between')
  const file = await put(bytes)
  const again = Promise.withResolvers<void>()
  host.onRequest(({ action }) => {
    if (action === 'put') put(bytes).then(() => again.resolve(), again.reject)
  })
  host.behave({ lateMs: 100 })
  await ctx.files.moveWaiting()
  await again.promise
  await ctx.files.moveWaiting()
  expect([host.kept.size, existsSync(file.path)]).toEqual([1, false])
  expect(await file.read()).toEqual(bytes)
})

test('while the host is down everything is kept and read here; when it is up again all of it moves', async () => {
  host.behave('refuse')
  const files = await Promise.all(Array.from({ length: 12 }, () => put()))
  await ctx.files.moveWaiting()
  expect(await Promise.all(files.map(({ read }) => read()))).toEqual(files.map(({ bytes }) => bytes))
  expect(new Set((await copies()).map(({ state }) => state))).toEqual(new Set(['waiting']))
  // Those that were not tried are not held up by those that were.
  expect(host.seen.length).toBeLessThan(files.length * 4)
  host.behave('fine')
  ctx.travel(10 * MINUTE_MS)
  await ctx.files.moveWaiting()
  expect(host.kept.size).toBe(files.length)
  expect(await Promise.all(files.map(({ read }) => read()))).toEqual(files.map(({ bytes }) => bytes))
  expect(host.mostAtOnce()).toBeLessThanOrEqual(8)
}, 30_000)

test('an answer that broke off repeats the upload under the same name', async () => {
  host.behave('drop', ({ action }) => action === 'put')
  const file = await put()
  const moving = ctx.files.moveWaiting()
  while (host.seen.length < 2) await Bun.sleep(20)
  host.behave('fine')
  await moving
  expect(host.kept.size).toBe(1)
  expect(await file.read()).toEqual(file.bytes)
})

test('a file that is removed is removed at the host, also where an upload was under way', async () => {
  const file = await put()
  await ctx.files.moveWaiting()
  await ctx.files.remove(ctx.tournament.id, file.name)
  expect(await codeOf(file.read())).toBe('NOT_FOUND')
  await ctx.files.moveWaiting()
  expect(host.kept.size).toBe(0)
  await moveLater()
  expect(await copies()).toHaveLength(0)

  const late = await put()
  const removed = Promise.withResolvers<void>()
  host.onRequest(({ action }) => {
    if (action === 'put') ctx.files.remove(ctx.tournament.id, late.name).then(removed.resolve, removed.reject)
  })
  host.behave({ lateMs: 100 }, ({ action }) => action === 'put')
  await ctx.files.moveWaiting()
  await removed.promise
  await moveLater()
  expect([host.kept.size, (await copies()).length, existsSync(late.path)]).toEqual([0, 0, false])
})

test('a removal that the host does not take is remembered until it does', async () => {
  const file = await put()
  await ctx.files.moveWaiting()
  host.behave({ status: 500 })
  ctx.travel(2 * DAY_MS)
  await collectOrphans(ctx)
  expect(await ctx.db.read`select 1 from files`).toHaveLength(0)
  for (let day = 0; day < 2; day++) {
    await ctx.files.moveWaiting()
    expect(await copies()).toMatchObject([{ name: file.name, state: 'leaving' }])
    ctx.travel(DAY_MS)
  }
  host.behave('fine')
  await ctx.files.moveWaiting()
  expect([host.kept.size, (await copies()).length]).toEqual([0, 0])
}, 30_000)

test('what is removed and put again while the host is down is there in the end, once', async () => {
  const bytes = samplePdf(2000, 'again')
  const file = await put(bytes)
  await ctx.files.moveWaiting()
  host.behave('refuse')
  await ctx.files.remove(ctx.tournament.id, file.name)
  await put(bytes)
  host.behave('fine')
  await moveLater()
  expect([host.kept.size, (await copies()).map(({ state }) => state)]).toEqual([1, ['there']])
  expect(await file.read()).toEqual(bytes)
})

test('a picture that is drawn again replaces the one before', async () => {
  const name = 'a'.repeat(64)
  for (const text of ['first', 'second']) {
    await ctx.files.write(ctx.tournament.id, name, new TextEncoder().encode(text))
    await ctx.files.moveWaiting()
    expect(new TextDecoder().decode(await read(name))).toBe(text)
  }
  await moveLater()
  expect([host.kept.size, (await copies()).length]).toEqual([1, 1])
})

test('a file in the spool of another machine is asked for again in seconds, and read once it has moved', async () => {
  const file = await put()
  const other = otherMachine()
  const error = await read(file.name, other).catch((thrown) => thrown)
  expect([error.code, error.retryAfterSeconds]).toEqual(['STORAGE_UNAVAILABLE', 5])
  // It has nothing of it to give, and leaves it to the machine that has.
  expect(await other.moveWaiting()).toBe(0)
  await ctx.files.moveWaiting()
  expect(await read(file.name, other)).toEqual(file.bytes)
})

test('a file that another machine removes goes from the spool it waits in, too', async () => {
  const file = await put()
  const other = otherMachine()
  other.moveWaiting = async () => 0
  await ctx.db.write`update file_copies set sent_at = ${ctx.now()}`
  await hostedStore({ ...ctx.hosting, mark: 'other', disk: { ...ctx.hosting.disk, remove: async () => {} } }).remove(
    ctx.tournament.id,
    file.name,
  )
  expect(existsSync(file.path)).toBe(true)
  await ctx.files.moveWaiting()
  expect(existsSync(file.path)).toBe(false)
  await moveLater()
  expect(await copies()).toHaveLength(0)
})

test('what was put twice on two machines is kept by each until one has moved it', async () => {
  const bytes = samplePdf(2000, 'on two machines')
  const file = await put(bytes)
  const twin = hostedStore({ ...ctx.hosting, mark: 'twin' })
  await twin.keep(await receive(bytes, twin), ctx.tournament.id)
  expect((await copies()).map(({ spool }) => spool)).toEqual(['test', 'twin'])
  await ctx.files.moveWaiting()
  await twin.moveWaiting()
  await ctx.files.moveWaiting()
  expect(host.kept.size).toBe(1)
  expect(await file.read()).toEqual(bytes)
})

test('a host that has lost or changed a file is told from one that is down', async () => {
  const file = await put()
  await ctx.files.moveWaiting()
  const [key] = host.kept.keys()
  host.kept.set(key!, Buffer.from('something else'))
  expect(await codeOf(file.read())).toBe('STORAGE_UNAVAILABLE')
  expect(ctx.logged.some((line) => line.includes('"file.damaged"'))).toBe(true)
  host.kept.delete(key!)
  expect(await codeOf(file.read())).toBe('NOT_FOUND')
  host.kept.set(key!, Buffer.from(file.bytes))
  host.behave({ status: 503 })
  expect(await codeOf(file.read())).toBe('STORAGE_UNAVAILABLE')
}, 30_000)

test('a stop ends an upload at once, and the next start goes on with it', async () => {
  host.behave('stall')
  const file = await put()
  const stopping = new AbortController()
  host.onRequest(() => stopping.abort(new Error('stop')))
  await ctx.files.moveWaiting(stopping.signal)
  expect(await copies()).toMatchObject([{ state: 'waiting' }])
  host.behave('fine')
  await hostedStore({ ...ctx.hosting }).moveWaiting()
  expect([host.kept.size, existsSync(file.path)]).toEqual([1, false])
})

test('what a process had claimed when it died is tried at the next start', async () => {
  await put()
  await ctx.db
    .write`update file_copies set next_try_at = ${new Date(ctx.now().getTime() + MINUTE_MS)}, sent_at = ${ctx.now()}, tries = 1`
  expect(await ctx.files.moveWaiting()).toBe(0)
  expect(await hostedStore({ ...ctx.hosting }).moveWaiting()).toBeGreaterThan(0)
  expect(host.kept.size).toBe(1)
})

test('a put that ended between its note and its file leaves nothing', async () => {
  const received = await receive(samplePdf(2000, 'half'))
  const disk = { ...ctx.hosting.disk, keep: () => Promise.reject(new Error('the process ended')) }
  await hostedStore({ ...ctx.hosting, disk })
    .keep(received, ctx.tournament.id)
    .catch(() => {})
  await ctx.files.discard(received)
  await ctx.files.moveWaiting()
  expect(await copies()).toMatchObject([{ state: 'waiting' }])
  ctx.travel(2 * 60 * MINUTE_MS)
  await ctx.files.moveWaiting()
  await moveLater()
  expect([host.kept.size, await copies(), readdirSync(join(filesDir, 'incoming'))]).toEqual([0, [], []])
})
