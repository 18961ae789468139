import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { chownSync, existsSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import postgres from 'postgres'
import { openEmbedded, startEmbedded } from '#src/db/embedded/embedded.ts'
import { chooseSocketDirectory, makeSocketDirectory } from '#src/db/embedded/socket-directory.ts'
import { cleanUp, clusterOf, makeFolder, runProgram } from './processes.ts'

const SOCKET_NAME_BYTES = '/.s.PGSQL.5432'.length
const SOCKET_PATH_MAX_BYTES = 107
const STRANGER_UID = 54321

const log = { info() {}, warn() {}, error() {} }
const deepName = 'ä'.repeat(60)
const made: string[] = []

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})
setDefaultTimeout(30_000)
afterAll(cleanUp)

test('a socket path of 107 bytes is taken as it is, one of 108 is not', () => {
  const longest = `/${'x'.repeat(SOCKET_PATH_MAX_BYTES - SOCKET_NAME_BYTES - 1)}`
  expect(chooseSocketDirectory(longest, '/data')).toEqual({ path: longest, isShared: false })
  const short = chooseSocketDirectory(`${longest}x`, '/data')
  expect(short.isShared).toBe(true)
  expect(dirname(short.path)).toBe(tmpdir())
  expect(chooseSocketDirectory(`${longest}x`, '/other').path).not.toBe(short.path)
  // Bytes, not characters.
  expect(chooseSocketDirectory(`/${'ä'.repeat(60)}`, '/data').isShared).toBe(true)
})

test('under a path too long for a socket it lies in a private folder, which goes with the server', async () => {
  const dataDir = join(makeFolder({ name: deepName }), 'data')
  const database = await startEmbedded({ dataDir, log, noSync: true })
  const folder = database.connection.host
  expect(dirname(folder)).toBe(tmpdir())
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(folder).uid).toBe(statSync(clusterOf(dataDir)).uid)
  const sql = postgres({ ...database.connection, max: 1 })
  expect((await sql`SELECT 1 AS one`)[0]).toEqual({ one: 1 })
  await sql.end()

  const beside = await openEmbedded({ dataDir, log })
  expect(beside).toMatchObject({ owned: false, connection: database.connection })
  await beside.stop()
  await database.stop()
  expect(existsSync(folder)).toBe(false)
})

test('a private folder that a killed server left is used again', async () => {
  const dataDir = join(makeFolder({ name: deepName }), 'data')
  const killed = await runProgram('serve', dataDir)
  const { host } = await killed.says('ready')
  made.push(host as string)
  killed.kill('SIGKILL')
  await killed.exited
  expect(existsSync(host as string)).toBe(true)
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ owned: true })
  expect(existsSync(host as string)).toBe(false)
})

test('a folder of that name that somebody else made is refused and left alone', async () => {
  const dataDir = join(makeFolder({ name: deepName }), 'data')
  mkdirSync(dataDir, { mode: 0o711 })
  const { path } = chooseSocketDirectory(join(dataDir, 'postgres/run'), realpathSync(dataDir))
  made.push(path)
  mkdirSync(path)
  chownSync(path, STRANGER_UID, STRANGER_UID)
  await expect(startEmbedded({ dataDir, log, noSync: true })).rejects.toThrow(
    `${path} is in the way: it belongs to somebody else.`,
  )
  expect(statSync(path).uid).toBe(STRANGER_UID)
  rmSync(path, { recursive: true })

  const elsewhere = makeFolder()
  symlinkSync(elsewhere, path)
  expect(() => makeSocketDirectory({ path, isShared: true }, undefined)).toThrow('is in the way')
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
})
