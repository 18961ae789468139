import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables, runExecutable, startExecutable } from '#test/support/executable.ts'

/** Their lines are more than a pipe holds. */
const REQUESTS = 3000
const READY = /is ready at (\S+)/

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

async function waitFor<T>(find: () => T | undefined | null): Promise<T> {
  for (;;) {
    const found = find()
    if (found) return found
    await Bun.sleep(10)
  }
}

test('in a terminal the log is text', async () => {
  const cwd = await emptyFolder()
  const child = Bun.spawn(['script', '-qc', './teamsheet serve --port 0', '/dev/null'], {
    cwd,
    stdout: 'pipe',
    stdin: 'pipe',
  })
  let shown = ''
  const reading = (async () => {
    for await (const bytes of child.stdout) shown += new TextDecoder().decode(bytes)
  })()
  const [, url] = await waitFor(() => READY.exec(shown))
  await fetch(`${url}/nowhere`)
  await waitFor(() => /INFO.*request\.answered.*"status":404/.exec(shown))
  child.kill('SIGTERM')
  child.stdin.end()
  await Promise.race([child.exited, Bun.sleep(5000)])
  void reading
  expect(shown).not.toContain('{"level"')
})

test('a reader that goes away ends nothing', async () => {
  const cwd = await emptyFolder()
  const child = Bun.spawn(['./teamsheet', 'serve', '--port', '0'], { cwd, stdout: 'pipe', stderr: 'ignore' })
  const reader = child.stdout.getReader()
  let shown = ''
  while (!READY.test(shown)) shown += new TextDecoder().decode((await reader.read()).value)
  await reader.cancel()
  const url = READY.exec(shown)![1]!
  for (let sent = 0; sent < 20; sent += 1) expect((await fetch(`${url}/healthz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test('a reader that reads no more holds nobody up', async () => {
  const cwd = await emptyFolder()
  const child = Bun.spawn(['./teamsheet', 'serve', '--port', '0'], {
    cwd,
    env: { PATH: '/usr/bin:/bin', ENABLE_RATE_LIMITING: 'false' },
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const reader = child.stdout.getReader()
  let shown = ''
  while (!READY.test(shown)) shown += new TextDecoder().decode((await reader.read()).value)
  const url = READY.exec(shown)![1]!
  for (let sent = 0; sent < REQUESTS; sent += 1) await fetch(`${url}/healthz`)
  expect((await fetch(`${url}/register`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test('the file is made with its folder, for its owner alone, and keeps every line of a server that was killed', async () => {
  const cwd = await emptyFolder()
  const server = await startExecutable({ cwd, env: { LOG_FILE: 'logs/teamsheet.log', LOG_LEVEL: 'debug' } })
  const answer = await fetch(`${server.url}/healthz`)
  const id = answer.headers.get('x-request-id')!
  await waitFor(() => server.output().includes(id) || undefined)
  await server.kill9()
  const names = readdirSync(join(cwd, 'logs'))
  expect(names).toEqual(['teamsheet.1.log'])
  expect(statSync(join(cwd, 'logs', names[0]!)).mode & 0o777).toBe(0o600)
  expect(await Bun.file(join(cwd, 'logs', names[0]!)).text()).toContain(id)
})

test('a file that cannot be written is told before anything opens', async () => {
  const cwd = await emptyFolder()
  await Bun.write(join(cwd, 'taken'), '')
  const { exitCode, stderr } = await runExecutable(['serve'], { cwd, env: { LOG_FILE: 'taken/teamsheet.log' } })
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringMatching(/^The log file taken\/teamsheet\.log cannot be written: /),
  ])
  expect(readdirSync(cwd).sort()).toEqual(['taken', 'teamsheet'])
})
