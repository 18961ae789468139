import type { Config } from '#src/config.ts'
import { isLoopback } from './addresses.ts'

const SECRET_KEY_LENGTH_MIN = 32
const TOKEN_LENGTH_MIN = 16
/** Different characters: one key of one letter is no secret. */
const SECRET_KEY_KINDS_MIN = 10
const TOKEN_KINDS_MIN = 6
/** Of three characters in a row, how many are not the same three again: all but a few where nothing is repeated. */
const THREES_SHARE_MIN = 0.6
/** Characters in a row that each follow the one before, as in abcdef, 654321 and xxxxxx. */
const SEQUENCE_MIN = 6
/** What guides and examples put where a secret belongs. */
const PLACEHOLDER =
  /change[-_ ]?(?:me|this|it)|\b(?:your|my|super|top|jwt|app)[-_ ]?(?:\w+[-_ ])?(?:key|token)|replace[-_ ]?(?:me|this|with)|(?:put|insert|enter|paste)[-_ ].*here|\b(?:dev|test|default|dummy|sample)[-_ ]?(?:key|token)/i
/** Words that no random text of a sensible length holds, written small and without what may stand between their letters. */
const WORDS =
  /secret|passw(?:or[dt])?|passphrase|example|development|production|default|placeholder|insecure|unsafe|donotuse|letmein|qwertyu|asdfghj|zxcvbnm|1q2w3e4r/
/** Digits and signs that stand for letters: p4$$w0rd. */
const STAND_INS: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  '@': 'a',
  $: 's',
  '!': 'i',
}
const FIRST_TRIED = new Set(
  'postgres postgresql password passwd pass secret admin administrator root user test token metrics default example none null letmein teamsheet minio minioadmin'.split(
    ' ',
  ),
)
const SECRET_SETTINGS = {
  smtp_password: 'smtpPassword',
  cloudinary_api_key: 'cloudinaryApiKey',
  cloudinary_api_secret: 'cloudinaryApiSecret',
  s3_access_key_id: 's3AccessKeyId',
  s3_secret_access_key: 's3SecretAccessKey',
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
      .filter(([, name]) => config[name] !== undefined && isGuessable(config[name]))
      .map(([name]) => `${name.toUpperCase()} is a placeholder or easy to guess. Give the one that its provider made.`),
    ...weakDatabasePassword(config.databaseUrl),
  ]
}

function weakKey(key: string | undefined): string[] {
  if (key === undefined) return []
  if (key.length < SECRET_KEY_LENGTH_MIN)
    return [`SECRET_KEY needs ${SECRET_KEY_LENGTH_MIN} characters or more. ${MAKES_KEY}`]
  if (isRepeated(key, SECRET_KEY_KINDS_MIN)) return [`SECRET_KEY repeats itself too much to be a secret. ${MAKES_KEY}`]
  return isGuessable(key) ? [`SECRET_KEY is a placeholder or easy to guess. ${MAKES_KEY}`] : []
}

function weakToken(token: string | undefined): string[] {
  if (token === undefined) return []
  if (token.length < TOKEN_LENGTH_MIN)
    return [`METRICS_TOKEN needs ${TOKEN_LENGTH_MIN} characters or more. ${MAKES_TOKEN}`]
  return isRepeated(token, TOKEN_KINDS_MIN) || isGuessable(token)
    ? [`METRICS_TOKEN is easy to guess. ${MAKES_TOKEN}`]
    : []
}

/** A database on this machine or behind a socket is guarded by the machine. */
function weakDatabasePassword(databaseUrl: string | undefined): string[] {
  const url = databaseUrl === undefined ? null : URL.parse(databaseUrl)
  if (url === null || url.hostname === '' || isLoopback(url.hostname) || url.password === '') return []
  const password = decoded(url.password)
  if (password !== decoded(url.username) && !isGuessable(password)) return []
  return [`DATABASE_URL has a password that everybody tries first. Give the database’s user another; ${MAKES_TOKEN}`]
}

/** Whether somebody who tries what people put where a secret belongs would come upon it, whichever setting it is of. */
function isGuessable(secret: string): boolean {
  const small = secret.trim().toLowerCase()
  const bare = small.replace(/[\s._-]/g, '')
  const letters = bare.replace(/[01345@$!]/g, (sign) => STAND_INS[sign]!)
  return (
    FIRST_TRIED.has(small) || PLACEHOLDER.test(secret) || WORDS.test(bare) || WORDS.test(letters) || isInOrder(small)
  )
}

/** Whether it is made of few different characters, or of pieces written again and again. */
function isRepeated(secret: string, kindsMin: number): boolean {
  const threes = Array.from({ length: secret.length - 2 }, (_, index) => secret.slice(index, index + 3))
  return new Set(secret).size < kindsMin || new Set(threes).size < threes.length * THREES_SHARE_MIN
}

/** Whether `SEQUENCE_MIN` characters or more go up, down or nowhere, one by one. */
function isInOrder(secret: string): boolean {
  let [length, lastStep] = [1, Number.NaN]
  for (let index = 1; index < secret.length; index++) {
    const step = secret.charCodeAt(index) - secret.charCodeAt(index - 1)
    length = step === lastStep ? length + 1 : 2
    lastStep = step
    if (length >= SEQUENCE_MIN && Math.abs(step) <= 1) return true
  }
  return false
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
