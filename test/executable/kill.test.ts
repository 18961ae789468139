import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp, until } from '#test/db/embedded/processes.ts'
import { type Executable, emptyFolder, endExecutables, isRunning, startExecutable } from '#test/support/executable.ts'
import { type Answer, anEntry, type Entry, register, withoutOrigin } from './registering.ts'

/** A preset that asks for no documents, and no limits on how often: each start replays what was sent before. */
const SETTINGS = { TOURNAMENT_PRESET: 'open', ENABLE_RATE_LIMITING: 'false' }

setDefaultTimeout(60_000)

let folder: string
beforeAll(async () => {
  folder = await emptyFolder()
})
afterAll(() => {
  endExecutables()
  cleanUp()
})

const acknowledged: { entry: Entry; answer: Answer }[] = []

test('after kill -9 of the server the next start has every registration', async () => {
  const server = await startExecutable({ cwd: folder, env: SETTINGS })
  await registerSome(server, 3)
  const leftover = server.postgresPid()
  await server.kill9()
  expect(isRunning(leftover)).toBe(true)
  await expectAllThere()
  expect(isRunning(leftover)).toBe(false)
})

test('after kill -9 of PostgreSQL the server brings it back and goes on', async () => {
  const server = await startExecutable({ cwd: folder, env: SETTINGS })
  await registerSome(server, 3)
  const killed = server.postgresPid()
  process.kill(killed, 'SIGKILL')
  // What was connected may answer a moment longer than the postmaster lives.
  await until(() => ![killed, undefined].includes(pidOf(server)))
  while ((await fetch(`${server.url}/readyz`)).status !== 200) await Bun.sleep(50)
  await registerSome(server, 1)
  expect(await server.stop()).toBe(0)
  await expectAllThere()
})

test('after kill -9 of both the next start has every registration', async () => {
  const server = await startExecutable({ cwd: folder, env: SETTINGS })
  await registerSome(server, 3)
  process.kill(server.postgresPid(), 'SIGKILL')
  await server.kill9()
  await expectAllThere()
})

/** Its file is away for a moment between two of them. */
function pidOf(server: Executable): number | undefined {
  try {
    return server.postgresPid()
  } catch {
    return undefined
  }
}

async function registerSome(server: Executable, count: number): Promise<void> {
  for (let made = 0; made < count; made++) {
    const entry = anEntry()
    const { status, answer } = await register(server.url, entry)
    expect([status, answer]).toEqual([201, expect.objectContaining({ state: 'submitted' })])
    acknowledged.push({ entry, answer })
  }
}

/** By replaying each: the first answers come back, and none is registered again. */
async function expectAllThere(): Promise<void> {
  const server = await startExecutable({ cwd: folder, env: SETTINGS })
  for (const { entry, answer } of acknowledged) {
    const replay = await register(server.url, entry)
    expect([replay.status, replay.isReplayed]).toEqual([201, true])
    expect(withoutOrigin(replay.answer)).toEqual(withoutOrigin(answer))
  }
  expect(await server.stop()).toBe(0)
}
