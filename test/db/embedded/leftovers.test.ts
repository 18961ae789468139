import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EmbeddedDatabase, startEmbedded } from '#src/db/embedded/embedded.ts'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { readPostmasterFile } from '#src/db/embedded/postmaster-file.ts'
import { cleanUp, clusterOf, makeDataDir, postmasterOf, runProgram, until } from './processes.ts'

/** One for all tests, each of which leaves it stopped. */
let homeOfTheDead: string | undefined
const strangers: Bun.Subprocess[] = []

setDefaultTimeout(30_000)
afterAll(() => {
  for (const stranger of strangers) stranger.kill('SIGKILL')
  cleanUp()
})

const log = { info() {}, warn() {}, error() {} }
const start = (dataDir: string) => startEmbedded({ dataDir, log, noSync: true })

/** A cluster whose PostgreSQL was killed, its postmaster.pid as it was left. */
async function aDeadDatabase(): Promise<{ dataDir: string; pidFile: string; socketLock: string }> {
  homeOfTheDead ??= await makeDataDir()
  const dataDir = homeOfTheDead
  const database = await start(dataDir)
  const pidFile = join(clusterOf(dataDir), 'postmaster.pid')
  const socketLock = join(database.connection.host, '.s.PGSQL.5432.lock')
  const left = { pid: readFileSync(pidFile, 'utf8'), lock: readFileSync(socketLock, 'utf8') }
  await database.stop()
  writeFileSync(pidFile, left.pid)
  writeFileSync(socketLock, left.lock)
  return { dataDir, pidFile, socketLock }
}

/** As if the process had the process id of the PostgreSQL that died. */
function giveTheirPidTo(pid: number, ...files: string[]) {
  for (const file of files) writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(pid)))
}

async function expectRunning(database: EmbeddedDatabase) {
  expect(readPostmasterFile(clusterOf(join(database.connection.host, '../..')))?.pid).toBe(database.pid()!)
  await database.stop()
}

test('the postmaster.pid of a dead process is no obstacle', async () => {
  const { dataDir } = await aDeadDatabase()
  await expectRunning(await start(dataDir))
})

test('nor is one whose process id another program has got since, which is left in peace', async () => {
  const { dataDir, pidFile, socketLock } = await aDeadDatabase()
  const stranger = Bun.spawn(['sleep', '60'], { cwd: clusterOf(dataDir) })
  strangers.push(stranger)
  giveTheirPidTo(stranger.pid, pidFile, socketLock)
  await expectRunning(await start(dataDir))
  expect(stranger.exitCode).toBeNull()
  expect(stranger.signalCode).toBeNull()
})

test('nor is one whose process is a zombie', async () => {
  const { dataDir, pidFile, socketLock } = await aDeadDatabase()
  const parent = Bun.spawn(['sh', '-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdout: 'pipe' })
  strangers.push(parent)
  const { value } = await parent.stdout.getReader().read()
  const zombie = Number(new TextDecoder().decode(value))
  await until(() => readFileSync(`/proc/${zombie}/stat`, 'utf8').includes(') Z '))
  giveTheirPidTo(zombie, pidFile, socketLock)
  await expectRunning(await start(dataDir))
})

test('nor are an empty one, half a line, and a socket that nobody listens on', async () => {
  const { dataDir, pidFile, socketLock } = await aDeadDatabase()
  writeFileSync(socketLock.replace('.lock', ''), '')
  writeFileSync(pidFile, '')
  await expectRunning(await start(dataDir))
  writeFileSync(pidFile, 'garbage')
  expect(readPostmasterFile(clusterOf(dataDir))).toBeUndefined()
  await expectRunning(await start(dataDir))
})

test('the postmaster.pid of somebody else does not count as ours being ready', async () => {
  const { dataDir, pidFile } = await aDeadDatabase()
  const file = readPostmasterFile(clusterOf(dataDir))
  expect(file?.isReady).toBe(true)
  const database = await start(dataDir)
  expect(database.pid()).not.toBe(file?.pid)
  expect(readFileSync(pidFile, 'utf8').split('\n')[0]).toBe(String(database.pid()))
  await database.stop()
  expect(existsSync(pidFile)).toBe(false)
})

test('a former PostgreSQL that will not end in order is ended by force', async () => {
  const dataDir = await makeDataDir()
  const server = await runProgram('serve', dataDir)
  await server.says('ready')
  const cluster = clusterOf(dataDir)
  const postmaster = postmasterOf(dataDir)
  const [child] = listProcesses(cluster).filter((pid) => pid !== postmaster)
  // Its children outlive it for a moment; one that is halted does so for good.
  process.kill(child!, 'SIGSTOP')
  server.kill('SIGKILL')
  await server.exited
  process.kill(postmaster, 'SIGKILL')
  const database = await start(dataDir)
  expect(listProcesses(cluster)).not.toContain(child!)
  await expectRunning(database)
})
