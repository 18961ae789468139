import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { type EmbeddedConnection, type EmbeddedDatabase, startEmbedded } from '#src/db/embedded/embedded.ts'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { packPostgres } from '../../scripts/pack-postgres.ts'

const PACK_LEVEL = 9
const RUN_FOLDER = /^teamsheet-test-(\d+)-/

/** What is lost with the machine may be lost with a test run; many test files have pools open at once. */
const TEST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  max_wal_size: '1GB',
}

const silent = { info() {}, warn() {}, error: console.error }

type TestPostgres = { database: EmbeddedDatabase; admin: Sql }
let started: Promise<TestPostgres> | undefined
let created = 0

/** The one PostgreSQL of this test process, started at the first call, gone with the process. */
export async function testPostgres(): Promise<{ connection: EmbeddedConnection }> {
  const { database } = await instance()
  return { connection: database.connection }
}

/**
 * A database of its own: empty, or a copy of another (which nobody may be connected to), made in about 20 ms.
 *
 * @param templateName `connection.database` of the one to copy
 */
export async function createDatabase(
  templateName = 'template0',
): Promise<{ connection: EmbeddedConnection; drop(): Promise<void> }> {
  const { database, admin } = await instance()
  const name = `test_${++created}`
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${templateName} STRATEGY file_copy`)
  return {
    connection: { ...database.connection, database: name },
    drop: async () => void (await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}

function instance(): Promise<TestPostgres> {
  started ??= start()
  return started
}

async function start(): Promise<TestPostgres> {
  removeDeadRuns()
  await packPostgres({ level: PACK_LEVEL })
  const folder = mkdtempSync(join(tmpdir(), `teamsheet-test-${process.pid}-`))
  // PostgreSQL runs as another user when root runs the tests.
  chmodSync(folder, 0o711)
  removeAtOurEnd(folder)
  const database = await startEmbedded({ dataDir: folder, log: silent, settings: TEST_SETTINGS, noSync: true })
  return { database, admin: postgres({ ...database.connection, max: 1, onnotice() {} }) }
}

/** By a process that sees our end of a pipe close, however we end: `bun test` tells nobody when it bails out or is interrupted. */
function removeAtOurEnd(folder: string) {
  const script =
    'trap "" INT TERM HUP; read _; kill -KILL $(head -n 1 "$1/postgres/cluster/postmaster.pid"); rm -rf "$1"'
  const watcher = Bun.spawn(['sh', '-c', script, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.unref()
}

/** Of runs whose watcher was killed too. */
function removeDeadRuns() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(RUN_FOLDER.exec(name)?.[1] ?? process.pid)
    if (pid !== process.pid && !isAlive(pid)) removeRun(join(tmpdir(), name))
  }
}

function removeRun(folder: string) {
  for (const pid of listProcesses(join(folder, 'postgres/cluster'))) kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

const isAlive = (pid: number) => kill(pid, 0)

function kill(pid: number, signal: 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
