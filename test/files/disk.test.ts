import { afterAll, describe, expect, spyOn, test } from 'bun:test'
import { createHash, createHmac } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, type ErrorCode } from '#src/errors.ts'
import { diskStore } from '#src/files/disk.ts'
import { incomingPath } from '#src/files/incoming.ts'
import type { FileStore, ReceivedFile } from '#src/files/storage.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'

const TOURNAMENT = '019a0000-0000-7000-8000-000000000001'
const OTHER_TOURNAMENT = '019a0000-0000-7000-8000-000000000002'
const MAX = { maxBytes: 100_000 }
const fileKey = Buffer.alloc(32, 7)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function aStore(options: Partial<Parameters<typeof diskStore>[0]> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'teamsheet-store-'))
  folders.push(dir)
  return {
    dir,
    store: diskStore({ dir, fileKey, leastFreeBytes: 0, ...options }),
    incoming: () => readdirSync(join(dir, 'incoming')),
  }
}

async function* inChunks(bytes: Uint8Array, size = 1000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function* brokenAfter(bytes: Uint8Array) {
  yield* inChunks(bytes)
  throw new Error('the sender went away')
}

const filesBelow = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'none'> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) return 'none'
  if (error instanceof AppError) return error.code
  throw error
}

const put = async (store: FileStore, bytes: Uint8Array, tournament = TOURNAMENT) => {
  const received = await store.receive(inChunks(bytes), MAX)
  await store.keep(received, tournament)
  return received
}

describe('a file that is received', () => {
  test('is counted, digested and typed on the way', async () => {
    const { store } = aStore()
    const bytes = sampleJpeg(70_000)
    const received = await store.receive(inChunks(bytes, 777), MAX)
    expect(received).toMatchObject({ bytes: 70_000, contentType: 'image/jpeg' })
    expect(received.digest).toEqual(createHash('sha256').update(bytes).digest())
    expect(received.name).toBe(createHmac('sha256', fileKey).update(bytes).digest('hex'))
  })

  test('may have exactly the greatest length', async () => {
    const { store } = aStore()
    expect((await store.receive(inChunks(samplePdf(MAX.maxBytes)), MAX)).bytes).toBe(MAX.maxBytes)
  })

  test.each<[ErrorCode, AsyncIterable<Uint8Array>]>([
    ['FILE_TOO_LARGE', inChunks(samplePdf(MAX.maxBytes + 1))],
    ['UNSUPPORTED_FILE_TYPE', inChunks(Buffer.from('<html>'.padEnd(50_000)))],
    ['UNSUPPORTED_FILE_TYPE', inChunks(Buffer.from('x'))],
    ['VALIDATION_FAILED', inChunks(new Uint8Array())],
  ])('and refused as %s leaves nothing behind', async (code, source) => {
    const { store, incoming } = aStore()
    expect(await codeOf(store.receive(source, MAX))).toBe(code)
    expect(incoming()).toEqual([])
  })

  test('and breaks off leaves nothing behind', async () => {
    const { store, incoming } = aStore()
    await expect(store.receive(brokenAfter(samplePdf(50_000)), MAX)).rejects.toThrow('the sender went away')
    expect(incoming()).toEqual([])
  })

  test('and discarded is gone', async () => {
    const { store, incoming } = aStore()
    const received = await store.receive(inChunks(samplePdf()), MAX)
    expect(incoming()).toHaveLength(1)
    await store.discard(received)
    await store.discard(received)
    expect(incoming()).toEqual([])
  })

  test('is refused while the disk is nearly full', async () => {
    const { store, incoming } = aStore({ leastFreeBytes: Number.MAX_SAFE_INTEGER })
    expect(await codeOf(store.receive(inChunks(samplePdf()), MAX))).toBe('STORAGE_UNAVAILABLE')
    expect(incoming()).toEqual([])
    expect(await store.freeBytes()).toBeGreaterThan(0)
    expect(await store.totalBytes()).toBeGreaterThan(await store.freeBytes())
  })

  test('is refused while its directory is missing, and taken when it is back', async () => {
    const { dir, store } = aStore()
    rmSync(join(dir, 'incoming'), { recursive: true })
    expect(await codeOf(store.receive(inChunks(samplePdf()), MAX))).toBe('STORAGE_UNAVAILABLE')
    mkdirSync(join(dir, 'incoming'))
    expect(await codeOf(store.receive(inChunks(samplePdf()), MAX))).toBe('none')
  })
})

