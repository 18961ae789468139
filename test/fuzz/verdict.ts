import type { Outcome } from './connection.ts'
import { MARKER, SPLIT_HEADER } from './garbage.ts'
import type { Request } from './requests.ts'
import type { World } from './world.ts'

/** What an answer would tell of our insides; none of it is ever sent to the server. */
const INSIDES =
  /\bat (?:async )?\S+ \(?\S*:\d+:\d+\)?|node_modules|\/src\/|\$bunfs|\.tsx?:\d+|postgres(?:error)?\b|\bSQLSTATE\b|violates|syntax error at or near|invalid (?:input|byte) |duplicate key|\brelation "|does not exist|unsupported Unicode|out of range for|TypeError|RangeError|ReferenceError|Cannot read prop|undefined is not|is not a function/i
/** The parser's own refusals, before there is a request. */
const PARSER_STATUSES = new Set([400, 405, 411, 413, 414, 417, 426, 431, 501, 505])
const FIRST_CLIENTS =
  /^\/(?:api\/(?:register|teams|churches|schedule|gallery)|admin\/(?:teams|players|sequence)|health|status|queue|docs)(?:\/|$)/
const PROBE = /^\/(?:healthz|readyz|metrics)$/

/** What is wrong with the answer; undefined where nothing is. */
export function whatIsWrong(world: World, request: Request, outcome: Outcome): string | undefined {
  if (outcome === 'silent') return 'no answer came'
  if (outcome === 'closed') return request.isOdd ? undefined : 'the connection was closed without an answer'
  const { status, headers, body } = outcome
  const isParsers = body === '' && !headers.has('x-request-id')
  if (isParsers && request.isOdd && PARSER_STATUSES.has(status)) return undefined
  if (status >= 500)
    return `status ${status}: ${world.app.ctx.logged.find((line) => line.includes(headers.get('x-request-id')!))}`
  for (const name of [
    'x-request-id',
    'content-security-policy',
    'x-content-type-options',
    'x-frame-options',
    'referrer-policy',
  ])
    if (!headers.has(name)) return `no ${name}`
  if (headers.has(SPLIT_HEADER) || headers.get('set-cookie')?.includes(MARKER)) return 'a header of the sender’s making'
  if (status === 429 && !headers.has('retry-after')) return 'no retry-after'
  return (
    wrongAddress(headers) ??
    (request.isOdd ? undefined : wrongType(request, outcome)) ??
    leak(world, request, body, headers)
  )
}

function wrongAddress(headers: Headers): string | undefined {
  for (const name of ['location', 'hx-redirect']) {
    const address = headers.get(name)
    if (address !== null && !/^\/(?![/\\])/.test(address)) return `${name} leads to ${address}`
  }
  return undefined
}

function wrongType(
  { bytes, method }: Request,
  { status, headers, body }: Exclude<Outcome, string>,
): string | undefined {
  const type = headers.get('content-type')
  if (status < 400 || (body === '' && (method === 'HEAD' || headers.has('hx-redirect')))) return undefined
  const path = new URL(`http://127.0.0.1${bytes.toString('latin1').split(' ', 2)[1]}`).pathname
  const wanted = FIRST_CLIENTS.test(path)
    ? 'application/json'
    : (path.startsWith('/api/') && path !== '/api/docs') || PROBE.test(path)
      ? 'application/problem+json'
      : 'text/html; charset=utf-8'
  return type === wanted ? undefined : `a refusal of type ${type}`
}

function leak({ app, secrets }: World, { person }: Request, body: string, headers: Headers): string | undefined {
  const type = headers.get('content-type') ?? ''
  const isMarkup = /html|svg|xml/.test(type)
  if (isMarkup && body.includes(MARKER)) return 'input shown as markup'
  // What browsers run names errors of its own.
  const inside = type.startsWith('text/javascript') ? undefined : INSIDES.exec(body)?.[0]
  if (inside !== undefined) return `told of its insides: ${inside}`
  if (body.includes(app.ctx.config.dataDir) || body.includes(process.cwd())) return 'told where its files are'
  const secret = person.mayKnow ? undefined : secrets.find((text) => body.includes(text))
  return secret && `told ${secret} to ${person.name}`
}
