import { describe, expect, test } from 'bun:test'
import { readEffectiveConfig } from '#src/config.ts'

const PRIVATE = [
  '127.0.0.1',
  '::1',
  '10.1.2.3',
  '172.17.0.2',
  '192.168.1.9',
  'fd00::2',
  'fe80::1%eth0',
  '169.254.1.1',
  '100.64.3.4',
]

const read = (env: Record<string, string>, addresses = PRIVATE) =>
  readEffectiveConfig(env, {}, () => '', { addresses, isOpenToOthers: () => false })

describe('plain HTTP', () => {
  const refused = (env: Record<string, string>, addresses?: string[]) => read(env, addresses).problems.length > 0

  test('production refuses a PUBLIC_URL that is http on a host neither loopback nor private', () => {
    for (const host of [
      'cup.example',
      '203.0.113.7',
      '8.8.8.8',
      '172.32.0.1',
      '192.169.0.1',
      '100.128.0.1',
      '11.0.0.1',
      '[2606:4700::1111]',
      '10.evil.example',
      '127.0.0.1.example.org',
      'fd00.example.org',
    ])
      expect([host, refused({ PUBLIC_URL: `http://${host}` })]).toEqual([host, true])
    for (const host of [
      'localhost:3000',
      '127.8.8.8',
      '0x7f.1',
      '[::1]:3000',
      '[::ffff:10.0.0.1]',
      '10.0.0.2:80',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.4',
      '100.64.0.1',
      '100.127.255.255',
      '169.254.9.9',
      '[fd12::1]',
      '[fe80::1]',
      'laptop.local',
      'laptop',
      'hall.home.arpa',
    ])
      expect([host, refused({ PUBLIC_URL: `http://${host}` })]).toEqual([host, false])
  })

  test('https, another environment and ALLOW_HTTP let it start; the last with a warning', () => {
    const PUBLIC_URL = 'http://cup.example'
    expect(refused({ PUBLIC_URL: 'https://cup.example', HOST: '8.8.8.8' })).toBe(false)
    for (const ENVIRONMENT of ['development', 'staging']) expect(refused({ PUBLIC_URL, ENVIRONMENT })).toBe(false)
    expect(read({ PUBLIC_URL, ALLOW_HTTP: 'true' })).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('in clear')],
    })
  })

  test('without PUBLIC_URL it refuses to listen on a public address', () => {
    for (const HOST of ['8.8.8.8', '2606:4700::1111', '203.0.113.7'])
      expect([HOST, refused({ HOST })]).toEqual([HOST, true])
    for (const HOST of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::2', 'localhost'])
      expect([HOST, refused({ HOST }, [...PRIVATE, '8.8.8.8'])]).toEqual([HOST, false])
    expect(refused({ HOST: '8.8.8.8', PUBLIC_URL: 'http://10.0.0.1' })).toBe(false)
  })

  test('every address of the machine counts when it listens on all of them', () => {
    for (const HOST of ['0.0.0.0', '::', '::0', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0', 'venue.example', 'venue']) {
      expect([HOST, refused({ HOST })]).toEqual([HOST, false])
      for (const address of ['8.8.8.8', '2606:4700::1111', '100.128.0.1'])
        expect([HOST, address, refused({ HOST }, [...PRIVATE, address])]).toEqual([HOST, address, true])
    }
    expect(read({ HOST: '0.0.0.0' }, [...PRIVATE, '8.8.8.8']).problems[0]).toContain('8.8.8.8')
  })

  test('a network for examples leads nowhere, so an interface of a laboratory is not public', () => {
    expect(refused({ HOST: '0.0.0.0' }, ['192.0.2.2', '2001:db8::1'])).toBe(false)
  })
})

