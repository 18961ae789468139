import { expect, test } from 'bun:test'
import { parseSettingsFile } from '#src/config/file.ts'
import { readEffectiveConfig, SETTINGS } from '#src/config.ts'

const SECRET_KEY = 'a key of forty letters that nobody knows'

/** What is made of environment, flags and files by their names. */
function read({
  env = {},
  flags = {},
  files = {},
  isOpen = false,
}: {
  env?: Record<string, string>
  flags?: Record<string, string>
  files?: Record<string, string>
  isOpen?: boolean
}) {
  const readText = (path: string) => {
    if (!(path in files)) throw new Error('there is none of that name')
    return files[path]!
  }
  return readEffectiveConfig(env, flags, readText, { addresses: [], isOpenToOthers: () => isOpen })
}
const fromFile = (text: string, env: Record<string, string> = {}) =>
  read({ env: { CONFIG_FILE: 'teamsheet.env', ...env }, files: { 'teamsheet.env': text } })

test('flags win over the environment, that over the file, that over the default, and each is named as the source', () => {
  const files = { 'a.env': 'PORT=4001\nHOST=10.0.0.1\nAPP_TITLE="From the file"', name: 'From a named file\n' }
  const env = { PORT: '4002', HOST: '10.0.0.2', CONFIG_FILE: 'absent.env', SMTP_FROM_NAME_FILE: 'name' }
  const { config, sources, problems } = read({ env, flags: { port: '4003', config: 'a.env' }, files })
  expect(problems).toEqual([])
  expect(config).toMatchObject({
    port: 4003,
    host: '10.0.0.2',
    appTitle: 'From the file',
    smtpFromName: 'From a named file',
    requestTimeout: 60,
  })
  expect(sources).toMatchObject({
    port: { kind: 'flag', from: 'flag --port' },
    host: { kind: 'environment', from: 'environment HOST' },
    app_title: { kind: 'file', from: 'configuration file APP_TITLE' },
    smtp_from_name: { kind: 'environment', from: 'environment SMTP_FROM_NAME_FILE' },
    request_timeout: { kind: 'default', from: 'default' },
  })
})

test('a default may depend on the environment', () => {
  expect(read({}).config.databasePool).toBe(20)
  expect(read({ env: { ENVIRONMENT: 'staging' } }).config.databasePool).toBe(20)
  const { config, sources } = read({ env: { ENVIRONMENT: 'development' } })
  expect([config.databasePool, sources.database_pool]).toEqual([5, { kind: 'default', from: 'default in development' }])
  expect(fromFile('ENVIRONMENT=development').config.databasePool).toBe(5)
  expect(read({ env: { ENVIRONMENT: 'development', DATABASE_POOL: '9' } }).config.databasePool).toBe(9)
})

test('what is empty counts as not given, wherever it is', () => {
  const env = { PORT: '', HOST: '  ', SECRET_KEY: '', SECRET_KEY_FILE: 'key', DATABASE_URL: ' ', DATABASE_URL_FILE: '' }
  const { config, problems, sources } = read({ env, flags: { data: '' }, files: { key: SECRET_KEY } })
  expect(problems).toEqual([])
  expect(config).toMatchObject({ port: 3000, host: '127.0.0.1', dataDir: './data', secretKey: SECRET_KEY })
  expect(config.databaseUrl).toBeUndefined()
  expect(sources.port!.kind).toBe('default')
})

test('a file that NAME_FILE names is read without its last line ends, and nothing else is cut off', () => {
  const files = { password: ' a rope for the mail \r\n\n' }
  expect(read({ env: { SMTP_PASSWORD_FILE: 'password' }, files }).config.smtpPassword).toBe(' a rope for the mail ')
  const two = read({ env: { SECRET_KEY_FILE: 'key' }, files: { key: `${SECRET_KEY}\n${SECRET_KEY}` } })
  expect(two.problems).toEqual([expect.stringMatching(/^SECRET_KEY holds a line end/)])
})

test('no setting is called as another’s file, so NAME_FILE has one meaning', () => {
  const names = Object.keys(SETTINGS)
  expect(names.filter((name) => names.includes(`${name}_file`))).toEqual([])
})

test('two names for the same may not say different things', () => {
  expect(read({ env: { SMTP_USERNAME: 'meena', SMTP_USER: 'meena' } }).problems).toEqual([])
  expect(read({ env: { SMTP_USERNAME: 'meena', SMTP_USER: 'ravi' } }).problems).toEqual([
    'SMTP_USERNAME and SMTP_USER are both set; give one of them.',
  ])
})

test('the file has comments, quotes and export, and values keep what belongs to them', () => {
  const text = [
    '# a comment',
    '',
    'PORT=4000 # after it',
    'export HOST = "10.0.0.1"  # quoted',
    'APP_TITLE=\'It is "the" cup # 1\'',
    'SMTP_PASSWORD=p#q r',
    'CORS_ORIGINS=["https://a.example", "https://b.example"]',
    'SMTP_FROM_NAME="say \\"hi\\" \\\\o/"',
    'SMTP_USERNAME=',
    'ENVIRONMENT = staging\r',
  ].join('\n')
  const { config, problems, warnings } = fromFile(`\r\n${text}`)
  expect([problems, warnings]).toEqual([[], []])
  expect(config).toMatchObject({
    port: 4000,
    host: '10.0.0.1',
    appTitle: 'It is "the" cup # 1',
    smtpPassword: 'p#q r',
    corsOrigins: ['https://a.example', 'https://b.example'],
    smtpFromName: 'say "hi" \\o/',
    environment: 'staging',
  })
  expect(config.smtpUsername).toBeUndefined()
})

test.each(['PORT', '=4000', 'PORT 4000', 'PORT="4000', "HOST='a", '1PORT=2', 'APP_TITLE="a" b', 'A-B=c', 'export'])(
  'a line that is not understood is told by its number, never by what it holds: %s',
  (line) => {
    const { values, problems } = parseSettingsFile(`# first\n${line}\nPORT=1`)
    expect(problems).toEqual([
      'Line 2 of the configuration file is not understood. It needs to be NAME=value, and quotes need to be closed.',
    ])
    expect(values).toEqual({ PORT: '1' })
  },
)

test('every problem of the file is told at once, with those of the rest', () => {
  const { problems } = fromFile('PORT=1\nnonsense\nPORT=2\nREQUEST_TIMEOUT=soon', { MAX_FILE_SIZE: '1' })
  expect(problems.map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
    'Line 2',
    'Line 3',
    'REQUEST_TIMEOUT does',
    'MAX_FILE_SIZE does',
  ])
  expect(read({ flags: { config: 'absent' } }).problems).toEqual([
    'The configuration file cannot be read: there is none of that name.',
  ])
})

test('a file with secrets that everybody may read is warned about', () => {
  const withText = (text: string, isOpen: boolean) =>
    read({ flags: { config: 'f' }, files: { f: text }, isOpen }).warnings.length
  expect(withText(`SECRET_KEY="${SECRET_KEY}"`, true)).toBe(1)
  expect(withText(`SECRET_KEY="${SECRET_KEY}"`, false)).toBe(0)
  expect(withText('SMTP_PASS="a rope for the mail"', true)).toBe(1)
  expect(withText('PORT=4000', true)).toBe(0)
})
