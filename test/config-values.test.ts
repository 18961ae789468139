import { expect, test } from 'bun:test'
import type { Setting } from '#src/config/setting.ts'
import { readConfig, readEffectiveConfig, SETTINGS } from '#src/config.ts'

const read = (env: Record<string, string>) => readEffectiveConfig(env, {}, () => '')
const problemsOf = (env: Record<string, string>) => read(env).problems

test.each([
  '3000abc',
  '1e3',
  '0x50',
  '-1',
  '+1',
  '1.0',
  '1 000',
  '65536',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'true',
  '٣',
])('%s is no port', (PORT) => {
  expect(problemsOf({ PORT })).toEqual([
    `PORT does not take ${JSON.stringify(PORT)}. It takes 0 to 65535. ${SETTINGS.port.does}`,
  ])
})

test('numbers are taken at both ends of their range, with space around them', () => {
  expect(read({ PORT: ' 0 ' }).config.port).toBe(0)
  expect(read({ PORT: '65535' }).config.port).toBe(65_535)
  expect(read({ METRICS_PORT: '9100' }).config.metricsPort).toBe(9100)
  expect(problemsOf({ METRICS_PORT: 'x' })).toHaveLength(1)
})

test('yes and no are read as people write them', () => {
  const values = (words: string) =>
    words.split(' ').map((ENABLE_COMPRESSION) => readConfig({ ENABLE_COMPRESSION }, {}, () => '').enableCompression)
  expect(new Set(values('true yes on 1 TRUE Yes'))).toEqual(new Set([true]))
  expect(new Set(values('false no off 0 FALSE Off'))).toEqual(new Set([false]))
  for (const word of ['2', 'y', 'wahr', 'truee']) expect(problemsOf({ ENABLE_COMPRESSION: word })).toHaveLength(1)
})

test('lists are read as people write them, and as JSON', () => {
  for (const CORS_ORIGINS of [
    'https://a.example,https://b.example',
    ' https://a.example , https://b.example, ',
    '["https://a.example","https://b.example"]',
    'https://A.example:443/, https://b.example, https://a.example',
  ])
    expect(read({ CORS_ORIGINS }).config.corsOrigins.slice(0, 2)).toEqual(['https://a.example', 'https://b.example'])
  expect(read({ CORS_ORIGINS: '[]' }).config.corsOrigins).toEqual([])
  for (const broken of ['["https://a.example"', '[1]', '[["https://a.example"]]'])
    expect(problemsOf({ CORS_ORIGINS: broken })).toHaveLength(1)
})

test('each wrong origin is named', () => {
  const problems = problemsOf({
    CORS_ORIGINS:
      'https://a.example, a.example, https://b.example/path, https://u:p@c.example, *, null, ftp://d.example',
  })
  expect(problems).toHaveLength(6)
  expect(problems.join()).toContain('"a.example"')
  expect(problems.join()).toContain('"https://b.example/path"')
  expect(problems.join()).toContain('does not take "*"')
  expect(problems.join()).not.toContain('u:p')
})

test('each wrong network is named', () => {
  expect(problemsOf({ TRUSTED_PROXIES: '10.0.0.0/8, ::1, 127.0.0.1, fd00::/8, ::ffff:10.0.0.0/104' })).toEqual([])
  const wrong = [
    '10.0.0.0/33',
    '10.0.0',
    'proxy.example',
    '::/129',
    '::ffff:10.0.0.0/90',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '10.0.0.0/',
  ]
  const problems = problemsOf({ TRUSTED_PROXIES: ['10.0.0.1', ...wrong].join() })
  expect(problems.map((problem) => /"(.+?)"/.exec(problem)![1]!)).toEqual(wrong)
})

test('PUBLIC_URL is an origin, written one way', () => {
  expect(read({ PUBLIC_URL: 'HTTPS://Cup.Example:443/' }).config.publicUrl).toBe('https://cup.example')
  for (const PUBLIC_URL of [
    'https://cup.example/cricket',
    'https://cup.example/?a=1',
    'https://cup.example/#top',
    'https://meena:rope@cup.example',
    'cup.example',
    'ftp://cup.example',
    'https://',
  ]) {
    const problems = problemsOf({ PUBLIC_URL })
    expect([PUBLIC_URL, problems]).toEqual([PUBLIC_URL, [expect.stringMatching(/^PUBLIC_URL .+\.$/)]])
    expect(problems[0]).not.toContain('rope')
  }
})

test('HOST is an address or a name, without a port', () => {
  for (const HOST of ['127.0.0.1', '::', '0.0.0.0', 'localhost', 'venue-1.example'])
    expect([HOST, problemsOf({ HOST })]).toEqual([HOST, []])
  for (const HOST of ['127.0.0.1:3000', 'http://localhost', '1.2.3', '300.1.1.1', '[::1]', 'a b'])
    expect([HOST, problemsOf({ HOST }).length]).toEqual([HOST, 1])
})

test.each(Object.entries<Setting>(SETTINGS))(
  'no value that could hide something gets into %s, and none is shown',
  (name) => {
    for (const bad of ['a\0b-hidden', 'a\nb-hidden', `${'x'.repeat(70_000)}-hidden`]) {
      const problems = name === 'config_file' ? [] : problemsOf({ [name.toUpperCase()]: bad })
      for (const problem of problems) expect(problem).not.toContain('hidden')
      if (name !== 'config_file') expect(problems).toHaveLength(1)
    }
  },
)

test('no secret is in any sentence about it', () => {
  const secrets = Object.entries<Setting>(SETTINGS).filter(([, setting]) => setting.secret)
  expect(secrets.length).toBeGreaterThan(5)
  for (const [name] of secrets) {
    for (const value of ['changeme-Zq7', 'Zq7', 'mysql://u:Zq7@db.example', 'postgres://u:Zq7 @'])
      expect(JSON.stringify(read({ [name.toUpperCase()]: value }))).not.toMatch(/"(?:problems|warnings)":\[[^\]]*Zq7/)
  }
})

test('nothing is told twice', () => {
  const problems = problemsOf({
    PUBLIC_URL: 'nonsense',
    HOST: '203.0.113.5',
    SECRET_KEY: 'short',
    PORT: 'x',
    DATABASE_URL: 'x',
  })
  expect(problems.map((problem) => problem.split(' ')[0]!)).toEqual([
    'PORT',
    'DATABASE_URL',
    'PUBLIC_URL',
    'SECRET_KEY',
  ])
})