describe('weak secrets', () => {
  const OTHERS = { HOST: '127.0.0.1' }
  const weak: [name: string, value: string][] = [
    ...[
      'changeme',
      'secret',
      'a'.repeat(40),
      'ab'.repeat(30),
      '0123456789abcdef'.repeat(3),
      'q8Zr-v1Lk7Wd'.repeat(3),
      'your-super-secret-key-change-this-in-production',
      'please-change-me-please-change-me-please',
      'django-insecure-3f9)w!k2l&m8#q5z7x',
      'replace-this-with-a-long-random-string-1',
      'ThisIsMySuperSecretKeyForJWTTokens1234',
      'development-secret-key-do-not-use-in-production',
      'Tr0ub4dor-and-my-P4$$w0rd-of-the-cup!',
      'Kq7-abcdefghijklmnopqrstuvwxyz-Zw2v1',
      'Kq7-zyxwvutsrqponm9876543210-Zw2v1Lm',
      'Kq7w-2Zv-Kq7w-2Zv-Kq7w-2Zv-Kq7w-2Zv-1',
      'wobble wobble wobble wobble and wobble',
    ].map((value): [string, string] => ['SECRET_KEY', value]),
    ['METRICS_TOKEN', 'metrics'],
    ['METRICS_TOKEN', 'only15lettersx1'],
    ['METRICS_TOKEN', 'changemechangeme'],
    ['METRICS_TOKEN', 'only-for-development'],
    ['METRICS_TOKEN', '12121212343434341'],
    ['SMTP_PASSWORD', 'changeme'],
    ['SMTP_PASSWORD', 'password'],
    ['SMTP_PASSWORD', 'S3cr3t-2026'],
    ['CLOUDINARY_API_KEY', 'your_api_key'],
    ['S3_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE'],
    ['S3_SECRET_ACCESS_KEY', 'minioadmin'],
    ['CLOUDINARY_API_SECRET', 'your-api-secret'],
    ['DATABASE_URL', 'postgres://u:postgres@db.example/x'],
    ['DATABASE_URL', 'postgres://u:Password@10.0.0.4/x'],
    ['DATABASE_URL', 'postgresql://u:changeme@db/x'],
    ['DATABASE_URL', 'postgresql://u:mysecretpassword@db/x'],
    ['DATABASE_URL', 'postgres://cup:cup@db.example/x'],
    ['DATABASE_URL', 'postgres://u:%63hangeme@db.example/x'],
  ]

  test.each(weak)('%s=%s is refused in production, and warned about elsewhere', (name, value) => {
    const { problems } = read({ ...OTHERS, [name]: value })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} .+\\.$`))])
    for (const ENVIRONMENT of ['development', 'staging'])
      expect(read({ ...OTHERS, [name]: value, ENVIRONMENT })).toMatchObject({ problems: [], warnings: problems })
  })

  test('the sentence says how to make a good one', () => {
    expect(read({ SECRET_KEY: 'changeme' }).problems[0]).toContain('openssl rand -base64 48')
    expect(read({ METRICS_TOKEN: 'changeme' }).problems[0]).toContain('openssl rand -hex 24')
  })

  test('good ones, and a database on this machine, are left alone', () => {
    const good = {
      SECRET_KEY: 'x5gIhFLBcGeLEw5ywD9FSw3gjiRXkLwG1yF+Ngl1JLY0dqR2q/oW5cq0rFxQ1n9p',
      SECRET_KEY_OLD: 'changeme',
      METRICS_TOKEN: '6f1a0c9e4b7d2385f1ac',
      SMTP_PASSWORD: 'abcd efgh ijkl mnop',
      CLOUDINARY_API_KEY: '874837483274837',
    }
    expect(read(good)).toMatchObject({ problems: [], warnings: [] })
    for (const DATABASE_URL of [
      'postgres://postgres:postgres@localhost/x',
      'postgres://postgres:postgres@127.0.0.1:5433/x',
      'postgres://postgres:postgres@[::1]/x',
      'postgres://u@db.example/x',
      'postgres://u:Zq7-wombat-rope@db.example/x',
    ])
      expect([DATABASE_URL, read({ DATABASE_URL }).problems]).toEqual([DATABASE_URL, []])
  })

  test('a thousand keys of the recommended kind are all good', () => {
    for (let count = 0; count < 1000; count++) {
      const SECRET_KEY = Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('base64')
      const METRICS_TOKEN = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')
      expect(read({ SECRET_KEY, METRICS_TOKEN }).problems).toEqual([])
    }
  })
})

test('lifted limits and a trust in everybody are warned about', () => {
  expect(read({}).warnings).toEqual([])
  expect(read({ ENABLE_RATE_LIMITING: 'false' }).warnings).toEqual([
    expect.stringMatching(/^ENABLE_RATE_LIMITING=false .*load tests/),
  ])
  expect(read({ TRUSTED_PROXIES: '0.0.0.0/0' }).warnings).toHaveLength(1)
})

describe('file hosts', () => {
  const cloudinary = {
    CLOUDINARY_CLOUD_NAME: 'cup',
    CLOUDINARY_API_KEY: '874837483274837',
    CLOUDINARY_API_SECRET: 'kV3-mq81ZpXc_09tRw',
  }

  test('the one that is chosen needs its settings, and each that lacks is named', () => {
    expect(read({ FILE_STORE: 's3', S3_BUCKET: 'cup' }).problems).toEqual([
      'FILE_STORE=s3 needs S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY beside it.',
    ])
    expect(read({ ...cloudinary, FILE_STORE: 'cloudinary' })).toMatchObject({ problems: [], warnings: [] })
  })

  test('one that is set up and not chosen is told of, as nothing goes there', () => {
    expect(read(cloudinary)).toMatchObject({
      problems: [],
      warnings: ['cloudinary is set up, but FILE_STORE is disk: files that are there are read, and none are added.'],
    })
  })

  test.each([
    ['S3_ENDPOINT', 'http://files.example.org', /^S3_ENDPOINT is http on a public host: /],
    ['S3_ENDPOINT', 'https://files.example.org/bucket', /takes neither a path nor a name/],
    ['CLOUDINARY_UPLOAD_PREFIX', 'api-eu.cloudinary.com', /starts with https/],
    ['FILE_STORE_FOLDER', '../else', /^FILE_STORE_FOLDER takes letters/],
  ])('%s=%s is refused', (name, value, sentence) => {
    expect(read({ [name]: value }).problems).toEqual([expect.stringMatching(sentence)])
  })

  test('one in the hall’s own network needs no https', () => {
    expect(read({ S3_ENDPOINT: 'http://192.168.1.7:9000' }).problems).toEqual([])
  })
})