describe('files that are arriving', () => {
  /** A file of which the beginning has arrived; the rest comes when it is told to, or its sender goes away. */
  async function slowly(receive: (content: AsyncIterable<Uint8Array>) => Promise<ReceivedFile>) {
    const begun = Promise.withResolvers<void>()
    const rest = Promise.withResolvers<boolean>()
    async function* content() {
      begun.resolve()
      yield samplePdf(10_000)
      if (!(await rest.promise)) throw new Error('the sender went away')
      yield samplePdf(1000)
    }
    const received = receive(content())
    await Promise.race([begun.promise, received])
    return {
      end() {
        rest.resolve(true)
        return received
      },
      breakOff() {
        rest.resolve(false)
        return received.catch((error: Error) => error.message)
      },
    }
  }

  test('keep room for as much as each may hold, until they are here or gone', async () => {
    const freeBytes = await aStore().store.freeBytes()
    const { store } = aStore({ leastFreeBytes: 0.1 * freeBytes })
    const large = { maxBytes: 0.4 * freeBytes }
    const [first, second] = [
      await slowly((content) => store.receive(content, large)),
      await slowly((content) => store.receive(content, large)),
    ]
    const more = () => codeOf(store.receive(inChunks(samplePdf()), large))
    expect([await more(), await codeOf(store.receive(inChunks(samplePdf()), MAX))]).toEqual([
      'STORAGE_UNAVAILABLE',
      'none',
    ])
    await first.end()
    expect(await more()).toBe('none')
    const third = await slowly((content) => store.receive(content, large))
    expect(await more()).toBe('STORAGE_UNAVAILABLE')
    expect(await third.breakOff()).toBe('the sender went away')
    expect(await more()).toBe('none')
    await second.end()
  })

  test('leave room for nothing else where they take up what is free above the reserve', async () => {
    const freeBytes = await aStore().store.freeBytes()
    const { store } = aStore({ leastFreeBytes: 0.5 * freeBytes })
    const one = await slowly((content) => store.receive(content, { maxBytes: 0.3 * freeBytes }))
    expect(await store.hasRoom()).toBe(true)
    expect(await codeOf(store.receive(inChunks(samplePdf()), { maxBytes: 0.3 * freeBytes }))).toBe(
      'STORAGE_UNAVAILABLE',
    )
    expect(await store.hasRoom()).toBe(true)
    await one.end()
    expect(await aStore({ leastFreeBytes: Number.MAX_SAFE_INTEGER }).store.hasRoom()).toBe(false)
  })

  test('are so many of one sender and so many of all', async () => {
    const { store, incoming } = aStore({ receptionsMax: 3, receptionsASenderMax: 2 })
    const from = (sender?: string) => (content: AsyncIterable<Uint8Array>) => store.receive(content, { ...MAX, sender })
    const refusal = (sender?: string) =>
      from(sender)(inChunks(samplePdf())).then(
        () => 'none',
        ({ code, retryAfterSeconds }: AppError) => [code, retryAfterSeconds],
      )
    const held = [await slowly(from('a')), await slowly(from('a'))]
    expect([await refusal('a'), await refusal('b'), await refusal()]).toEqual([['RATE_LIMITED', 10], 'none', 'none'])
    held.push(await slowly(from('b')))
    expect(await refusal('c')).toEqual(['STORAGE_UNAVAILABLE', 10])
    await Promise.all(held.map(({ end }) => end()))
    expect([await refusal('a'), await refusal('c')]).toEqual(['none', 'none'])
    expect(incoming()).toHaveLength(7)
  })
})

