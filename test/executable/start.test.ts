import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { cleanUp, clusterOf, until } from '#test/db/embedded/processes.ts'
import {
  type Executable,
  emptyFolder,
  endExecutables,
  isRunning,
  runExecutable,
  startExecutable,
} from '#test/support/executable.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { EXECUTABLE } from '../../scripts/build.ts'
import { ROOT } from '../../scripts/steps.ts'

const AGAIN_AFTER_MS = 50
const SIZE_MAX_BYTES = 150 * 1_048_576

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

async function setupPath(server: Executable): Promise<string> {
  const line = /open http:\/\/127\.0\.0\.1:\d+(\/setup\/\S+) to become its owner/
  await until(() => line.test(server.output()))
  return line.exec(server.output())![1]!
}

test('from an empty folder it makes its database, prints its address and answers', async () => {
  const server = await startExecutable()
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await setupPath(server)).toMatch(/^\/setup\/[\w-]{43}$/)

  const health = await fetch(`${server.url}/healthz`)
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
  const ready = await fetch(`${server.url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([
    200,
    expect.objectContaining({ status: 'ready', database: 'ok' }),
  ])

  const page = await fetch(`${server.url}/register`)
  const html = await page.text()
  expect(page.status).toBe(200)
  const assets = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!)
  expect(assets.length).toBeGreaterThanOrEqual(3)
  for (const asset of assets) expect((await fetch(server.url + asset)).status).toBe(200)

  expect(readdirSync(server.folder).sort()).toEqual(['data', 'teamsheet'])
  expect(statSync(join(server.dataDir, 'secret-key')).mode & 0o777).toBe(0o600)
  expect(await server.stop()).toBe(0)
})

test('a later start finds everything as it was, and prints another set-up address', async () => {
  const first = await startExecutable()
  const tournament = await (await fetch(`${first.url}/api/v1/tournaments/current`)).json()
  const setup = await setupPath(first)
  expect(await first.stop()).toBe(0)
  const second = await startExecutable({ cwd: first.folder })
  expect(await (await fetch(`${second.url}/api/v1/tournaments/current`)).json()).toEqual(tournament)
  expect(second.output()).toContain('"firstStart":false')
  expect(await setupPath(second)).not.toBe(setup)
  expect((await fetch(second.url + setup)).status).toBe(410)
  expect(await second.stop()).toBe(0)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it in order, its database included', async (signal) => {
  const server = await startExecutable()
  const postgres = server.postgresPid()
  expect(isRunning(postgres)).toBe(true)
  expect(await server.stop(signal)).toBe(0)
  expect(isRunning(postgres)).toBe(false)
  expect(listProcesses(clusterOf(server.dataDir))).toEqual([])
  expect(readFileSync(join(server.dataDir, 'postgres/postgres.log'), 'utf8')).toEndWith(
    'database system is shut down\n',
  )
  expect(server.output()).toContain('"event":"server.stopped"')
})

test('told twice, as by a terminal and by the program that started it, it still stops in order', async () => {
  const server = await startExecutable()
  // A request that runs keeps it from being done before it is told again.
  const client = await MultipartClient.open({ port: Number(new URL(server.url).port), path: '/api/v1/uploads' })
  await client.beginPart('form-data; name="file"; filename="letter.pdf"', 'application/pdf')
  await client.send('%PDF-1.4')
  await until(() => readdirSync(join(server.dataDir, 'files/incoming')).length === 1)
  process.kill(server.pid, 'SIGINT')
  await until(() => server.output().includes('"event":"server.stopping"'))
  const stopped = server.stop('SIGINT')
  await Bun.sleep(AGAIN_AFTER_MS)
  client.drop()
  expect(await stopped).toBe(0)
  expect(listProcesses(clusterOf(server.dataDir))).toEqual([])
  expect(server.output()).toContain('"event":"server.stopped"')
})

test('a second one on the same data is refused with a sentence, and the first goes on', async () => {
  const server = await startExecutable()
  const second = await runExecutable(['--port', '0'], { cwd: server.folder })
  expect(second).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `Another Teamsheet (process ${server.pid}) is already using ${server.dataDir}. Stop it first, or choose another data directory with --data.\n`,
  })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  await server.stop()
})

test('a port in use is refused with a sentence, and the database does not stay behind', async () => {
  const server = await startExecutable()
  const port = new URL(server.url).port
  const cwd = await emptyFolder()
  const second = await runExecutable(['serve', '--port', port], { cwd })
  expect(second.exitCode).toBe(1)
  expect(second.stderr).toBe(`Port ${port} on 127.0.0.1 is in use. Choose another with --port.\n`)
  expect(listProcesses(clusterOf(join(cwd, 'data')))).toEqual([])
  await server.stop()
})

test('wrong settings are told all at once, and nothing is made', async () => {
  const cwd = await emptyFolder()
  const env = { SECRET_KEY: 'Zq7', RATE_LIMIT_REQUESTS: 'many', TOURNAMENT_PRESET: 'chess' }
  const run = await runExecutable(['--port', '70000'], { cwd, env })
  expect(run.exitCode).toBe(78)
  expect(
    run.stderr
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['PORT', 'TOURNAMENT_PRESET', 'RATE_LIMIT_REQUESTS', 'SECRET_KEY'])
  expect(run.stderr).not.toContain('Zq7')
  expect(existsSync(join(cwd, 'data'))).toBe(false)
})

test('files of the folder it is started in are no settings of its own', async () => {
  const cwd = await emptyFolder()
  await Bun.write(join(cwd, '.env'), 'TOURNAMENT_PRESET=chess\n')
  await Bun.write(join(cwd, 'bunfig.toml'), 'preload = ["./absent.ts"]\n')
  await Bun.write(join(cwd, 'package.json'), '{"imports": {"#messages": "./absent.js"}}')
  const server = await startExecutable({ cwd })
  expect(await server.stop()).toBe(0)
})

test('it starts under a folder that only its user may enter', async () => {
  const cwd = await emptyFolder({ mode: 0o700 })
  chmodSync(join(cwd, '..'), 0o700)
  const server = await startExecutable({ cwd })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
  expect(listProcesses(clusterOf(server.dataDir))).toEqual([])
})

test('it is one file of a bearable size, and does not tell where it was built', async () => {
  expect(Bun.file(EXECUTABLE).size).toBeLessThan(SIZE_MAX_BYTES)
  expect(Buffer.from(await Bun.file(EXECUTABLE).bytes()).indexOf(`${ROOT}/`)).toBe(-1)
})
