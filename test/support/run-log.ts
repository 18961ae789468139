import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a whole run's log is gathered, when the test command asks for it. */
const folder = process.env.TEST_LOG_FOLDER
const SECRET_LENGTH_MIN = 6
/** What the factories and the tests call people and teams, how they are reached, and what lets them in. */
const PERSONAL = [
  /\b(?:Samuel|Thomas|Meena|Arun|Charles|Deepak|Elango|Farook|Gopal|Lenin|Naveen|Oviya) [A-Za-z]+/,
  /\b(?:Kings|Church) of [a-z]+\b/,
  /[\w.+-]+@example\.(?:org|com|net)/i,
  /\+?9198\d{8}\b/,
  /a rope for the marquee/,
  /a key that these tests alone/,
]
/** What programs and second factors are known by: keys, access tokens (RFC 7519), secrets of authenticator apps. */
const CREDENTIALS = [/\bts_live_[\w-]+/, /\beyJ[\w-]+\.[\w-]+\.[\w-]+/, /\b[A-Z2-7]{32}\b/]
/** By chance its last digits are a telephone number. */
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
/** 256 bits in base64url: whatever opens a form, a team's page, a session or the set-up, whoever it was given to. */
const TOKEN = /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}(?![\w-])/
/** Where a page or an answer's field gives one out. */
const GIVEN_OUT = /(?:\/(?:draft|entry|setup)\/|name="draft" value=")([\w-]{43})(?![\w-])/g
/** Pages and answers in which one may stand. */
const TELLING = /^\/(?:t\/[^/]+\/)?(?:register|draft|entry)\b/
/** Words of a text, as references, PINs and tokens are. */
const BETWEEN_WORDS = /[^\w-]+/

/** Keeps lines of a server under test for the look at the end of the run. */
export function keepLog(text: string): void {
  if (folder === undefined) return
  const lines = text.split('\n').filter((line) => line.startsWith('{"level"'))
  if (lines.length > 0) appendFileSync(join(folder, 'log.ndjson'), `${lines.join('\n')}\n`)
}

/**
 * Keeps what the server gave to one person alone: what it sets as cookies, a new registration's reference, PIN and link, and the links
 * that pages and redirects lead to.
 */
export async function keepSecrets(answer: Response): Promise<void> {
  if (folder === undefined) return
  const kept = (await secretsIn(answer)).filter((secret) => secret.length >= SECRET_LENGTH_MIN)
  if (kept.length > 0) appendFileSync(join(folder, 'secrets.txt'), `${kept.join('\n')}\n`)
}

/** What opens something to whoever was answered. */
export async function secretsIn(answer: Response): Promise<string[]> {
  const { headers, status, url } = answer
  const type = headers.get('content-type') ?? ''
  const cookies = headers.getSetCookie().map((cookie) => /=([^;]*)/.exec(cookie)?.[1] ?? '')
  const isEntry = status === 201 && type === 'application/json'
  const isPage = type.startsWith('text/html') && TELLING.test(new URL(url, 'http://localhost').pathname)
  // Whoever asked may stop reading.
  const said =
    isEntry || isPage
      ? await answer
          .clone()
          .text()
          .catch(() => '')
      : ''
  const { reference, pin } = isEntry ? (JSON.parse(said) as Record<string, string>) : {}
  const places = [headers.get('location'), headers.get('hx-redirect'), said].join('\n')
  const tokens = [...places.matchAll(GIVEN_OUT)].map(([, token]) => token!)
  return [...cookies, ...tokens, ...[reference, pin].filter((secret) => typeof secret === 'string')]
}

export type RunLog = { lines: string[]; secrets: ReadonlySet<string> }

/** What a run has kept in a folder. */
export function readRunLog(from: string): RunLog {
  const read = (name: string) => {
    const path = join(from, name)
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  }
  return { lines: read('log.ndjson'), secrets: new Set(read('secrets.txt')) }
}

/** The lines of the log in which something private stands. Numbers that are fields of their own count things. */
export function findPrivateLines({ lines, secrets }: RunLog): string[] {
  return lines.filter((line) =>
    textsOf(JSON.parse(line)).some(
      (text) =>
        [...PERSONAL, ...CREDENTIALS, TOKEN].some((pattern) => pattern.test(text.replaceAll(UUID, ''))) ||
        text.split(BETWEEN_WORDS).some((word) => secrets.has(word)),
    ),
  )
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
}
