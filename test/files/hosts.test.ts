import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { readConfig } from '#src/config.ts'
import { cloudinaryHost } from '#src/files/cloudinary.ts'
import { type GuardedHost, guardHost, type HostedFile, openHosts } from '#src/files/guarded-host.ts'
import type { FileHost } from '#src/files/host.ts'
import { s3Host } from '#src/files/s3.ts'
import { type DependencySettings, dependency } from '#src/lib/dependency.ts'
import { DependencyError, StatusError } from '#src/lib/dependency-error.ts'
import { CLOUDINARY, cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import type { FileHostStandIn } from '#test/support/file-host.ts'
import { S3, s3Settings, s3StandIn } from '#test/support/s3-stand-in.ts'

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251)
const FILE = aFile('one')
const BREAKER = { now: () => new Date(), breaker: { failures: 50, windowMs: 60_000, restMs: 60_000 } }

function aFile(name: string, content = CONTENT): HostedFile {
  return { key: `t/${name}`, bytes: content.length, digest: createHash('sha256').update(content).digest() }
}

const KINDS = [
  ['cloudinary', cloudinaryStandIn, cloudinarySettings, cloudinaryHost, { CLOUDINARY_API_SECRET: 'not it' }],
  ['s3', s3StandIn, s3Settings, s3Host, { S3_SECRET_ACCESS_KEY: 'not it' }],
] as const

describe.each(KINDS)('%s', (_, open, settingsOf, hostOf, wrongSecret) => {
  let standIn: FileHostStandIn
  let host: FileHost
  const never = new AbortController().signal
  const hostWith = (settings: object) => hostOf(readConfig({ ...settingsOf(standIn), ...settings }, {}, () => ''))
  const guarded = (timeoutMs = 5000): GuardedHost =>
    guardHost(
      host,
      dependency({
        ...BREAKER,
        name: 'host',
        timeoutMs,
        deadlineMs: 10_000,
        concurrency: { calls: 4, waiting: 4 },
        judge: (error) => ({ reason: 'network', detail: String((error as Error).name) }),
      }),
      10_000,
    )
  beforeAll(async () => {
    standIn = await open()
    host = hostWith({})
  })
  afterEach(() => standIn.behave('fine'))
  afterAll(() => standIn.end())

  test('keeps a file under its name in the installation’s folder, gives it back, and deletes it', async () => {
    const store = guarded()
    await store.put(FILE, CONTENT)
    expect([...standIn.kept.keys()]).toEqual(['teamsheet/t/one'])
    expect(await store.get(FILE)).toEqual(CONTENT)
    await store.remove(FILE.key)
    expect(standIn.kept.size).toBe(0)
    expect(await store.get(FILE)).toBe('missing')
    await store.remove(FILE.key)
    expect(standIn.faults).toEqual([])
  })

  test('refuses another secret, and that is told by its status', async () => {
    const stranger = hostWith(wrongSecret)
    for (const work of [
      () => stranger.put(FILE.key, CONTENT, never),
      () => stranger.get(FILE.key, 10, never),
      () => stranger.remove(FILE.key, never),
    ]) {
      const error = await work().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(StatusError)
      expect([401, 403]).toContain((error as StatusError).status)
    }
    expect(standIn.kept.size).toBe(0)
    expect(standIn.faults.splice(0)).toHaveLength(3)
  })

  test('that keeps other bytes than it was sent is not believed, nor when it gives them back', async () => {
    standIn.behave('damage')
    const md5 = host.put
    // As where a host tells no MD5: then it is read back.
    host = { ...host, put: async (...given) => void (await md5(...given)) }
    try {
      await expect(guarded().put(FILE, CONTENT)).rejects.toBeInstanceOf(DependencyError)
      expect(await guarded().get(FILE)).toBe('damaged')
      standIn.behave('fine')
      await guarded().put(FILE, CONTENT)
      expect(await guarded().get(FILE)).toEqual(CONTENT)
    } finally {
      host = hostWith({})
    }
  })

  test.each(['drop', 'refuse', { status: 500 }] as const)(
    'that answers by %j fails a put and a get',
    async (manner) => {
      await guarded().put(FILE, CONTENT)
      standIn.behave(manner)
      await expect(guarded().get(FILE)).rejects.toBeInstanceOf(DependencyError)
      if (manner !== 'drop') {
        await expect(guarded().put(aFile('two'), CONTENT)).rejects.toBeInstanceOf(DependencyError)
        await expect(guarded().remove(FILE.key)).rejects.toBeInstanceOf(DependencyError)
      }
      await guarded()
        .remove(FILE.key)
        .catch(() => {})
    },
  )

  test('that stalls is given up', async () => {
    standIn.behave('stall')
    const error = await guarded(50)
      .put(FILE, CONTENT)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason: 'slow' })
  })

  test('gives no more of a file than one byte beyond what it should have', async () => {
    await host.put(FILE.key, CONTENT, never)
    const content = await host.get(FILE.key, 1000, never)
    expect(content!.length).toBe(1001)
  })
})

test('a bucket that is not there is a failure, not a missing file', async () => {
  const standIn = await s3StandIn()
  const host = s3Host(readConfig({ ...s3Settings(standIn), S3_BUCKET: 'other' }, {}, () => ''))
  const never = new AbortController().signal
  await expect(host.get('t/one', 10, never)).rejects.toMatchObject({ status: 404 })
  await expect(host.remove('t/one', never)).rejects.toMatchObject({ status: 404 })
  await standIn.end()
})

test('no secret travels', async () => {
  for (const [, open, settingsOf, hostOf] of KINDS) {
    const standIn = await open()
    const texts: string[] = []
    standIn.onRequest((request) => texts.push(JSON.stringify(request)))
    await hostOf(readConfig(settingsOf(standIn), {}, () => '')).put(
      't/one',
      CONTENT.slice(0, 9),
      AbortSignal.timeout(5000),
    )
    expect(texts).toHaveLength(1)
    for (const secret of [CLOUDINARY.secret, S3.secret]) expect(texts[0]).not.toContain(secret)
    await standIn.end()
  }
})

test('FILE_HOST_TIMEOUT is for each attempt, and a call may take four of them', () => {
  const hostsWith = (settings: object) => {
    const env = {
      CLOUDINARY_CLOUD_NAME: 'cup',
      CLOUDINARY_API_KEY: 'a key',
      CLOUDINARY_API_SECRET: 'kV3-mq81ZpXc_09tRw',
      ...settings,
    }
    const asked: DependencySettings[] = []
    const addDependency = (settings: object) => {
      asked.push({ ...BREAKER, ...settings } as DependencySettings)
      return dependency(asked[0]!)
    }
    const hosts = openHosts(
      readConfig(env, {}, () => ''),
      { addDependency },
    )
    return [asked[0]!.timeoutMs, asked[0]!.deadlineMs, hosts.get('cloudinary')!.callMaxMs]
  }
  expect(hostsWith({})).toEqual([30_000, 124_000, 124_000])
  expect(hostsWith({ FILE_HOST_TIMEOUT: '120' })).toEqual([120_000, 484_000, 484_000])
})