describe('a file that is kept', () => {
  test('lies under its name, private, and is read back as it was', async () => {
    const { dir, store, incoming } = aStore()
    const bytes = sampleJpeg(50_000)
    const { name } = await put(store, bytes)
    expect(new Uint8Array(await (await store.open(TOURNAMENT, name)).arrayBuffer())).toEqual(bytes)
    expect(statSync(join(dir, TOURNAMENT, name.slice(0, 2), name)).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, TOURNAMENT)).mode & 0o777).toBe(0o700)
    expect(incoming()).toEqual([])
  })

  test('is on stable storage with its name when the put returns, its content before its name', async () => {
    const { dir, store } = aStore()
    const handle = await open(dir)
    const proto = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const seen: [string, string[]][] = []
    const { sync } = proto
    const synced = spyOn(proto, 'sync').mockImplementation(async function (this: FileHandle) {
      const path = readlinkSync(`/proc/self/fd/${this.fd}`).replace(dir, '')
      await sync.call(this)
      seen.push([path.replace(/[^/]+$/, (last) => (path.startsWith('/incoming') ? 'arriving' : last)), filesBelow(dir)])
    })
    const { name } = await put(store, samplePdf(3000))
    synced.mockRestore()
    const folder = `/${TOURNAMENT}/${name.slice(0, 2)}`
    expect(seen[0]![0]).toBe('/incoming/arriving')
    expect(seen.at(-1)).toEqual([folder, [join(dir, folder, name)]])
    const paths = seen.map(([path]) => path)
    for (const parent of [`/${TOURNAMENT}`, '']) expect(paths).toContain(parent)
  })

  test('lies there once, however often and at once it comes', async () => {
    const { dir, store, incoming } = aStore()
    const bytes = samplePdf(20_000)
    const all = await Promise.all(Array.from({ length: 20 }, () => put(store, bytes)))
    const name = all[0]!.name
    expect(new Set(all.map((received) => received.name)).size).toBe(1)
    expect(readdirSync(join(dir, TOURNAMENT, name.slice(0, 2)))).toEqual([name])
    expect(incoming()).toEqual([])
  })

  test('replaces a torn one of the same name', async () => {
    const { dir, store } = aStore()
    const { name } = await put(store, samplePdf(5000))
    writeFileSync(join(dir, TOURNAMENT, name.slice(0, 2), name), 'torn')
    await put(store, samplePdf(5000))
    expect((await store.open(TOURNAMENT, name)).size).toBe(5000)
  })

  test('may be kept and discarded again', async () => {
    const { store } = aStore()
    const received = await put(store, samplePdf())
    await store.keep(received, TOURNAMENT)
    await store.discard(received)
    expect((await store.open(TOURNAMENT, received.name)).size).toBe(received.bytes)
  })

  test('belongs to its tournament only', async () => {
    const { store } = aStore()
    const { name } = await put(store, samplePdf())
    expect(await codeOf(store.open(OTHER_TOURNAMENT, name))).toBe('NOT_FOUND')
  })

  test('is gone when it is removed, once or twice', async () => {
    const { store } = aStore()
    const { name } = await put(store, samplePdf())
    await store.remove(TOURNAMENT, name)
    await store.remove(TOURNAMENT, name)
    await store.remove(OTHER_TOURNAMENT, name)
    expect(await codeOf(store.open(TOURNAMENT, name))).toBe('NOT_FOUND')
  })

  test.each([
    ['../../../etc', 'a'.repeat(64)],
    [TOURNAMENT, '../../../../etc/passwd'],
    [TOURNAMENT, ''],
  ])('is never looked for at %j, %j', async (tournament, name) => {
    expect(await codeOf(aStore().store.open(tournament, name))).toBe('NOT_FOUND')
  })
})

describe('what a broken reception left behind', () => {
  const FIVE_HOURS_S = 5 * 3600
  const host = () => incomingPath('').split('-')[0]!

  async function leftOver(dir: string, name: string, ageSeconds = 0) {
    writeFileSync(join(dir, name), 'x')
    const at = Date.now() / 1000 - ageSeconds
    await utimes(join(dir, name), at, at)
  }

  test('is removed at the next start, and what others are writing is not', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'teamsheet-store-'))
    folders.push(dir)
    const incoming = join(dir, 'incoming')
    mkdirSync(incoming)
    const gone = Bun.spawn(['true'])
    await gone.exited
    await leftOver(incoming, `${host()}-${gone.pid}-died`)
    await leftOver(incoming, `${host()}-${process.pid}-same-number-before`)
    await leftOver(incoming, `${host()}-1-alive`)
    await leftOver(incoming, '00000000-999999-other-machine')
    await leftOver(incoming, '00000000-999999-other-machine-old', FIVE_HOURS_S)
    const store = diskStore({ dir, fileKey, leastFreeBytes: 0 })
    await store.receive(inChunks(samplePdf()), MAX)
    const [own, ...others] = readdirSync(incoming).sort((a, b) => Number(b.length > 45) - Number(a.length > 45))
    expect(own).toStartWith(`${host()}-${process.pid}-`)
    expect(others.sort()).toEqual(['00000000-999999-other-machine', `${host()}-1-alive`].sort())
  })

  test('is removed by the timetable without touching what is arriving', async () => {
    const { dir, store, incoming } = aStore()
    const received = await store.receive(inChunks(samplePdf()), MAX)
    await leftOver(join(dir, 'incoming'), '00000000-999999-old', FIVE_HOURS_S)
    expect(await store.removeLeftovers()).toBe(1)
    expect(incoming()).toHaveLength(1)
    await store.keep(received, TOURNAMENT)
  })

  test('does not stop a start where it cannot be removed', async () => {
    const { dir } = aStore()
    mkdirSync(join(dir, 'incoming', 'a-directory'))
    const then = Date.now() / 1000 - FIVE_HOURS_S
    await utimes(join(dir, 'incoming', 'a-directory'), then, then)
    const store = diskStore({ dir, fileKey, leastFreeBytes: 0 })
    expect(await codeOf(put(store, samplePdf()))).toBe('none')
    expect(await codeOf(store.removeLeftovers())).toBe('STORAGE_UNAVAILABLE')
  })
})
