import * as checks from './config/checks.ts'
import { ConfigError } from './config/config-error.ts'
import { readEffective } from './config/effective.ts'
import { FILE_SETTINGS } from './config/file-settings.ts'
import { LIMIT_SETTINGS } from './config/limit-settings.ts'
import * as mailChecks from './config/mail.ts'
import {
  ENVIRONMENTS,
  list,
  maybeWhole,
  maybeYesNo,
  oneOf,
  type Setting,
  text,
  textOr,
  type ValueOf,
  whole,
  yesNo,
} from './config/setting.ts'

export { ConfigError }

/** Every setting there is. Each is read from `--flag`, `NAME` or `NAME_FILE` (a file that holds the value), or the configuration file. */
export const SETTINGS = {
  config_file: {
    schema: text('a file'),
    flag: 'config',
    does: 'A file of settings, NAME=value a line; the environment and flags win over it.',
  },
  port: { schema: whole(3000, 0, 65_535), flag: 'port', does: 'TCP port to listen on; 0 takes a free one.' },
  host: {
    schema: textOr('127.0.0.1', 'an address or a name'),
    flag: 'host',
    check: checks.checkHost,
    does: 'Where to listen; 0.0.0.0 is every address of the machine.',
  },
  data_dir: { schema: textOr('./data', 'a directory'), flag: 'data', does: 'Where the database, files and keys lie.' },
  database_url: {
    schema: text('a postgres:// address'),
    secret: true,
    check: checks.checkDatabaseUrl,
    tidy: (value: string) => value.trim(),
    does: 'A PostgreSQL of the venue’s own (14 or newer); without it the embedded one is used.',
  },
  environment: {
    schema: oneOf(ENVIRONMENTS, 'production'),
    does: 'How strict it is with its settings: production refuses what is not safe.',
  },
  public_url: {
    schema: text('an http or https address'),
    check: checks.checkPublicUrl,
    tidy: checks.originOf,
    does: 'The address people reach the server at; the one source of addresses in mail.',
  },
  allow_http: { schema: yesNo(false), does: 'In production, serve public addresses without HTTPS all the same.' },
  app_title: { schema: textOr('Teamsheet'), does: 'Name of this installation.' },
  tournament_preset: { schema: oneOf(['icct26', 'open'], 'icct26'), does: 'What the first tournament is made from.' },
  icct26_api: {
    schema: maybeYesNo(),
    does: 'Serve the first client at its own paths; not given, it is while the default tournament is made from the icct26 preset.',
  },
  client_dir: {
    schema: text('a directory'),
    flag: 'client',
    does: 'A built web client whose files are served from / beside the server’s own pages.',
  },
  client_csp: {
    schema: text('a policy'),
    does: 'Content-Security-Policy of that client’s files; without it they may load and call this server alone.',
  },
  secret_key: {
    schema: text('32 characters or more'),
    secret: true,
    does: 'Key of PINs, sessions and kept answers; made and kept in the data directory when absent.',
  },
  secret_key_old: {
    schema: text(),
    secret: true,
    does: 'The former SECRET_KEY: PINs, second factors, kept answers made under it stay valid while it is given.',
  },
  replace_secret_key: {
    schema: yesNo(false),
    flag: 'replace-secret-key',
    does: 'Go on under a new SECRET_KEY although the former one is lost; PINs, second factors, kept answers become void.',
  },
  require_second_factor: {
    schema: yesNo(true),
    defaultIn: { development: false, staging: false },
    does: 'Owners and administrators need a second factor, from seven days after they were given the role.',
  },
  request_timeout: { schema: whole(60, 1, 600, 'seconds'), does: 'Time until a request is given up.' },
  max_request_size: {
    schema: whole(10_485_760, 1024, 178_257_920, 'bytes'),
    does: 'Body of a request that carries no file; forms and JSON have smaller limits of their own, files have theirs.',
  },
  max_file_size: { schema: whole(5_242_880, 1024, 52_428_800, 'bytes'), does: 'Size of one uploaded file.' },
  upload_timeout: { schema: whole(900, 10, 7200, 'seconds'), does: 'Time within which one file has to arrive.' },
  form_timeout: {
    schema: whole(10_800, 60, 43_200, 'seconds'),
    does: 'Time within which a whole form with its files has to arrive.',
  },
  upload_rate_min: {
    schema: whole(8192, 0, 1_048_576, 'bytes a second'),
    does: 'What an upload has to keep up over any 30 seconds.',
  },
  stop_timeout: {
    schema: whole(10, 0, 300, 'seconds'),
    does: 'Time that running requests are given when the server stops.',
  },
  trusted_proxies: {
    schema: list('addresses and networks (CIDR)'),
    check: checks.checkNetworks,
    does: 'Proxies whose Forwarded and X-Forwarded-* headers count.',
  },
  ...LIMIT_SETTINGS,
  enable_compression: { schema: yesNo(true), does: 'Compress pages and API answers.' },
  cors_origins: {
    schema: list('origins'),
    check: checks.checkOrigins,
    tidy: (values: string[]) => values.map(checks.originOf),
    does: 'Whose pages may call the API with the credentials of the person who looks at them.',
  },
  idempotency_minutes: {
    schema: whole(10, 1, 1440, 'minutes'),
    does: 'Time an answer is kept for a repeated Idempotency-Key.',
  },
  database_pool: {
    schema: whole(20, 4, 100, 'connections'),
    defaultIn: { development: 5 },
    does: 'Connections to the database at most.',
  },
  wait_for_database: {
    schema: yesNo(false),
    flag: 'wait-for-database',
    does: 'At the start, wait for the database as long as it takes.',
  },
  keep_warm: {
    schema: whole(240, 0, 3600, 'seconds'),
    does: 'Time between the small queries that keep a serverless database awake; 0 sends none.',
  },
  breaker_failures: {
    schema: whole(5, 1, 1000, 'failures'),
    does: 'How many within BREAKER_WINDOW until a file host or mail server is left alone.',
  },
  breaker_window: { schema: whole(60, 1, 3600, 'seconds'), does: 'Time within which BREAKER_FAILURES are counted.' },
  breaker_rest: {
    schema: whole(60, 1, 3600, 'seconds'),
    does: 'Time until a host that was left alone is tried again.',
  },
  metrics_token: {
    schema: text('16 characters or more'),
    secret: true,
    does: 'Bearer token for /metrics; without it and METRICS_PORT there are no metrics.',
  },
  metrics_port: {
    schema: maybeWhole(0, 65_535),
    does: 'Port on 127.0.0.1 that serves /metrics alone, without a token.',
  },
  log_level: {
    schema: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    does: 'The least that is worth a line.',
  },
  log_format: {
    schema: oneOf(['auto', 'text', 'json'], 'auto'),
    does: 'How a line is written; auto is text in a terminal, json otherwise.',
  },
  log_file: {
    schema: text('a file'),
    does: 'File that receives the log as well, with a number before its ending: teamsheet.1.log.',
  },
  log_file_size: { schema: whole(10, 1, 1000, 'MB'), does: 'Size of a log file after which the next one is begun.' },
  log_file_count: { schema: whole(10, 1, 100, 'files'), does: 'Log files that are kept.' },
  ...FILE_SETTINGS,
  smtp_server: {
    schema: text('a name or an address'),
    aliases: ['SMTP_HOST'],
    does: 'Mail server; without it mail is kept and shown to staff.',
  },
  smtp_port: { schema: whole(587, 1, 65_535), does: 'Port of the mail server.' },
  smtp_security: {
    schema: oneOf(['starttls', 'tls', 'none'], 'starttls'),
    does: 'How the way to the mail server is encrypted: starttls on 587 or 25, tls on 465.',
  },
  smtp_allow_plain: {
    schema: yesNo(false),
    does: 'In production, hand mail over to a public mail server without encryption all the same.',
  },
  smtp_ca: {
    schema: text('PEM'),
    hasLines: true,
    check: mailChecks.checkCertificates,
    does: 'Certificates of the authority that the mail server’s own was made by, where no public one did.',
  },
  smtp_rate: { schema: whole(10, 1, 1000, 'a second'), does: 'Mails that are handed over at most.' },
  smtp_timeout: {
    schema: whole(180, 1, 600, 'seconds'),
    does: 'Time for one try to hand over a mail; two thirds of it without a word from the mail server end it, too.',
  },
  smtp_username: { schema: text(), aliases: ['SMTP_USER'], does: 'Name to sign in to the mail server with.' },
  smtp_password: { schema: text(), aliases: ['SMTP_PASS'], secret: true, does: 'Password of the mail server.' },
  smtp_from_email: {
    schema: text('an e-mail address'),
    check: mailChecks.checkSender,
    does: 'Sender’s address; needed beside SMTP_SERVER.',
  },
  smtp_from_name: { schema: text(), does: 'Sender’s name.' },
} as const satisfies Record<string, Setting>

type Name = keyof typeof SETTINGS
type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S
export type Config = Readonly<{ [K in Name as CamelCase<K>]: ValueOf<(typeof SETTINGS)[K]> }>

/** One frozen, typed configuration. Throws ConfigError with every problem at once; the rest is told at `readEffective`. */
export function readConfig(...given: Parameters<typeof readEffectiveConfig>): Config {
  const { config, problems } = readEffectiveConfig(...given)
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** Every setting with its source, what is wrong and what is not wise, as `readEffective` tells. */
export const readEffectiveConfig = (...given: DropFirst<Parameters<typeof readEffective>>) =>
  readEffective(SETTINGS, ...given)

type DropFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never
