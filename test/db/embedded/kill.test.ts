import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { type EmbeddedDatabase, startEmbedded } from '#src/db/embedded/embedded.ts'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { findPack } from '#src/db/embedded/pack.ts'
import { cleanUp, clusterOf, makeDataDir, makeFolder, postmasterOf, runProgram, until } from './processes.ts'

const RESTARTS = 4

setDefaultTimeout(30_000)
afterAll(cleanUp)

const log = { info() {}, warn() {}, error() {} }

let shared: Promise<string> | undefined

/** For tests that leave it stopped and look at no rows. */
function sharedDataDir(): Promise<string> {
  shared ??= makeDataDir()
  return shared
}

test('after a kill of the server PostgreSQL lives on, and the next server stops it and starts its own', async () => {
  const dataDir = await makeDataDir()
  const first = await runProgram('serve', dataDir)
  await first.says('ready')
  const leftover = postmasterOf(dataDir)
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: false, runs: 1 })
  first.kill('SIGKILL')
  await first.exited
  expect(listProcesses(clusterOf(dataDir))).toContain(leftover)

  const second = await runProgram('serve', dataDir)
  expect(await second.says('database.leftover-stopped')).toMatchObject({ pid: leftover })
  await second.says('ready')
  expect(postmasterOf(dataDir)).not.toBe(leftover)
  expect(listProcesses(clusterOf(dataDir))).not.toContain(leftover)
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: false, runs: 2 })
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
})

test('after a kill of the server a command, too, starts anew and stops what it started', async () => {
  const dataDir = await makeDataDir()
  const server = await runProgram('serve', dataDir)
  await server.says('ready')
  server.kill('SIGKILL')
  await server.exited
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: true, runs: 1 })
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})

test('after a kill of both the next server recovers every acknowledged row', async () => {
  const dataDir = await makeDataDir()
  const first = await runProgram('serve', dataDir)
  await first.says('ready')
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 1 })
  const postmaster = postmasterOf(dataDir)
  first.kill('SIGKILL')
  process.kill(postmaster, 'SIGKILL')
  await first.exited

  const second = await runProgram('serve', dataDir)
  await second.says('ready')
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 2 })
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})

test('a server killed while its first start unpacks leaves nothing that the next one trips over', async () => {
  const dataDir = join(makeFolder(), 'data')
  for (const waitMs of [20, 60, 120, 180, 240]) {
    const killed = await runProgram('serve', dataDir)
    await Bun.sleep(waitMs)
    killed.kill('SIGKILL')
    await killed.exited
  }
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: true, runs: 1 })
})

test('a killed PostgreSQL is started again while callers wait for it, and keeps every row', async () => {
  const dataDir = await makeDataDir()
  const told: [string, string][] = []
  const tell = (_: object, event: string) => told.push([event, database.state()])
  const database = await startEmbedded({ dataDir, log: { ...log, warn: tell, error: tell }, noSync: true })
  for (let round = 1; round <= RESTARTS; round++) {
    expect(await addRow(database)).toBe(round)
    const killed = database.pid()!
    process.kill(killed, 'SIGKILL')
    await until(() => database.pid() !== killed)
    await Promise.all([database.ready(), database.ready()])
    expect(database.pid()).not.toBe(killed)
  }
  const once = [
    ['database.ended-unexpectedly', 'restarting'],
    ['database.restarted', 'running'],
  ]
  expect(told).toEqual(Array.from({ length: RESTARTS }, () => once).flat() as never)
  await database.stop()
  await expect(database.ready()).rejects.toThrow('being stopped')
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})

test('a restart that fails is tried again until it succeeds', async () => {
  const dataDir = join(makeFolder(), 'data')
  const told: string[] = []
  const tell = (_: object, event: string) => told.push(event)
  const database = await startEmbedded({ dataDir, log: { ...log, warn: tell, error: tell }, noSync: true })
  await addRow(database)
  const program = join(dataDir, 'postgres', findPack().release, 'bin/postgres')
  renameSync(program, `${program}.away`)
  process.kill(database.pid()!, 'SIGKILL')
  await until(() => told.includes('database.restart-failed'))
  expect(database.state()).toBe('restarting')
  const waiting = database.ready()
  renameSync(`${program}.away`, program)
  await waiting
  expect(await addRow(database)).toBe(2)
  await database.stop()
})

/** How many there are with it. */
async function addRow(database: EmbeddedDatabase): Promise<number> {
  const sql = postgres({ ...database.connection, max: 1, onnotice() {} })
  try {
    await sql`CREATE TABLE IF NOT EXISTS kept (id int)`
    await sql`INSERT INTO kept VALUES (1)`
    const [row] = await sql`SELECT count(*)::int AS rows FROM kept`
    return row?.rows as number
  } finally {
    await sql.end()
  }
}

test('a backend that dies takes nobody else’s database away', async () => {
  const dataDir = await sharedDataDir()
  const database = await startEmbedded({ dataDir, log, noSync: true })
  const sql = postgres({ ...database.connection, max: 1, onnotice() {} })
  const [backend] = await sql`SELECT pg_backend_pid() AS pid`
  const before = database.pid()
  process.kill(backend?.pid as number, 'SIGKILL')
  const count = () =>
    sql`SELECT 1 AS one`.then(
      (rows) => rows.length,
      () => 0,
    )
  while ((await count()) === 0) await Bun.sleep(20)
  expect(database.pid()).toBe(before)
  await sql.end()
  await database.stop()
})

test('a stop while PostgreSQL restarts ends both', async () => {
  const dataDir = await sharedDataDir()
  const database = await startEmbedded({ dataDir, log, noSync: true })
  const killed = database.pid()!
  process.kill(killed, 'SIGKILL')
  await until(() => database.pid() !== killed)
  await database.stop()
  expect(database.state()).toBe('stopped')
  expect(database.pid()).toBeUndefined()
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})

test('PostgreSQL runs in a session of its own, where Ctrl-C does not reach it', async () => {
  const dataDir = await sharedDataDir()
  const server = await runProgram('serve', dataDir)
  await server.says('ready')
  const postmaster = postmasterOf(dataDir)
  const [, , group, session] = readFileSync(`/proc/${postmaster}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number)
  expect([group, session]).toEqual([postmaster, postmaster])
  server.kill('SIGTERM')
  await server.says('stopped')
  expect(await server.exited).toBe(0)
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})

test('a server that ends without stopping its database has it stopped in order all the same', async () => {
  const dataDir = await sharedDataDir()
  const server = await runProgram('leave', dataDir)
  await server.says('ready')
  expect(await server.exited).toBe(3)
  await until(() => listProcesses(clusterOf(dataDir)).length === 0)
  expect(readFileSync(join(dataDir, 'postgres/postgres.log'), 'utf8')).toContain('database system is shut down')
})
