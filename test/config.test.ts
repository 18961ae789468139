import { expect, test } from 'bun:test'
import { ConfigError, readConfig } from '#src/config.ts'

const SECRET_KEY = 'a key of forty letters that nobody knows'
const none = () => {
  throw new Error('no such file')
}
const problemsOf = (
  env: Record<string, string>,
  flags: Record<string, string> = {},
  read: (path: string) => string = none,
) => {
  try {
    readConfig(env, flags, read)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).problems
  }
}

test('nothing is compulsory', () => {
  expect(readConfig({}, {}, none)).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    dataDir: './data',
    environment: 'production',
    tournamentPreset: 'icct26',
    corsOrigins: [],
  })
})

test('flags win over the environment, and lists are read as people write them', () => {
  const config = readConfig(
    {
      PORT: '4000',
      HOST: '0.0.0.0',
      CORS_ORIGINS: 'https://a.example , https://b.example',
      ENABLE_COMPRESSION: 'false',
    },
    { port: '5000' },
    none,
  )
  expect(config).toMatchObject({
    port: 5000,
    host: '0.0.0.0',
    corsOrigins: ['https://a.example', 'https://b.example'],
    enableCompression: false,
  })
})

test('the first server’s other names mean the same', () => {
  expect(
    readConfig(
      {
        SMTP_FROM_EMAIL: 'cup@mail.example',
        SMTP_HOST: 'mail.example',
        SMTP_USER: 'me',
        SMTP_PASS: 'a rope for the mail',
      },
      {},
      none,
    ),
  ).toMatchObject({
    smtpServer: 'mail.example',
    smtpUsername: 'me',
    smtpPassword: 'a rope for the mail',
  })
})

test('a secret may be read from a file, but not from two places', () => {
  const read = () => `${SECRET_KEY}\n`
  expect(readConfig({ SECRET_KEY_FILE: '/run/secret' }, {}, read).secretKey).toBe(SECRET_KEY)
  expect(problemsOf({ SECRET_KEY_FILE: '/run/secret', SECRET_KEY }, {}, read)).toEqual([
    'SECRET_KEY and SECRET_KEY_FILE are both set; give one of them.',
  ])
  expect(problemsOf({ SECRET_KEY_FILE: '/nowhere' })).toEqual([
    'SECRET_KEY_FILE names a file that cannot be read: no such file.',
  ])
  expect(problemsOf({ SECRET_KEY_FILE: '/empty' }, {}, () => '\n')).toEqual([
    'SECRET_KEY_FILE names a file that is empty.',
  ])
})

test('LOG_FILE is a setting of its own', () => {
  expect(readConfig({ LOG_FILE: '/var/log/teamsheet.log' }, {}, none).logFile).toBe('/var/log/teamsheet.log')
})

test('all problems are told at once, in sentences, and no secret in them', () => {
  const problems = problemsOf({
    PORT: 'eighty',
    ENVIRONMENT: 'live',
    REQUEST_TIMEOUT: '0',
    ENABLE_COMPRESSION: 'perhaps',
  })
  expect(problems).toHaveLength(4)
  for (const problem of problems) expect(problem).toEndWith('.')
  const [weak] = problemsOf({ SECRET_KEY: 'short-secret' })
  expect(weak).toStartWith('SECRET_KEY needs 32 characters or more.')
  expect(weak).not.toContain('short-secret')
})

test.each([
  ['PUBLIC_URL', 'ftp://example.org'],
  ['PUBLIC_URL', 'example'],
  ['DATABASE_URL', 'mysql://example.org'],
])('%s does not take %s', (name, value) => {
  expect(problemsOf({ [name]: value })).toHaveLength(1)
})

test('a secret that repeats itself is refused', () => {
  expect(problemsOf({ SECRET_KEY: 'ab'.repeat(30) })[0]).toStartWith('SECRET_KEY repeats itself')
})

test('production refuses to be reached in clear from the public network, unless told to', () => {
  const refused = (env: Record<string, string>) => problemsOf(env).length > 0
  expect(refused({ PUBLIC_URL: 'http://example.org' })).toBe(true)
  expect(refused({ PUBLIC_URL: 'http://example.org', ALLOW_HTTP: 'true' })).toBe(false)
  expect(refused({ PUBLIC_URL: 'http://example.org', ENVIRONMENT: 'development' })).toBe(false)
  for (const host of [
    'https://example.org',
    'http://localhost:3000',
    'http://192.168.1.4',
    'http://10.0.0.2:80',
    'http://172.20.1.1',
    'http://[::1]:3000',
    'http://laptop.local',
  ])
    expect([host, refused({ PUBLIC_URL: host })]).toEqual([host, false])
  expect(refused({ PUBLIC_URL: 'http://172.32.0.1' })).toBe(true)
})
