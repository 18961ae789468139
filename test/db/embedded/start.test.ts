import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { connectionsTo, type EmbeddedConnection } from '#src/db/embedded/connection.ts'
import { startEmbedded } from '#src/db/embedded/embedded.ts'
import { findPack } from '#src/db/embedded/pack.ts'
import { INITIAL_PASSWORD } from '#src/db/embedded/password.ts'
import { cleanUp, clusterOf, makeDataDir, makeFolder, packForTests } from './processes.ts'

setDefaultTimeout(30_000)
afterAll(cleanUp)
await packForTests()

const log = { info() {}, warn() {}, error() {} }
/** For tests that look at what a first start made and leave it stopped. */
const sharedDataDir = join(makeFolder(), 'data')
const start = (dataDir: string, settings = {}) => startEmbedded({ dataDir, log, noSync: true, settings })

async function query(connection: EmbeddedConnection, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end()
  }
}

test('the first start makes a durable database in UTF-8 and UTC, with checksums, for small machines', async () => {
  const database = await startEmbedded({ dataDir: sharedDataDir, log })
  const [settings] = await query(
    database.connection,
    `SELECT jsonb_object_agg(name, setting) AS settings FROM pg_settings WHERE name IN (
      'fsync', 'full_page_writes', 'synchronous_commit', 'wal_level', 'data_checksums', 'server_encoding', 'TimeZone',
      'listen_addresses', 'max_connections', 'io_method', 'jit', 'password_encryption')`,
  )
  expect(settings?.settings).toEqual({
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    wal_level: 'replica',
    data_checksums: 'on',
    server_encoding: 'UTF8',
    TimeZone: 'UTC',
    listen_addresses: '',
    max_connections: '30',
    io_method: 'sync',
    jit: 'off',
    password_encryption: 'scram-sha-256',
  })
  const [locale] = await query(
    database.connection,
    'SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()',
  )
  expect(locale).toEqual({ datlocprovider: 'b', datlocale: 'C.UTF-8' })
  await database.stop()
})

test('its files are for us and PostgreSQL alone', async () => {
  const database = await start(sharedDataDir)
  const mode = (path: string) => statSync(join(sharedDataDir, path)).mode & 0o777
  expect(mode('.')).toBe(0o711)
  expect(mode('lock')).toBe(0o600)
  expect(mode('postgres/password')).toBe(0o600)
  expect(mode('postgres/postgres.log')).toBe(0o600)
  expect(mode('postgres/run')).toBe(0o700)
  expect(mode('postgres/cluster')).toBe(0o700)
  expect(mode('postgres/cluster/postgresql.conf')).toBe(0o600)
  expect(mode(`postgres/${findPack().release}/bin/postgres`)).toBe(0o755)
  expect(mode('postgres/run/.s.PGSQL.5432')).toBe(0o700)
  await database.stop()
})

test('the application’s role is no superuser, yet may make what it needs', async () => {
  const database = await start(sharedDataDir)
  const { connection } = database
  expect(await query(connection, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
    { rolsuper: false },
  ])
  await query(connection, 'CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; CREATE ROLE auditor')
  expect(await query(connection, `SELECT unaccent('Hôtel') AS word, similarity('abc', 'abc') AS same`)).toEqual([
    { word: 'Hotel', same: 1 },
  ])
  expect(await query(connection, `SELECT to_tsvector('english', 'running')::text AS stem`)).toEqual([
    { stem: "'run':1" },
  ])
  await expect(query(connection, `COPY (SELECT 1) TO PROGRAM 'true'`)).rejects.toThrow('permission denied')
  expect(await query(connection, `SELECT pg_backup_start('test', fast => true) IS NOT NULL AS started`)).toEqual([
    { started: true },
  ])
  await database.stop()
})

