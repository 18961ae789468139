import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exampleFile } from '#src/config/example.ts'
import { SETTINGS } from '#src/config.ts'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables, runExecutable, startExecutable } from '#test/support/executable.ts'

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

const STACK = /^\s+at |node:|\.ts:\d/m

test('config prints what holds, from flags, environment, a file and the defaults', async () => {
  const cwd = await emptyFolder()
  writeFileSync(join(cwd, 'teamsheet.env'), 'APP_TITLE="The Cup"\nENVIRONMENT=development\n')
  const env = { HOST: '10.0.0.1', SECRET_KEY: 'a key of forty letters that nobody knows' }
  const { exitCode, stdout, stderr } = await runExecutable(
    ['config', '--json', '--port=4000', '--config', 'teamsheet.env'],
    { cwd, env },
  )
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).not.toContain('nobody knows')
  expect(JSON.parse(stdout).settings).toMatchObject({
    PORT: { value: 4000, from: 'flag --port' },
    HOST: { value: '10.0.0.1', from: 'environment HOST' },
    APP_TITLE: { value: 'The Cup', from: 'configuration file APP_TITLE' },
    DATABASE_POOL: { value: 5, from: 'default in development' },
    SECRET_KEY: { isSet: true },
  })
  expect(existsSync(join(cwd, 'data'))).toBe(false)
})

test('config --example prints a settings file to begin with', async () => {
  expect((await runExecutable(['config', '--example'])).stdout).toBe(exampleFile(SETTINGS))
})

test('a server is started from its file, and what is not wise is on the console and in the log', async () => {
  const cwd = await emptyFolder()
  const key = 'SECRET_KEY="a key of forty letters that nobody knows"'
  writeFileSync(join(cwd, 'teamsheet.env'), `${key}\nENABLE_RATE_LIMITING=off\nAPP_TITEL=x\n`)
  chmodSync(join(cwd, 'teamsheet.env'), 0o644)
  const server = await startExecutable({
    cwd,
    args: ['--config=teamsheet.env'],
    env: { DATABSE_URL: 'postgres://u:Zq7@x/x' },
  })
  for (const warning of [
    /DATABSE_URL in the environment .* Is DATABASE_URL meant\?/,
    /APP_TITEL in line 3 .* Is APP_TITLE meant\?/,
    /everybody on this machine may read it/,
    /ENABLE_RATE_LIMITING=false lifts the limits/,
  ]) {
    expect(server.output()).toMatch(new RegExp(`^Warning: .*${warning.source}`, 'm'))
    expect(server.output()).toMatch(new RegExp(`"warning":".*${warning.source}.*"event":"config.warned"`))
  }
  expect(server.output()).not.toMatch(/Zq7|nobody knows/)
  expect(await server.stop()).toBe(0)
})

test.each<[args: string[], env: Record<string, string>, exitCode: number, sentence: RegExp]>([
  [['--port=3000abc'], {}, 78, /^PORT does not take "3000abc"\./],
  [['--port', '1e3'], {}, 78, /^PORT does not take "1e3"\./],
  [['--port'], {}, 64, /^--port needs a value\./],
  [['--port', '1', '--port', '2'], {}, 64, /^--port is given more than once\./],
  [['--colour'], {}, 64, /^There is no flag --colour\./],
  [['serve', 'here'], {}, 64, /^"here" belongs to no flag\./],
  [['--config', '/'], {}, 78, /^The configuration file cannot be read: it is a directory\.$/],
  [['--config', 'absent'], {}, 78, /^The configuration file cannot be read: there is none of that name\.$/],
  [[], { SECRET_KEY_FILE: '/' }, 78, /^SECRET_KEY_FILE names a file that cannot be read: it is a directory\.$/],
  [[], { SECRET_KEY_FILE: './teamsheet' }, 78, /^SECRET_KEY_FILE names a file that cannot be read: it is larger/],
  [[], { SECRET_KEY: 'changeme' }, 78, /^SECRET_KEY needs 32 characters or more\./],
  [[], { PUBLIC_URL: 'http://cup.example' }, 78, /^PUBLIC_URL is http on a public host/],
  [[], { PUBLIC_URL: 'https://cup.example/cricket' }, 78, /^PUBLIC_URL .* takes no path/],
  [[], { HOST: '8.8.8.8' }, 78, /^It would listen on the public address 8\.8\.8\.8 without HTTPS/],
  [['healthcheck'], { PORT: '-1' }, 78, /^PORT does not take "-1"\./],
  [['seed'], { PORT: '99999999999999999999999' }, 78, /^PORT does not take/],
])('%j with %j is refused in a sentence, and nothing is made', async (args, env, exitCode, sentence) => {
  const cwd = await emptyFolder()
  const run = await runExecutable(args, { cwd, env })
  expect([run.exitCode, run.stdout]).toEqual([exitCode, ''])
  expect(run.stderr.trim()).toMatch(sentence)
  expect(run.stderr).not.toMatch(STACK)
  expect(existsSync(join(cwd, 'data'))).toBe(false)
})
