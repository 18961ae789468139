import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { files as filesCommand } from '#src/commands/files.ts'
import { putFile } from '#src/documents/service.ts'
import { settlePictures } from '#src/documents/store.ts'
import { hostedStore } from '#src/files/hosted.ts'
import { moveFiles } from '#src/files/move.ts'
import { openFiles } from '#src/files/open.ts'
import { PICTURE_SIZES, pictureName } from '#src/files/picture-name.ts'
import type { Place } from '#src/files/stored-files.ts'
import { makeVitals } from '#src/vitals/vitals.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { type FileHostStandIn, hostConfig } from '#test/support/file-host.ts'
import { s3Settings, s3StandIn } from '#test/support/s3-stand-in.ts'
import { samplePdf } from '#test/support/sample-files.ts'

const FILES = 60
const MINUTE_MS = 60_000
let cloudinary: FileHostStandIn
let s3: FileHostStandIn
let ctx: TestContext
/** Contents by name, pictures too. */
const contents = new Map<string, Uint8Array>()

/** The context of a server or command of this FILE_STORE, which knows the way to both hosts, on the same disk and database. */
function openAt(fileStore: Place) {
  const config = { ...ctx.config, fileStore }
  const vitals = makeVitals({ config, log: ctx.log, now: ctx.now })
  const { db, log, now } = ctx
  const place = { mark: 'test', isOnlyDisk: true, dir: join(ctx.config.dataDir, 'files'), leastFreeBytes: 0 }
  const retries = { count: 1, firstMs: 1 }
  const opened = openFiles({
    ...place,
    fileKey: Buffer.alloc(32, 1),
    config,
    db,
    vitals,
    log,
    now,
    retries,
    onWaiting() {},
  })
  return { ctx: { ...ctx, config, files: opened.files }, hosting: opened.hosting }
}

beforeAll(async () => {
  cloudinary = await cloudinaryStandIn()
  s3 = await s3StandIn()
  const config = hostConfig({ ...cloudinarySettings(cloudinary), ...s3Settings(s3) })
  ctx = await testContext({ config: { ...config, fileStore: 'disk' } })
  const { files } = openAt('disk').ctx
  for (let index = 0; index < FILES; index++) {
    const bytes = samplePdf(1500 + index, `move ${index}`)
    const received = await files.receive(new Blob([bytes]).stream(), { maxBytes: 100_000 })
    const { fileId } = await putFile({ ...ctx, files }, ctx.tournament.id, received, 'somebody')
    contents.set(received.name, bytes)
    if (index % 3 > 0) continue
    for (const size of PICTURE_SIZES) {
      const name = pictureName(received.name, size)
      contents.set(name, new TextEncoder().encode(`picture ${index} ${size}`))
      await files.write(ctx.tournament.id, name, contents.get(name)!)
    }
    await settlePictures(ctx.db.read, fileId, ctx.now(), { width: 1, height: 1, likeness: Buffer.alloc(8) })
  }
})
beforeEach(() => {
  cloudinary.behave('fine')
  s3.behave('fine')
})
afterAll(async () => {
  expect([...cloudinary.faults, ...s3.faults]).toEqual([])
  await ctx.end()
  await cloudinary.end()
  await s3.end()
})

async function run(args: string[], fileStore: Place) {
  const [printed, complained]: [string[], string[]] = [[], []]
  const { ctx: opened, hosting } = openAt(fileStore)
  const exitCode = await filesCommand(args, {
    open: async () => ({ ctx: opened, hosting, close: async () => {} }),
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    sleep: async () => {},
  })
  return { exitCode, printed, complained }
}

/** Every file as any server reads it, wherever it is. */
async function expectAllThere(fileStore: Place = 'disk') {
  const { files } = openAt(fileStore).ctx
  for (const [name, bytes] of contents)
    expect(new Uint8Array(await (await files.open(ctx.tournament.id, name)).arrayBuffer())).toEqual(
      new Uint8Array(bytes),
    )
}
const onDisk = () =>
  readdirSync(join(ctx.config.dataDir, 'files', ctx.tournament.id), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  ).length
const places = () => ({ disk: onDisk(), cloudinary: cloudinary.kept.size, s3: s3.kept.size })
const copiesLeft = async () => (await ctx.db.read`select 1 from file_copies where state <> 'there'`).length

test('a dry run tells how much there is to move, and moves nothing', async () => {
  const { exitCode, printed } = await run(['move', '--to', 's3', '--dry-run'], 's3')
  expect([exitCode, printed]).toEqual([
    0,
    [
      expect.stringMatching(
        /^60 files \(0\.1 MB\) and 40 pictures drawn of them of 60 files .* would be moved; the others/,
      ),
    ],
  ])
  expect(places()).toEqual({ disk: contents.size, cloudinary: 0, s3: 0 })
})

test('they go only where FILE_STORE says that what arrives goes', async () => {
  const { exitCode, complained } = await run(['move', '--to', 's3'], 'disk')
  expect([exitCode, complained]).toEqual([64, [expect.stringMatching(/^FILE_STORE is disk\. Set FILE_STORE=s3/)]])
  for (const wrong of [[], ['move'], ['move', '--to', 'tape'], ['verify', 'more'], ['sort']])
    expect((await run(wrong, 's3')).exitCode).toBe(64)
})

