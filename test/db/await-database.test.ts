import { afterAll, beforeAll, expect, test } from 'bun:test'
import { awaitDatabase } from '#src/db/await-database.ts'
import { migrate } from '#src/db/migrate.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { type DatabaseProxy, openProxy } from '#test/support/proxy.ts'

let made: Awaited<ReturnType<typeof createDatabase>>
let proxy: DatabaseProxy
beforeAll(async () => {
  made = await createDatabase()
  proxy = await openProxy(made.connection)
})
afterAll(async () => {
  proxy.close()
  await made.drop()
})

/** Opens the database at an address; what was waited, logged and thrown. `meanwhile` happens instead of each wait. */
async function open(
  url: string,
  {
    isPatient = false,
    signal,
    meanwhile,
  }: { isPatient?: boolean; signal?: AbortSignal; meanwhile?: (wait: number) => void } = {},
) {
  const waits: number[] = []
  const logged: string[] = []
  const thrown = await awaitDatabase(() => migrate({ url }), {
    isPatient,
    signal,
    log: { warn: (_: object, event: string) => void logged.push(event) } as never,
    sleep: async (ms) => {
      waits.push(ms)
      meanwhile?.(waits.length)
    },
  }).then(
    () => undefined,
    (error: Error) => error,
  )
  return { waits, logged, said: thrown?.message }
}

test('an address where nobody listens is tried after 1, 2 and 4 seconds, and then told in a sentence', async () => {
  const { waits, logged, said } = await open('postgres://someone:secret@127.0.0.1:1/teamsheet')
  expect(waits).toEqual([1000, 2000, 4000])
  expect(logged).toEqual(['database.awaited', 'database.awaited', 'database.awaited'])
  expect(said).toStartWith('The database cannot be reached, after 4 tries: nobody listens')
  expect(said).not.toContain('secret')
})

test('a name that has no address yet may get one', async () => {
  expect((await open('postgres://someone@database.invalid/teamsheet')).waits).toEqual([1000, 2000, 4000])
})

test('a wrong password and a missing database are told at once', async () => {
  const wrong = new URL(proxy.url)
  wrong.password = 'guessed'
  const password = await open(wrong.href, { isPatient: true })
  expect(password).toMatchObject({
    waits: [],
    said: expect.stringMatching(/password authentication failed .*\(28P01\)/),
  })
  const missing = await open(proxy.url.replace(/\/[^/]*$/, '/absent'), { isPatient: true })
  expect(missing).toMatchObject({ waits: [], said: expect.stringMatching(/"absent" does not exist \(3D000\)/) })
})

test('with patience it waits for as long as it takes, at most 30 seconds at a time', async () => {
  proxy.mode = 'hang_up'
  const { waits, said } = await open(proxy.url, {
    isPatient: true,
    meanwhile: (wait) => {
      if (wait === 8) proxy.mode = 'pass'
    },
  })
  expect(said).toBeUndefined()
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('a host that swallows every packet is given up, and whoever waits for it can be told to stop', async () => {
  proxy.mode = 'swallow'
  const stopping = new AbortController()
  const accepted = proxy.accepted
  const waiting = open(proxy.url, { isPatient: true, signal: stopping.signal })
  while (proxy.accepted === accepted) await Bun.sleep(5)
  stopping.abort(new Error('told to stop'))
  expect((await waiting).said).toBe('told to stop')
  const tried = await open(proxy.url, {
    isPatient: true,
    meanwhile: () => {
      proxy.mode = 'pass'
    },
  })
  expect(tried).toMatchObject({ waits: [1000], said: undefined })
}, 15_000)
