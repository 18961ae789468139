import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { cleanUp, clusterOf } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables, runExecutable, startExecutable } from '#test/support/executable.ts'
import manifest from '../../package.json' with { type: 'json' }

const PASSWORD = 'a rope for the marquee'
const OWNER = [
  'staff',
  'add',
  '--email',
  'meena@example.org',
  '--name',
  'Meena Raj',
  '--role',
  'owner',
  '--password-stdin',
]

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('version tells the version, to people and to programs', async () => {
  expect(await runExecutable(['version'])).toEqual({
    exitCode: 0,
    stdout: `teamsheet ${manifest.version} (linux ${process.arch})\n`,
    stderr: '',
  })
  const { stdout } = await runExecutable(['version', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    version: manifest.version,
    bun: Bun.version,
    platform: 'linux',
    arch: process.arch,
  })
})

test('help names every command and every setting', async () => {
  for (const args of [['help'], ['--help'], ['-h']]) {
    const { exitCode, stdout, stderr } = await runExecutable(args)
    expect([exitCode, stderr]).toEqual([0, ''])
    for (const name of ['serve', 'staff add', 'healthcheck', 'version', 'licenses', 'DATA_DIR or --data', 'SECRET_KEY'])
      expect(stdout).toContain(name)
  }
})

test('what is not known is refused with the way to help', async () => {
  const command = await runExecutable(['sreve'])
  expect([command.exitCode, command.stderr]).toEqual([
    64,
    'There is no command "sreve". "teamsheet help" lists those there are.\n',
  ])
  const flag = await runExecutable(['serve', '--prot', '80'])
  expect([flag.exitCode, flag.stderr]).toEqual([
    64,
    expect.stringMatching(/--prot.*"teamsheet help" lists what there is\.\n$/s),
  ])
})

test('licenses prints the notices of everything inside, whole also for a slow reader', async () => {
  const { exitCode, stdout } = await runExecutable(['licenses'])
  expect(exitCode).toBe(0)
  for (const name of ['PostgreSQL', 'OpenSSL', 'ICU', 'libxml2', 'zlib', 'Bun', 'elysia', 'htmx.org', 'daisyui'])
    expect(stdout).toMatch(new RegExp(`^${name}`, 'm'))
  expect(stdout).toContain('GNU LESSER GENERAL PUBLIC LICENSE')
  const slow = Bun.spawn(['sh', '-c', './teamsheet licenses | { sleep 0.5; cat; }'], {
    cwd: await emptyFolder(),
    stdout: 'pipe',
  })
  expect(await new Response(slow.stdout).text()).toBe(stdout)
})

test('healthcheck says whether the server is ready', async () => {
  const server = await startExecutable()
  const env = { PORT: new URL(server.url).port }
  const ready = await runExecutable(['healthcheck'], { env })
  expect([ready.exitCode, JSON.parse(ready.stdout)]).toEqual([0, expect.objectContaining({ status: 'ready' })])
  await server.stop()
  const gone = await runExecutable(['healthcheck'], { env })
  expect([gone.exitCode, gone.stdout]).toEqual([
    1,
    expect.stringMatching(/^The server at 127\.0\.0\.1:\d+ does not answer/),
  ])
})

test('staff add alone makes an account, and leaves nothing running', async () => {
  const cwd = await emptyFolder()
  const added = await runExecutable(OWNER, { cwd, input: `${PASSWORD}\n` })
  expect(added).toEqual({ exitCode: 0, stdout: 'meena@example.org can sign in as owner.\n', stderr: '' })
  expect(listProcesses(clusterOf(join(cwd, 'data')))).toEqual([])
  const server = await startExecutable({ cwd })
  expect(await signIn(server.url)).toBe(303)
  expect(server.output()).not.toContain('/setup/')
  await server.stop()
})

test('staff add beside a running server makes an account there', async () => {
  const server = await startExecutable()
  expect(await signIn(server.url)).toBe(422)
  expect((await runExecutable(OWNER, { cwd: server.folder, input: PASSWORD })).exitCode).toBe(0)
  expect(await signIn(server.url)).toBe(303)
  const again = await runExecutable(OWNER, { cwd: server.folder, input: PASSWORD })
  expect([again.exitCode, again.stdout]).toEqual([1, ''])
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  await server.stop()
})

/** The status of the answer. */
async function signIn(url: string): Promise<number> {
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ email: 'meena@example.org', password: PASSWORD }),
    headers: { origin: url },
  })
  return answer.status
}
