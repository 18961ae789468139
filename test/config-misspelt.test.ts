import { expect, test } from 'bun:test'
import { readFlags } from '#src/config/flags.ts'
import { readEffectiveConfig, SETTINGS } from '#src/config.ts'

const warningsOf = (env: Record<string, string>, file = '') =>
  readEffectiveConfig(file ? { ...env, CONFIG_FILE: 'f' } : env, {}, () => file).warnings

test.each([
  ['DATABSE_URL', 'DATABASE_URL'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['RATE_LIMIT_REQUEST', 'RATE_LIMIT_REQUESTS'],
  ['SECERT_KEY', 'SECRET_KEY'],
  ['SECRETKEY', 'SECRET_KEY'],
  ['SECRET_KEY_FLE', 'SECRET_KEY_FILE'],
  ['SMTP_PASWORD', 'SMTP_PASSWORD'],
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['LOG_LEVLE', 'LOG_LEVEL'],
  ['database_url', 'DATABASE_URL'],
  ['TEAMSHEET_PORT', 'PORT'],
  ['TEAMSHEET_DATABSE_URL', 'DATABASE_URL'],
])('%s is warned about, with %s as what is meant', (name, meant) => {
  expect(warningsOf({ [name]: 'a value' })).toEqual([
    `${name} in the environment is no setting and has no effect. Is ${meant} meant?`,
  ])
})

test('what begins with our name and means nothing is warned about, too', () => {
  expect(warningsOf({ TEAMSHEET_COLOUR: 'green' })).toEqual([
    'TEAMSHEET_COLOUR in the environment is no setting and has no effect.',
  ])
})

test('other programs’ names, however near, are left alone', () => {
  const theirs =
    'PATH HOME HOSTNAME HOSTS LOGNAME TERM SHELL PWD OLDPWD USER LANG LC_ALL SHLVL PORTS POST HTTP_PORT HTTPS_PORT HTTP_HOST FTP_PORT PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGSSLMODE NODE_ENV HTTP_PROXY https_proxy NO_PROXY XDG_DATA_DIRS XDG_DATA_HOME LOG_DIR ENV_FILE PID_FILE MAIL MAILTO SSH_AUTH_SOCK KUBERNETES_PORT POSTGRES_PASSWORD DATABASE SECRET PUBLIC_DIR CI DEBUG EDITOR TZ JOURNAL_STREAM INVOCATION_ID RUNTIME_DIRECTORY STATE_DIRECTORY NOTIFY_SOCKET'
  expect(warningsOf(Object.fromEntries(theirs.split(' ').map((name) => [name, 'x'])))).toEqual([])
  expect(
    warningsOf({
      TEAMSHEET_PORT: 'tcp://10.0.0.1:3000',
      TEAMSHEET_SERVICE_HOST: '10.0.0.1',
      TEAMSHEET_PORT_3000_TCP_ADDR: 'x',
    }),
  ).toEqual([])
})

test('what is known or empty is not warned about', () => {
  const known = Object.entries(SETTINGS).flatMap(([name, setting]) => [
    name.toUpperCase(),
    ...('aliases' in setting ? setting.aliases : []),
  ])
  const warned = warningsOf(
    Object.fromEntries(
      known.flatMap((name) => [
        [name, 'x'],
        [`${name}_FILE`, 'x'],
      ]),
    ),
  )
  expect(warned.filter((warning) => warning.includes('no setting'))).toEqual([])
  expect(warningsOf({ DATABSE_URL: '', TEAMSHEET_PORT: ' ' })).toEqual([])
})

test('in the file every unknown name is warned about, with its line and without its value', () => {
  const warnings = warningsOf(
    {},
    'PORT=1\nPATH=/bin\nHTTP_PORT=2\nDATABSE_URL=postgres://u:rope@db/x\nTEAMSHEET_HOST=::1',
  )
  expect(warnings).toEqual([
    'PATH in line 2 of the configuration file is no setting and has no effect.',
    'HTTP_PORT in line 3 of the configuration file is no setting and has no effect.',
    'DATABSE_URL in line 4 of the configuration file is no setting and has no effect. Is DATABASE_URL meant?',
    'TEAMSHEET_HOST in line 5 of the configuration file is no setting and has no effect. Is HOST meant?',
  ])
  expect(warningsOf({}, 'CONFIG_FILE=other')).toEqual(['CONFIG_FILE in the configuration file has no effect.'])
})

test('every flag is taken with a space and with an equals sign', () => {
  const flags = Object.values(SETTINGS).flatMap((setting) => ('flag' in setting ? [setting] : []))
  expect(flags.length).toBeGreaterThan(4)
  for (const { flag } of flags) {
    for (const args of [[`--${flag}`, '1'], [`--${flag}=1`]])
      expect(readFlags(SETTINGS, args)).toEqual({ values: { [flag]: '1' }, problems: [] })
  }
  expect(readFlags(SETTINGS, ['--wait-for-database', '--port', '80']).values).toEqual({
    'wait-for-database': 'true',
    port: '80',
  })
  expect(readFlags(SETTINGS, ['--wait-for-database', 'no']).values).toEqual({ 'wait-for-database': 'no' })
  expect(readFlags(SETTINGS, ['--data=--odd', '--host=a=b']).values).toEqual({ data: '--odd', host: 'a=b' })
})

test('wrong flags are told all at once', () => {
  expect(
    readFlags(SETTINGS, ['--prot', '--hots=1', '--colour', '--port', '--host', '--data', 'a', '--data', 'b', 'c'])
      .problems,
  ).toEqual([
    'There is no flag --prot. Is --port meant?',
    'There is no flag --hots. Is --host meant?',
    'There is no flag --colour.',
    '--port needs a value.',
    '--data is given more than once.',
    '"c" belongs to no flag.',
  ])
  expect(readFlags(SETTINGS, ['--port']).problems).toEqual(['--port needs a value.'])
  expect(readFlags(SETTINGS, ['--port', '-1'])).toEqual({ values: { port: '-1' }, problems: [] })
  expect(readFlags(SETTINGS, ['--__proto__=1', '-p', '--']).problems).toHaveLength(2)
})
