import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { config, givenFlags, usableConfig } from '#src/commands/config.ts'
import { exampleFile } from '#src/config/example.ts'
import { type ConfigError, SETTINGS } from '#src/config.ts'
import type { StartError } from '#src/lib/start-error.ts'

function run(args: string[], env: Record<string, string> = {}) {
  const [printed, complained]: [string[], string[]] = [[], []]
  const tools = { env, print: (line: string) => printed.push(line), complain: (line: string) => complained.push(line) }
  return { exitCode: config(args, tools), printed, complained }
}

test('every setting is printed with its value and its source', () => {
  const { exitCode, printed, complained } = run(['--port', '4000'], {
    APP_TITLE: 'The Cup',
    ENVIRONMENT: 'development',
    CORS_ORIGINS: 'https://a.example,https://b.example',
  })
  expect([exitCode, complained]).toEqual([0, []])
  expect(printed).toHaveLength(Object.keys(SETTINGS).length + 1)
  const rows = printed.map((line) => line.replaceAll(/ {2,}/g, ' | '))
  for (const row of [
    'SETTING | VALUE | FROM',
    'PORT | 4000 | flag --port',
    'APP_TITLE | The Cup | environment APP_TITLE',
    'CORS_ORIGINS | https://a.example, https://b.example | environment CORS_ORIGINS',
    'DATABASE_POOL | 5 | default in development',
    'REQUEST_TIMEOUT | 60 | default',
    'PUBLIC_URL | - | default',
  ])
    expect(rows).toContain(row)
})

test('secrets are hidden, from people and from programs', () => {
  const env = {
    SECRET_KEY: 'a key of forty letters that nobody knows',
    DATABASE_URL: 'postgres://meena:rope-Zq7@db.example/cup',
    METRICS_TOKEN: 'Zq7-wombat-marquee',
  }
  const people = run([], env)
  expect(people.printed.find((line) => line.startsWith('SECRET_KEY '))).toMatch(/ set +environment SECRET_KEY$/)
  expect(people.printed.find((line) => line.startsWith('SMTP_PASSWORD '))).toMatch(/ not set +default$/)
  const programs = run(['--json'], env)
  expect(JSON.parse(programs.printed.join('\n')).settings.DATABASE_URL).toEqual({
    isSet: true,
    source: 'environment',
    from: 'environment DATABASE_URL',
  })
  for (const text of [people, programs].map((result) => JSON.stringify(result)))
    expect(text).not.toMatch(/Zq7|nobody knows/)
})

test('problems and warnings are printed as well, and end with 78', () => {
  const env = { PORT: 'eighty', ENABLE_RATE_LIMITING: 'false', DATABSE_URL: 'x' }
  const { exitCode, printed, complained } = run([], env)
  expect(exitCode).toBe(78)
  expect(printed.find((line) => line.startsWith('PORT '))).toEndWith('default, as what is given is wrong')
  expect(complained.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'Warning: DATABSE_URL',
    'Warning: ENABLE_RATE_LIMITING=false',
    'PORT does',
  ])
  const json = run(['--json'], env)
  expect([json.exitCode, json.complained]).toEqual([78, []])
  expect(JSON.parse(json.printed.join('\n'))).toMatchObject({
    settings: { PORT: { value: 3000, source: 'default' }, CORS_ORIGINS: { value: [] }, PUBLIC_URL: { value: null } },
    warnings: [expect.any(String), expect.any(String)],
    problems: [expect.stringMatching(/^PORT /)],
  })
})

test('a settings file to begin with', () => {
  expect(`${run(['--example']).printed.join('\n')}\n`).toBe(exampleFile(SETTINGS))
})

test('files that cannot be settings are told of in a sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'teamsheet-config-'))
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const reasons: [path: string, reason: string][] = [
    [join(folder, 'absent'), 'there is none of that name'],
    [folder, 'it is a directory'],
    [join(file('file', 'x'), 'below'), 'there is none of that name'],
    [file('latin', new Uint8Array([0x41, 0x3d, 0xe4])), 'it is not text in UTF-8'],
    [file('large', 'A'.repeat(70_000)), 'it is larger than 65536 bytes'],
    ['/dev/zero', 'it is larger than 65536 bytes'],
    ['/a\0b', 'its name is none'],
  ]
  for (const [path, reason] of reasons) {
    if (!path.includes('\0'))
      expect(run(['--config', path]).complained).toEqual([`The configuration file cannot be read: ${reason}.`])
    expect(run([], { SMTP_PASSWORD_FILE: path }).complained).toEqual([
      `SMTP_PASSWORD_FILE names a file that cannot be read: ${reason}.`,
    ])
  }
  expect(run(['--config', file('nul', 'APP_TITLE=a\0b')]).complained[0]).toStartWith('APP_TITLE holds')
  rmSync(folder, { recursive: true })
})

test('where the server cannot start, wrong flags, wrong settings and misspelt names are told all at once', () => {
  const env = { PORT: 'abc', MAX_REQEST_SIZE: '3', TEAMSHEET_PORT: '1' }
  const told = (args: string[]) => {
    const complained: string[] = []
    const refusal = (() => {
      try {
        return usableConfig(env, givenFlags(args), (line) => complained.push(line))
      } catch (error) {
        return error as ConfigError | StartError
      }
    })()
    return { complained, refusal }
  }
  const misspelt = [
    'Warning: MAX_REQEST_SIZE in the environment is no setting and has no effect. Is MAX_REQUEST_SIZE meant?',
    'Warning: TEAMSHEET_PORT in the environment is no setting and has no effect. Is PORT meant?',
  ]
  expect(told([])).toEqual({ complained: misspelt, refusal: expect.objectContaining({ exitCode: 78 }) })
  const { complained, refusal } = told(['--prot', '3'])
  expect(complained).toEqual(misspelt)
  expect(refusal).toMatchObject({ exitCode: 64 })
  expect((refusal as Error).message).toMatch(/^There is no flag --prot\. Is --port meant\? .*\nPORT .*abc/)
})

test('wrong flags throw a sentence and 64', () => {
  expect(() => run(['--jsn'])).toThrow('There is no flag --jsn. Is --json meant? "teamsheet help" lists what there is.')
})
