import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { LOCKS } from '#src/db/locks.ts'
import { cleanUp, until } from '#test/db/embedded/processes.ts'
import { type Executable, endExecutables, openData, startExecutable } from '#test/support/executable.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { anEntry, register } from './registering.ts'

const STEPS = [
  'server.stopping',
  'readiness.off',
  'listener.closed',
  'requests.finished',
  'tasks.returned',
  'pools.closed',
  'database.stopped',
  'server.stopped',
]

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

const start = (stopTimeout: number, preset = 'open') =>
  startExecutable({
    env: { TOURNAMENT_PRESET: preset, ENABLE_RATE_LIMITING: 'false', STOP_TIMEOUT: String(stopTimeout) },
  })
const says = (server: Executable, event: string) => until(() => server.output().includes(`"event":"${event}"`))
const stepsOf = (server: Executable) =>
  [...server.output().matchAll(/"event":"([\w.-]+)"/g)].map((match) => match[1]!).filter((step) => STEPS.includes(step))

/** Holds the tournament's lock, so that registrations wait; `release` lets them go. */
async function holdRegistrations(server: Executable) {
  const sql = await openData(server.dataDir)
  await sql`select pg_advisory_lock(${LOCKS.tournament}::int, hashtext(id::text)) from tournaments`
  const waiting = async () => (await sql`select from pg_locks where locktype = 'advisory' and not granted`).length
  return { waiting, release: () => sql.end() }
}

async function untilWaiting(held: { waiting(): Promise<number> }) {
  while ((await held.waiting()) === 0) await Bun.sleep(10)
}

/** A browser's connection that is kept open: sends a request and gives what comes back. */
async function keptConnection(server: Executable) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes
  })
  return {
    closed,
    async ask(path: string): Promise<string> {
      heard = ''
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
      await until(() => heard.includes('\r\n\r\n'))
      return heard
    },
  }
}

test('told to stop it finishes the request that runs, takes no more, and ends in order', async () => {
  const server = await start(30)
  const held = await holdRegistrations(server)
  const [page, probe] = [await keptConnection(server), await keptConnection(server)]
  expect(await page.ask('/api/v1/tournaments/current')).toStartWith('HTTP/1.1 200')
  expect(await probe.ask('/readyz')).toStartWith('HTTP/1.1 200')
  const registered = register(server.url, anEntry())
  await untilWaiting(held)
  const exited = server.stop()
  await says(server, 'listener.closed')

  // Connections on which nothing runs end at once.
  await Promise.all([page.closed, probe.closed])
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()

  await held.release()
  expect((await registered).status).toBe(201)
  expect(await exited).toBe(0)
  expect(stepsOf(server)).toEqual(STEPS)
  expect(server.output()).toContain('"cut":0')
})

test('what has not finished by the deadline is told that the server stops, and nothing of it is done by half', async () => {
  const server = await start(1)
  const held = await holdRegistrations(server)
  const entry = anEntry()
  const answered = register(server.url, entry)
  await untilWaiting(held)
  const exited = server.stop()
  const { status, answer } = await answered
  expect([status, answer]).toEqual([503, expect.objectContaining({ code: 'SERVICE_STOPPING' })])
  await held.release()
  expect(await exited).toBe(0)
  expect(stepsOf(server)).toEqual(STEPS)
  const again = await startExecutable({ cwd: server.folder, env: { TOURNAMENT_PRESET: 'open' } })
  const repeated = await register(again.url, entry)
  expect([repeated.status, repeated.isReplayed]).toEqual([201, false])
  await again.stop()
})

test.each([
  ['/api/v1/uploads', 'file'],
  ['/register/draft', 'team.pastor_letter'],
])(
  'an upload to %s that a stop meets is told so, its connection ends with the answer, and nothing of the file is left',
  async (path, name) => {
    const server = await start(1, 'icct26')
    const client = await MultipartClient.open({ port: Number(new URL(server.url).port), path })
    await client.beginPart(`form-data; name="${name}"; filename="letter.pdf"`, 'application/pdf')
    await client.send('%PDF-1.4')
    const incoming = join(server.dataDir, 'files/incoming')
    await until(() => readdirSync(incoming).length === 1)
    const answered = client.waitForAnswer()
    const exited = server.stop()
    const { status, headers, body } = await answered
    expect([status, headers.get('connection')]).toEqual([503, 'close'])
    expect(body).toContain('The server is restarting.')
    expect(await exited).toBe(0)
    expect(readdirSync(incoming)).toEqual([])
    expect(stepsOf(server)).toEqual(STEPS)
    // The request ended by itself, before what is still open was broken off.
    expect(server.output()).toMatch(/"cut":1\b/)
    client.drop()
  },
)

test('told again after a second it waits for nobody any more, and still ends in order', async () => {
  const server = await start(300)
  const held = await holdRegistrations(server)
  const answered = register(server.url, anEntry())
  await untilWaiting(held)
  const exited = server.stop()
  await says(server, 'listener.closed')
  await Bun.sleep(1100)
  process.kill(server.pid, 'SIGTERM')
  expect((await answered).status).toBe(503)
  await held.release()
  expect(await exited).toBe(0)
  expect(stepsOf(server)).toEqual(STEPS)
})
