import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a whole run's log is gathered, when the test command asks for it. */
const folder = process.env.TEST_LOG_FOLDER
/** What the factories and the tests call people and teams, how they are reached, and what lets them in. */
const PERSONAL = [
  /\b(?:Samuel|Thomas|Meena|Arun|Charles|Deepak|Elango|Farook|Gopal|Lenin|Naveen|Oviya) [A-Za-z]+/,
  /\b(?:Kings|Church) of [a-z]+\b/,
  /[\w.+-]+@example\.(?:org|com|net)/i,
  /\+?9198\d{8}\b/,
  /a rope for the marquee/,
  /a secret key that only the tests/,
]
/** Words of a text, as references, PINs and tokens are. */
const BETWEEN_WORDS = /[^\w-]+/

/** Keeps lines of a server under test for the look at the end of the run. */
export function keepLog(text: string): void {
  if (folder === undefined) return
  const lines = text.split('\n').filter((line) => line.startsWith('{"level"'))
  if (lines.length > 0) appendFileSync(join(folder, 'log.ndjson'), `${lines.join('\n')}\n`)
}

/** Keeps what the server gave to one person alone: what it sets as cookies, and a new registration's reference, PIN and link. */
export async function keepSecrets(answer: Response): Promise<void> {
  const secrets = answer.headers.getSetCookie().map((cookie) => /=([^;]*)/.exec(cookie)?.[1] ?? '')
  if (answer.status === 201 && answer.headers.get('content-type') === 'application/json') {
    const { reference, pin, link } = await answer.clone().json()
    secrets.push(
      reference,
      pin,
      String(link ?? '')
        .split('/')
        .at(-1) ?? '',
    )
  }
  const kept = secrets.filter((secret) => typeof secret === 'string' && secret.length >= 6)
  if (folder !== undefined && kept.length > 0) appendFileSync(join(folder, 'secrets.txt'), `${kept.join('\n')}\n`)
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
        PERSONAL.some((pattern) => pattern.test(text)) || text.split(BETWEEN_WORDS).some((word) => secrets.has(word)),
    ),
  )
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
}