test('a move that is broken off in the middle goes on where it was, and everything is readable all the time', async () => {
  let pages = 0
  for await (const page of moveFiles(openAt('cloudinary').hosting, { to: 'cloudinary' })) {
    expect(page.every(({ moved }) => moved === 'moved')).toBe(true)
    pages += 1
    break
  }
  expect([pages, cloudinary.kept.size > 0, onDisk() > 0]).toEqual([1, true, true])
  await expectAllThere('cloudinary')
  const before = cloudinary.seen.length
  const { exitCode, printed } = await run(['move', '--to', 'cloudinary'], 'cloudinary')
  expect([exitCode, printed.at(-1)]).toEqual([0, 'All 100 files and pictures are at Cloudinary.'])
  expect(places()).toEqual({ disk: 0, cloudinary: contents.size, s3: 0 })
  expect(cloudinary.seen.length - before).toBeLessThan(contents.size)
  await expectAllThere('cloudinary')
})

test('a host that says it has what it does not keep is not believed: nothing is deleted at the former one', async () => {
  s3.behave('damage')
  const { exitCode, complained } = await run(['move', '--to', 's3'], 's3')
  expect([exitCode, complained.at(-1)]).toEqual([75, expect.stringMatching(/^100 could not be moved yet/)])
  expect(cloudinary.kept.size).toBe(contents.size)
  ctx.travel(10 * MINUTE_MS)
  await expectAllThere('s3')
}, 60_000)

test('from one host to another, while that one fails by turns', async () => {
  let asked = 0
  s3.behave({ status: 500 }, () => asked++ % 3 === 0)
  const late = await run(['move', '--to', 's3'], 's3')
  expect([0, 75]).toContain(late.exitCode)
  s3.behave('fine')
  ctx.travel(10 * MINUTE_MS)
  expect((await run(['move', '--to', 's3'], 's3')).exitCode).toBe(0)
  await openAt('s3').ctx.files.moveWaiting()
  expect(places()).toEqual({ disk: 0, cloudinary: 0, s3: contents.size })
  // Uploads that were given up may arrive for a while, and would be deleted.
  ctx.travel(15 * MINUTE_MS)
  await openAt('s3').ctx.files.moveWaiting()
  expect(await copiesLeft()).toBe(0)
  await expectAllThere('s3')
}, 60_000)

test('a host that does not answer ends it with the way on, and loses nothing', async () => {
  cloudinary.behave('refuse')
  const { exitCode, complained } = await run(['move', '--to', 'cloudinary'], 'cloudinary')
  expect(exitCode).toBe(75)
  expect(complained.at(-1)).toMatch(/^\d+ could not be moved yet\. Run it again/)
  await expectAllThere('s3')
  // Back to where they were: what had begun to move is taken back.
  ctx.travel(10 * MINUTE_MS)
  cloudinary.behave('fine')
  expect((await run(['move', '--to', 's3'], 's3')).exitCode).toBe(0)
  ctx.travel(10 * MINUTE_MS)
  await openAt('s3').ctx.files.moveWaiting()
  expect([places(), await copiesLeft()]).toEqual([{ disk: 0, cloudinary: 0, s3: contents.size }, 0])
}, 60_000)

test('verify reads every file, and names what is missing or damaged', async () => {
  expect(await run(['verify'], 's3')).toMatchObject({
    exitCode: 0,
    printed: ['100 files and pictures are whole, 0 are missing or damaged, 0 could not be read now.'],
  })
  const [first, second] = [...s3.kept.keys()]
  const [firstContent, secondContent] = [s3.kept.get(first!)!, s3.kept.get(second!)!]
  s3.kept.delete(first!)
  s3.kept.set(second!, Buffer.from('something else'))
  const { exitCode, complained } = await run(['verify'], 's3')
  expect([exitCode, complained.length]).toEqual([1, 2])
  expect(complained.join('\n')).toMatch(/is nowhere\.|is not what was received\./)
  s3.kept.set(first!, firstContent).set(second!, secondContent)
})

test('back to the disk, where they stay when the host is no longer known', async () => {
  const { exitCode, printed } = await run(['move', '--to', 'disk'], 'disk')
  expect([exitCode, printed]).toEqual([0, expect.arrayContaining(['All 100 files and pictures are on the disk.'])])
  ctx.travel(15 * MINUTE_MS)
  await openAt('disk').ctx.files.moveWaiting()
  expect([places(), await copiesLeft()]).toEqual([{ disk: contents.size, cloudinary: 0, s3: 0 }, 0])
  await expectAllThere()
  expect((await run(['verify'], 'disk')).exitCode).toBe(0)
})

test('a server that does not know the way to a host says that it cannot read, not that there is nothing', async () => {
  const [name] = contents.keys()
  const { hosting } = openAt('s3')
  for await (const _ of moveFiles(hosting, { to: 's3' }));
  const files = hostedStore({ ...openAt('disk').hosting, hosts: new Map() })
  const error = await files.open(ctx.tournament.id, name!).catch((thrown) => thrown)
  expect(error.code).toBe('STORAGE_UNAVAILABLE')
  await files.remove(ctx.tournament.id, name!)
  await openAt('s3').ctx.files.moveWaiting()
  expect(s3.kept.size).toBe(contents.size - 1)
})
