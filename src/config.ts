import { type Static, type TSchema, Type as t } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

type Setting = {
  schema: TSchema
  /** What it does, in one sentence; `teamsheet help` prints it. */
  does: string
  /** Names that mean the same, the first server's among them. */
  aliases?: readonly string[]
  secret?: true
  flag?: string
}

const text = (fallback?: string) =>
  t.Union([t.String(), t.Undefined()], fallback === undefined ? {} : { default: fallback })
const whole = (fallback: number, minimum: number, maximum: number) => t.Integer({ default: fallback, minimum, maximum })
const yesNo = (fallback: boolean) => t.Boolean({ default: fallback })

const SECRET_KEY_LENGTH_MIN = 32
/** Different characters: one key of one letter is no secret. */
const SECRET_KEY_KINDS_MIN = 10

/** Every setting there is. Each is read from `--flag`, `NAME` or `NAME_FILE` (a file that holds the value, for secrets). */
export const SETTINGS = {
  port: { schema: whole(3000, 0, 65_535), flag: 'port', does: 'TCP port to listen on; 0 takes a free one.' },
  host: { schema: t.String({ default: '127.0.0.1' }), flag: 'host', does: 'Address to listen on.' },
  data_dir: {
    schema: t.String({ default: './data' }),
    flag: 'data',
    does: 'Directory for the database, files and keys.',
  },
  database_url: {
    schema: text(),
    secret: true,
    does: 'A PostgreSQL of the venue’s own (14 or newer); without it the embedded one is used.',
  },
  environment: {
    schema: t.Union([t.Literal('development'), t.Literal('staging'), t.Literal('production')], {
      default: 'production',
    }),
    does: 'development, staging or production.',
  },
  public_url: { schema: text(), does: 'The address people reach the server at; the one source of addresses in mail.' },
  allow_http: { schema: yesNo(false), does: 'Serve a public http PUBLIC_URL in production all the same.' },
  app_title: { schema: t.String({ default: 'Teamsheet' }), does: 'Name of this installation.' },
  tournament_preset: {
    schema: t.Union([t.Literal('icct26'), t.Literal('open')], { default: 'icct26' }),
    does: 'What the first tournament is made from: icct26 or open.',
  },
  secret_key: {
    schema: text(),
    secret: true,
    does: 'Key of PINs, sessions and kept answers, 32 characters or more; made and kept in the data directory when absent.',
  },
  secret_key_old: {
    schema: text(),
    secret: true,
    does: 'The former SECRET_KEY: PINs and kept answers made under it stay valid while it is given.',
  },
  replace_secret_key: {
    schema: yesNo(false),
    flag: 'replace-secret-key',
    does: 'Go on under a new SECRET_KEY although the former one is lost; PINs and kept answers become void.',
  },
  request_timeout: { schema: whole(60, 1, 600), does: 'Seconds until a request is given up.' },
  max_request_size: {
    schema: whole(10_485_760, 1024, 178_257_920),
    does: 'Bytes of a body where a route names nothing else.',
  },
  max_file_size: { schema: whole(5_242_880, 1024, 52_428_800), does: 'Bytes of one uploaded file.' },
  upload_timeout: { schema: whole(900, 10, 7200), does: 'Seconds until one file has to have arrived.' },
  form_timeout: {
    schema: whole(10_800, 60, 43_200),
    does: 'Seconds until a whole form with its files has to have arrived.',
  },
  upload_rate_min: {
    schema: whole(8192, 0, 1_048_576),
    does: 'Bytes a second, over any 30 seconds, that an upload has to keep up.',
  },
  stop_timeout: { schema: whole(10, 0, 300), does: 'Seconds that running requests are given when the server stops.' },
  trusted_proxies: {
    schema: t.Array(t.String(), { default: [] }),
    does: 'Networks (CIDR) of proxies whose Forwarded and X-Forwarded-* headers count, separated by commas.',
  },
  enable_rate_limiting: { schema: yesNo(true), does: 'false lifts the limits on how often; for load tests only.' },
  rate_limit_store: {
    schema: t.Union([t.Literal('memory'), t.Literal('database')], { default: 'memory' }),
    does: 'memory counts for each process by itself, database for all of them together.',
  },
  rate_limit_requests: { schema: whole(30, 1, 1_000_000), does: 'Anonymous writes a minute from one address.' },
  rate_limit_public: { schema: whole(100, 1, 1_000_000), does: 'Public pages a minute.' },
  rate_limit_read: { schema: whole(60, 1, 1_000_000), does: 'API reads a minute.' },
  rate_limit_write: { schema: whole(60, 1, 1_000_000), does: 'Writes a minute of somebody signed in.' },
  rate_limit_download: { schema: whole(20, 1, 1_000_000), does: 'Exports and archives an hour.' },
  rate_limit_metadata: { schema: whole(30, 1, 1_000_000), does: 'Look-ups and checks of a form a minute, by address.' },
  rate_limit_draft: { schema: whole(300, 1, 1_000_000), does: 'Look-ups and saved sections a minute, by draft.' },
  rate_limit_search: { schema: whole(20, 1, 1_000_000), does: 'Searches a minute.' },
  rate_limit_search_staff: { schema: whole(120, 1, 1_000_000), does: 'Searches a minute of somebody signed in.' },
  rate_limit_admin: { schema: whole(1000, 1, 1_000_000), does: 'Staff pages and staff API requests a minute.' },
  rate_limit_upload: { schema: whole(5, 1, 1_000_000), does: 'Submitted registrations a minute, by address.' },
  rate_limit_file: { schema: whole(120, 1, 1_000_000), does: 'Files a minute, by draft or address.' },
  rate_limit_bad_credentials: {
    schema: whole(60, 1, 1_000_000),
    does: 'Requests a minute with a session or token that is none, by address.',
  },
  enable_compression: { schema: yesNo(true), does: 'Compress pages and API answers.' },
  cors_origins: {
    schema: t.Array(t.String(), { default: [] }),
    does: 'Origins whose pages may call the API, separated by commas.',
  },
  idempotency_minutes: {
    schema: whole(10, 1, 1440),
    does: 'Minutes an answer is kept for a repeated Idempotency-Key.',
  },
  database_pool: { schema: whole(8, 4, 100), does: 'Connections to the database at most.' },
  wait_for_database: {
    schema: yesNo(false),
    flag: 'wait-for-database',
    does: 'At the start, wait for the database as long as it takes.',
  },
  keep_warm: {
    schema: whole(240, 0, 3600),
    does: 'Seconds between the small queries that keep a serverless database awake; 0 sends none.',
  },
  breaker_failures: {
    schema: whole(5, 1, 1000),
    does: 'Failures within BREAKER_WINDOW after which a file host or mail server is left alone.',
  },
  breaker_window: { schema: whole(60, 1, 3600), does: 'Seconds within which BREAKER_FAILURES are counted.' },
  breaker_rest: { schema: whole(60, 1, 3600), does: 'Seconds until a host that was left alone is tried again.' },
  metrics_token: {
    schema: text(),
    secret: true,
    does: 'Bearer token for /metrics; without it and METRICS_PORT there are no metrics.',
  },
  metrics_port: {
    schema: t.Union([t.Integer({ minimum: 0, maximum: 65_535 }), t.Undefined()]),
    does: 'Port on 127.0.0.1 that serves /metrics alone, without a token.',
  },
  log_level: {
    schema: t.Union(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map((level) => t.Literal(level)),
      { default: 'info' },
    ),
    does: 'trace, debug, info, warn, error, fatal or silent.',
  },
  log_format: {
    schema: t.Union([t.Literal('auto'), t.Literal('text'), t.Literal('json')], { default: 'auto' }),
    does: 'text, json, or auto: text in a terminal, json otherwise.',
  },
  log_file: { schema: text(), does: 'File that receives the log as well.' },
  log_file_size: { schema: whole(10, 1, 1000), does: 'MB of a log file after which the next one is begun.' },
  log_file_count: { schema: whole(10, 1, 100), does: 'Log files that are kept.' },
  cloudinary_cloud_name: { schema: text(), does: 'Cloudinary account, for files kept there.' },
  cloudinary_api_key: { schema: text(), secret: true, does: 'Cloudinary key.' },
  cloudinary_api_secret: { schema: text(), secret: true, does: 'Cloudinary secret.' },
  smtp_server: {
    schema: text(),
    aliases: ['SMTP_HOST'],
    does: 'Mail server; without it mail is kept and shown to staff.',
  },
  smtp_port: { schema: whole(587, 1, 65_535), does: 'Port of the mail server.' },
  smtp_username: { schema: text(), aliases: ['SMTP_USER'], does: 'Name to sign in to the mail server with.' },
  smtp_password: { schema: text(), aliases: ['SMTP_PASS'], secret: true, does: 'Password of the mail server.' },
  smtp_from_email: { schema: text(), does: 'Sender’s address.' },
  smtp_from_name: { schema: text(), does: 'Sender’s name.' },
} as const satisfies Record<string, Setting>

