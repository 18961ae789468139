import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { type Executable, emptyFolder, endExecutables, isRunning, startExecutable } from '#test/support/executable.ts'
import { aRegistration } from '#test/support/registrations.ts'

setDefaultTimeout(60_000)

let folder: string
beforeAll(async () => {
  folder = await emptyFolder()
})
afterAll(() => {
  endExecutables()
  cleanUp()
})

type Sent = { key: string; body: string; answer: unknown }
const sent: Sent[] = []

test('after kill -9 of the server the next start has every registration', async () => {
  const server = await startExecutable({ cwd: folder })
  await register(server, 3)
  const leftover = server.postgresPid()
  await server.kill9()
  expect(isRunning(leftover)).toBe(true)
  await expectAllThere()
  expect(isRunning(leftover)).toBe(false)
})

test('after kill -9 of PostgreSQL the server brings it back and goes on', async () => {
  const server = await startExecutable({ cwd: folder })
  await register(server, 3)
  const killed = server.postgresPid()
  process.kill(killed, 'SIGKILL')
  while ((await fetch(`${server.url}/readyz`)).status !== 200) await Bun.sleep(50)
  expect(server.postgresPid()).not.toBe(killed)
  await register(server, 1)
  expect(await server.stop()).toBe(0)
  await expectAllThere()
})

test('after kill -9 of both the next start has every registration', async () => {
  const server = await startExecutable({ cwd: folder })
  await register(server, 3)
  const postgres = server.postgresPid()
  process.kill(postgres, 'SIGKILL')
  await server.kill9()
  await expectAllThere()
})

async function register(server: Executable, count: number): Promise<void> {
  for (let made = 0; made < count; made++) {
    const registration = { key: crypto.randomUUID(), body: JSON.stringify(aRegistration()) }
    const { status, answer } = await post(server, registration)
    expect([status, answer]).toEqual([201, expect.objectContaining({ state: 'submitted' })])
    sent.push({ ...registration, answer })
  }
}

/** By replaying each: the first answers come back, and none is registered again. */
async function expectAllThere(): Promise<void> {
  const server = await startExecutable({ cwd: folder })
  for (const registration of sent) {
    const { status, answer, isReplayed } = await post(server, registration)
    expect([status, isReplayed]).toEqual([201, 'true'])
    expect(withoutOrigin(answer)).toEqual(withoutOrigin(registration.answer))
  }
  expect(await server.stop()).toBe(0)
}

/** Each start has a port of its own. */
const withoutOrigin = (answer: unknown) => JSON.stringify(answer).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '')

async function post(server: Executable, { key, body }: { key: string; body: string }) {
  const response = await fetch(`${server.url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body,
  })
  const answer: unknown = await response.json()
  return { status: response.status, answer, isReplayed: response.headers.get('idempotent-replayed') }
}
