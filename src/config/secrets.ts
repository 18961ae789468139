import type { Config } from '#src/config.ts'
import { isLoopback } from './addresses.ts'

const SECRET_KEY_LENGTH_MIN = 32
/** Different characters: one key of one letter is no secret. */
const SECRET_KEY_KINDS_MIN = 10
const TOKEN_LENGTH_MIN = 16
/** What guides and examples put where a secret belongs. */
const PLACEHOLDER =
  /change[-_ ]?(?:me|this|it)|\b(?:your|my|super|top|jwt|app)[-_ ]?(?:\w+[-_ ])?(?:secret|key|password|token)|replace[-_ ]?(?:me|this|with)|(?:put|insert|enter|paste)[-_ ].*here|\b(?:dev|test|default|dummy|sample|insecure)[-_ ]?(?:secret|key|password|token)|placeholder|insecure|x{6}|123456|abcdefgh|qwertyui/i
const FIRST_TRIED = new Set(
  'postgres postgresql password passwd pass secret admin administrator root user test token metrics default example none null letmein teamsheet'.split(
    ' ',
  ),
)
const SECRET_SETTINGS = {
  smtp_password: 'smtpPassword',
  cloudinary_api_key: 'cloudinaryApiKey',
  cloudinary_api_secret: 'cloudinaryApiSecret',
} as const

const MAKES_KEY = '"openssl rand -base64 48" makes a good one.'
const MAKES_TOKEN = '"openssl rand -hex 24" makes a good one.'

/**
 * Sentences about secrets that somebody would guess, with how to make a good one and never with the secret. `SECRET_KEY_OLD` may be
 * weak: it is given to get away from it.
 */
export function weakSecrets(config: Config): string[] {
  return [
    ...weakKey(config.secretKey),
    ...weakToken(config.metricsToken),
    ...Object.entries(SECRET_SETTINGS)
      .filter(([, name]) => config[name] !== undefined && isFirstTried(config[name]))
      .map(([name]) => `${name.toUpperCase()} is a placeholder, not a secret. Give the one that its provider made.`),
    ...weakDatabasePassword(config.databaseUrl),
  ]
}

function weakKey(key: string | undefined): string[] {
  if (key === undefined) return []
  if (key.length < SECRET_KEY_LENGTH_MIN)
    return [`SECRET_KEY needs ${SECRET_KEY_LENGTH_MIN} characters or more. ${MAKES_KEY}`]
  if (new Set(key).size < SECRET_KEY_KINDS_MIN || isRepeated(key))
    return [`SECRET_KEY repeats itself too much to be a secret. ${MAKES_KEY}`]
  return PLACEHOLDER.test(key) ? [`SECRET_KEY is a placeholder or easy to guess. ${MAKES_KEY}`] : []
}

function weakToken(token: string | undefined): string[] {
  if (token === undefined) return []
  if (token.length < TOKEN_LENGTH_MIN)
    return [`METRICS_TOKEN needs ${TOKEN_LENGTH_MIN} characters or more. ${MAKES_TOKEN}`]
  return isFirstTried(token) || isRepeated(token) ? [`METRICS_TOKEN is easy to guess. ${MAKES_TOKEN}`] : []
}

/** A database on this machine or behind a socket is guarded by the machine. */
function weakDatabasePassword(databaseUrl: string | undefined): string[] {
  const url = databaseUrl === undefined ? null : URL.parse(databaseUrl)
  if (url === null || url.hostname === '' || isLoopback(url.hostname) || url.password === '') return []
  const password = decoded(url.password)
  if (password !== decoded(url.username) && !isFirstTried(password)) return []
  return [`DATABASE_URL has a password that everybody tries first. Give the database’s user another; ${MAKES_TOKEN}`]
}

const isFirstTried = (secret: string) => FIRST_TRIED.has(secret.trim().toLowerCase()) || PLACEHOLDER.test(secret)

/** Whether it is one piece written twice or more, the last time perhaps in part. */
const isRepeated = (secret: string) =>
  Array.from({ length: Math.floor(secret.length / 2) }, (_, index) => index + 1).some((length) =>
    secret.startsWith(secret.slice(length)),
  )

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