type Name = keyof typeof SETTINGS
type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S
export type Config = Readonly<{ [K in Name as CamelCase<K>]: Static<(typeof SETTINGS)[K]['schema']> }>

/** What is wrong with the settings, a sentence each. The process ends with code 78 (EX_CONFIG of sysexits.h). */
export class ConfigError extends Error {
  readonly exitCode = 78
  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

type Environment = Readonly<Record<string, string | undefined>>
type Flags = Readonly<Record<string, string | undefined>>

/**
 * Turns environment and flags into one frozen, typed configuration; flags win over the environment.
 * Throws ConfigError with every problem at once. `readText` reads a `NAME_FILE`.
 */
export function readConfig(env: Environment, flags: Flags, readText: (path: string) => string): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(SETTINGS) as [Name, Setting][]) {
    const given = find(name, setting, env, flags, readText, problems)
    const value =
      given === undefined ? setting.schema.default : Value.Convert(setting.schema, asWritten(setting.schema, given))
    if (!Value.Check(setting.schema, value)) problems.push(sentence(name, setting, given))
    values[camelCase(name)] = value
  }
  const config = Object.freeze(values) as Config
  if (problems.length === 0) problems.push(...wholeConfigProblems(config))
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function find(
  name: Name,
  setting: Setting,
  env: Environment,
  flags: Flags,
  readText: (path: string) => string,
  problems: string[],
) {
  const flag = setting.flag === undefined ? undefined : flags[setting.flag]
  if (flag !== undefined) return flag
  for (const key of [name.toUpperCase(), ...(setting.aliases ?? [])]) {
    const [direct, path] = [env[key], env[`${key}_FILE`]]
    // LOG_FILE is a setting of its own, not the file that holds LOG.
    if (direct && path && `${key}_FILE`.toLowerCase() in SETTINGS === false)
      problems.push(`${key} and ${key}_FILE are both set; give one of them.`)
    if (direct) return direct
    if (!path || `${key}_FILE`.toLowerCase() in SETTINGS) continue
    try {
      return readText(path).trim()
    } catch {
      problems.push(`${key}_FILE names a file that cannot be read.`)
    }
  }
  return undefined
}

