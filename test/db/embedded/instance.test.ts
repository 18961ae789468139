import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { openEmbedded, startEmbedded } from '#src/db/embedded/embedded.ts'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { takeInstanceLock } from '#src/lib/instance-lock.ts'
import { cleanUp, clusterOf, makeDataDir, makeFolder, postmasterOf, runProgram } from './processes.ts'

setDefaultTimeout(30_000)
afterAll(cleanUp)

const log = { info() {}, warn() {}, error() {} }

test('a second server on the same data directory is refused, and the first one is not disturbed', async () => {
  const dataDir = await makeDataDir()
  const first = await runProgram('serve', dataDir)
  await first.says('ready')
  const postmaster = postmasterOf(dataDir)
  const second = await runProgram('serve', dataDir)
  expect((await second.says('refused')).sentence).toBe(
    `Another Teamsheet (process ${first.pid}) is already using ${dataDir}. ` +
      'Stop it first, or choose another data directory with --data.',
  )
  expect(await second.exited).toBe(1)
  expect(postmasterOf(dataDir)).toBe(postmaster)
  expect(listProcesses(clusterOf(dataDir))).toContain(postmaster)
  first.kill('SIGTERM')
  expect(await first.exited).toBe(0)
})

test('a command beside a running server talks to its database and leaves it running', async () => {
  const dataDir = await makeDataDir()
  const server = await runProgram('serve', dataDir)
  await server.says('ready')
  const postmaster = postmasterOf(dataDir)
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: false, runs: 1 })
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: false, runs: 2 })
  expect(listProcesses(clusterOf(dataDir))).toContain(postmaster)
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
})

test('a command that finds a server at its very first start waits for it', async () => {
  const dataDir = join(makeFolder(), 'data')
  const server = await runProgram('serve', dataDir)
  const lockTaken = () =>
    Bun.file(join(dataDir, 'lock'))
      .text()
      .then(Boolean, () => false)
  while (!(await lockTaken())) await Bun.sleep(1)
  const command = await runProgram('command', dataDir)
  expect(await command.says('done')).toMatchObject({ owned: false, runs: 1 })
  await server.says('ready')
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
})

test('a command alone starts the database and stops it again, and nothing is left', async () => {
  const dataDir = await makeDataDir()
  const command = await runProgram('command', dataDir)
  expect(await command.says('done')).toMatchObject({ owned: true, runs: 1, role: 'teamsheet' })
  expect(await command.exited).toBe(0)
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})

test('of eight commands at once all are served, one after the other or together', async () => {
  const dataDir = await makeDataDir()
  await (await runProgram('command', dataDir)).says('done')
  const commands = await Promise.all(Array.from({ length: 8 }, () => runProgram('command', dataDir)))
  const done = await Promise.all(commands.map((command) => command.says('done')))
  expect(done.filter(({ owned }) => owned).length).toBeGreaterThan(0)
  expect(await Promise.all(commands.map((command) => command.exited))).toEqual(commands.map(() => 0))
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: true, runs: 10 })
})

test('a command whose server has no database to offer gives up with a sentence', async () => {
  const dataDir = makeFolder()
  const taken = takeInstanceLock(dataDir)
  expect(taken).toHaveProperty('lock')
  await expect(openEmbedded({ dataDir, log, joinTimeoutMs: 50 })).rejects.toThrow(
    `Another Teamsheet (process ${process.pid}) is using ${dataDir}, but its database does not answer.`,
  )
  if ('lock' in taken) taken.lock.release()
})

test('the data directory is free again after a stop, and after a start that failed', async () => {
  const dataDir = await makeDataDir()
  await expect(startEmbedded({ dataDir, log, noSync: true, settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    'invalid value for parameter "shared_buffers"',
  )
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
  const database = await startEmbedded({ dataDir, log, noSync: true })
  expect(database.state()).toBe('running')
  await expect(startEmbedded({ dataDir, log })).rejects.toThrow('already using')
  await Promise.all([database.stop(), database.stop()])
  expect(database.state()).toBe('stopped')
  const taken = takeInstanceLock(dataDir)
  expect(taken).toHaveProperty('lock')
  if ('lock' in taken) taken.lock.release()
})
