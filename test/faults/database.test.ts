import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { cleanUp, clusterOf } from '#test/db/embedded/processes.ts'
import { anEntry, register } from '#test/executable/registering.ts'
import { type Executable, emptyFolder, endExecutables, openData, startExecutable } from '#test/support/executable.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { openProxy } from '#test/support/proxy.ts'
import { type Crowd, startCaptains } from './clients.ts'

const CAPTAINS = 6
const CALM_MS = 400
const PAUSE_MS = 3000
const READY_TIMEOUT_MS = 30_000
const SETTINGS = { TOURNAMENT_PRESET: 'open', ENABLE_RATE_LIMITING: 'false', IDEMPOTENCY_MINUTES: '600' }
const DISK_MB = 320
const MB = 1_048_576

setDefaultTimeout(120_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

const status = async (url: string) => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) })).status
async function untilReady(url: string) {
  for (const end = Date.now() + READY_TIMEOUT_MS; (await status(url)) !== 200; await Bun.sleep(50))
    if (Date.now() > end) throw new Error('It did not become ready again.')
}

/** Whoever was told 201 is there, once, with numbers from one on; nothing odd was answered, and nothing temporary is left. */
async function expectWhole(server: Executable, crowd: Crowd, sql: Sql) {
  expect(crowd.oddAnswers).toEqual([])
  const teams = await sql<{ id: string; number: number; name: string; players: number }[]>`
    select id, number, name, (select count(*)::int from players where team_id = teams.id) as players from teams order by number`
  await sql.end()
  expect(teams.map(({ number }) => number)).toEqual(teams.map((_, at) => at + 1))
  expect(new Set(teams.map(({ players }) => players))).toEqual(new Set([11]))
  const there = new Map(teams.map(({ name, id }) => [name, id]))
  for (const { entry, id } of crowd.sent)
    expect([entry.teamName, there.get(entry.teamName)]).toEqual([entry.teamName, id!])
  expect(readdirSync(join(server.dataDir, 'files/incoming'))).toEqual([])
  expect(server.output()).not.toContain('server.failed')
  expect(server.output()).not.toContain('request.failed')
  expect((await register(server.url, anEntry())).status).toBe(201)
}

test('killed, paused and restarted under registrations, PostgreSQL loses nothing that was acknowledged', async () => {
  const server = await startExecutable({ env: SETTINGS })
  const crowd = startCaptains(server.url, CAPTAINS)
  const calm = () => Bun.sleep(CALM_MS)
  await calm()
  process.kill(server.postgresPid(), 'SIGKILL')
  await calm()
  await untilReady(server.url)
  // A single one: PostgreSQL then starts them all anew.
  const backends = listProcesses(clusterOf(server.dataDir)).filter((pid) => pid !== server.postgresPid())
  process.kill(backends.at(-1)!, 'SIGKILL')
  await calm()
  await untilReady(server.url)
  const frozen = listProcesses(clusterOf(server.dataDir))
  for (const pid of frozen) process.kill(pid, 'SIGSTOP')
  expect(await status(server.url)).toBe(503)
  await Bun.sleep(PAUSE_MS)
  for (const pid of frozen) process.kill(pid, 'SIGCONT')
  await untilReady(server.url)
  process.kill(server.postgresPid(), 'SIGINT')
  await calm()
  await untilReady(server.url)
  await calm()
  await crowd.finish()
  await expectWhole(server, crowd, await openData(server.dataDir))
  expect(await server.stop()).toBe(0)
})

test('connections to the database that are dropped half-way lose nothing, and are made anew', async () => {
  const made = await createDatabase()
  const proxy = await openProxy(made.connection)
  const server = await startExecutable({ env: { ...SETTINGS, DATABASE_URL: proxy.url } })
  const crowd = startCaptains(server.url, CAPTAINS)
  for (let round = 0; round < 8; round++) {
    await Bun.sleep(100 + 20 * round)
    proxy.isMute = round % 2 === 0
    await Bun.sleep(10 * round)
    proxy.drop()
    proxy.isMute = false
  }
  proxy.mode = 'hang_up'
  proxy.drop()
  await Bun.sleep(CALM_MS)
  expect(await status(server.url)).toBe(503)
  proxy.mode = 'pass'
  await untilReady(server.url)
  await crowd.finish()
  await expectWhole(server, crowd, postgres({ ...made.connection, max: 1 }))
  expect(await server.stop()).toBe(0)
  proxy.close()
  await made.drop()
})

test('on a full disk it refuses what it cannot keep, and goes on when there is room', async () => {
  const cwd = await emptyFolder()
  const data = join(cwd, 'data')
  await Bun.$`mkdir ${data} && mount -t tmpfs -o size=${DISK_MB}m,mode=711 tmpfs ${data}`.quiet()
  try {
    const server = await startExecutable({ cwd, env: SETTINGS })
    const crowd = startCaptains(server.url, CAPTAINS)
    await Bun.sleep(CALM_MS)
    const filler = join(data, 'filler')
    fill(filler)
    expect(await status(server.url)).toBe(503)
    const form = new FormData()
    form.set('kind', 'group_photo')
    form.set('file', new File(['%PDF-1.4'], 'a.pdf'))
    const upload = await fetch(`${server.url}/api/v1/uploads`, { method: 'POST', body: form })
    expect([upload.status, ((await upload.json()) as { code: string }).code]).toEqual([503, 'STORAGE_UNAVAILABLE'])
    await Bun.sleep(3 * CALM_MS)
    rmSync(filler)
    await untilReady(server.url)
    await Bun.sleep(CALM_MS)
    await crowd.finish()
    await expectWhole(server, crowd, await openData(server.dataDir))
    expect(await server.stop()).toBe(0)
  } finally {
    await Bun.$`umount -l ${data}`.quiet()
  }
})

/** Takes all the room there is. */
function fill(path: string) {
  for (const bytes of [MB, 4096])
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // Full to this grain.
    }
  expect(statSync(path).size).toBeGreaterThan(MB)
}