/** Lists as people write them: `a, b`. */
const asWritten = (schema: TSchema, given: string): unknown =>
  schema.type === 'array'
    ? given
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
    : given

function sentence(name: Name, setting: Setting, given: string | undefined): string {
  const shown = setting.secret ? 'its value' : JSON.stringify(given)
  const { minimum, maximum } = setting.schema
  const range = minimum === undefined ? '' : ` It takes a whole number from ${minimum} to ${maximum}.`
  return `${name.toUpperCase()} does not take ${shown}.${range} ${setting.does}`
}

function wholeConfigProblems(config: Config): string[] {
  const problems: string[] = []
  if (config.secretKey !== undefined && config.secretKey.length < SECRET_KEY_LENGTH_MIN)
    problems.push(`SECRET_KEY needs ${SECRET_KEY_LENGTH_MIN} characters or more.`)
  else if (config.secretKey !== undefined && new Set(config.secretKey).size < SECRET_KEY_KINDS_MIN)
    problems.push('SECRET_KEY repeats itself too much to be a secret. "openssl rand -base64 48" makes a good one.')
  if (config.environment === 'production' && !config.allowHttp && isPublicHttp(config.publicUrl))
    problems.push(
      'PUBLIC_URL is http on a public host: passwords and documents would travel in clear. Give an https address, or ALLOW_HTTP=true.',
    )
  if (config.publicUrl !== undefined && !/^https?:$/.test(URL.parse(config.publicUrl)?.protocol ?? ''))
    problems.push('PUBLIC_URL needs to be an address that starts with https:// or http://.')
  if (config.databaseUrl !== undefined && !/^postgres(ql)?:$/.test(URL.parse(config.databaseUrl)?.protocol ?? ''))
    problems.push('DATABASE_URL needs to be an address that starts with postgres://.')
  return problems
}

/** Whether people would reach it in clear over a network that is neither this machine nor a private one (RFC 1918, RFC 4193). */
function isPublicHttp(publicUrl: string | undefined): boolean {
  const url = publicUrl === undefined ? null : URL.parse(publicUrl)
  if (url?.protocol !== 'http:') return false
  return !/^(?:localhost|.*\.local|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|\[::1\]|\[f[cd].*)$/.test(
    url.hostname,
  )
}

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