test('two installations share neither password nor system identifier nor the secret of their mock salts', async () => {
  const seen = { passwords: new Set(), identifiers: new Set(), nonces: new Set() }
  for (const _ of [1, 2]) {
    const dataDir = await makeDataDir()
    const database = await start(dataDir)
    seen.passwords.add(database.connection.password)
    const [control] = await query(
      database.connection,
      'SELECT system_identifier, pg_control_version FROM pg_control_system()',
    )
    expect(control?.pg_control_version).toBe(1800)
    seen.identifiers.add(control?.system_identifier)
    for (const password of [INITIAL_PASSWORD, 'wrong']) {
      await expect(query(connectionsTo(database.connection.host, password).connection, 'SELECT 1')).rejects.toThrow(
        'password authentication failed',
      )
    }
    await database.stop()
    seen.nonces.add(nonceOf(dataDir))
  }
  expect([seen.passwords.size, seen.identifiers.size, seen.nonces.size]).toEqual([2, 2, 2])
})

/** The 32 bytes before the checksum, which is the last that is not zero. */
function nonceOf(dataDir: string): string {
  const control = readFileSync(join(clusterOf(dataDir), 'global/pg_control'))
    .toString('hex')
    .replace(/(00)+$/, '')
  return control.slice(-72, -8)
}

test('a first start that ended before or after the database learned its password is finished by the next', async () => {
  const dataDir = await makeDataDir()
  const password = join(dataDir, 'postgres/password')
  mkdirSync(join(dataDir, 'postgres'), { recursive: true })
  writeFileSync(`${password}.pending`, 'chosen-before')
  const first = await start(dataDir)
  expect(first.connection.password).toBe('chosen-before')
  await first.stop()

  renameSync(password, `${password}.pending`)
  const second = await start(dataDir)
  expect(second.connection.password).toBe('chosen-before')
  expect(await query(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await second.stop()

  rmSync(password)
  await expect(start(dataDir)).rejects.toThrow(`Put the file ${password} back from a backup.`)
})

test('programs of another release go, half-unpacked ones are unpacked again', async () => {
  const dataDir = join(makeFolder(), 'data')
  const home = join(dataDir, 'postgres')
  mkdirSync(join(home, '18.3-00000000/bin'), { recursive: true })
  mkdirSync(join(home, `${findPack().release}.unfinished/bin`), { recursive: true })
  mkdirSync(join(home, 'cluster.unfinished/base'), { recursive: true })
  writeFileSync(join(home, 'cluster.unfinished/PG_VERSION'), '18')
  const database = await start(dataDir)
  await database.stop()
  const names = [...new Bun.Glob('*').scanSync({ cwd: home, onlyFiles: false })].sort()
  expect(names).toEqual([findPack().release, 'cluster', 'password', 'postgres.log', 'run'].sort())
})

test('a cluster of another major version is refused with a sentence', async () => {
  const dataDir = await makeDataDir()
  await (await start(dataDir)).stop()
  writeFileSync(join(clusterOf(dataDir), 'PG_VERSION'), '17\n')
  await expect(start(dataDir)).rejects.toThrow('was made by PostgreSQL 17; this release brings 18.')
})

test('a data directory that cannot be one is refused with a sentence', async () => {
  const file = join(makeFolder(), 'file')
  writeFileSync(file, '')
  await expect(start(file)).rejects.toThrow(`The data directory ${file} cannot be used. There is a file of that name.`)
  await expect(start(join(file, 'data'))).rejects.toThrow('There is a file in its path.')
})

test('programs that cannot be started are told of with a sentence', async () => {
  const dataDir = join(makeFolder(), 'data')
  await (await start(dataDir)).stop()
  const program = join(dataDir, 'postgres', findPack().release, 'bin/postgres')
  writeFileSync(program, '')
  await expect(start(dataDir)).rejects.toThrow(/PostgreSQL|cannot be started/)
  expect(existsSync(join(clusterOf(dataDir), 'postmaster.pid'))).toBe(false)
})
