/** Errors within errors are told this deep, and this many of those that came together. */
const CAUSES_MAX = 4
const ERRORS_MAX = 5
const DEPTH_MAX = 4
const STACK_LINES_MAX = 30
/** No number and nothing that opens anything is shorter. */
const PRIVATE_LENGTH_MIN = 7
const KEPT_OF_TOKEN = 6
const HIDDEN = '[hidden]'

/** What a careless field might be called: its value is never written. */
const PRIVATE =
  /^(?:.*name|.*email|mail|.*phone|whatsapp|.*password|pin|.*token|.*secret|.*key|reference|.*cookies?|authorization|.*address|ip|url|query|param(?:eter)?s|args|body|headers|detail|where|hint)$/i
/**
 * The client chose the one or we made it; it is what a person quotes when asking for help. The other is the hash of a batch of the audit
 * log, which opens nothing: whoever keeps the log can tell by it whether the batch was changed.
 */
const PLAIN = new Set(['requestId', 'seal'])

export const EMAIL = /[^\s<>"'(),:;]+@[^\s<>"'(),:;]+/g
/** Seven digits or more, as people group them; an instant and an id of ours are none. */
export const PHONE = /(?<![\w.-])\+?\d(?:[ ().-]?\d){6,14}(?![\w.-])/g
/** Links, sessions, digests: long words of letters and digits. UUIDs are ids, not keys to anything. */
const TOKEN = /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}(?![\w-])/g
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
export const INSTANT = /^\d{4}-\d\d-\d\d/
const QUOTED = /"[^"]*"|'[^']*'|`[^`]*`/g
const FRAME = /^\s+at \S.*/
/** Of a frame in a package: where the packages lay when this was built, which may be beside the repository by a link. */
const PACKAGES_PLACE = /(?<=[\s(])[^\s()]*?(?=node_modules\/)/

/** The fields of a line with what is private masked: by the field's name, else by the look of the value. */
export function maskFields(fields: Record<string, unknown>): Record<string, unknown> {
  const masked: Record<string, unknown> = {}
  for (const key in fields) {
    const value = fields[key]
    masked[key] = key === 'err' || PLAIN.has(key) || typeof value === 'number' ? value : maskField(key, value, 0)
  }
  return masked
}

function maskField(key: string, value: unknown, depth: number): unknown {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (isPrivate(key) || depth > DEPTH_MAX) return HIDDEN
  if (typeof value === 'string') return maskText(value)
  if (value instanceof Error) return tellError(value)
  if (value instanceof Date) return value
  if (Array.isArray(value)) return value.map((item) => maskField('', item, depth + 1))
  if (typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [maskText(name), maskField(name, inner, depth + 1)]),
    )
  return HIDDEN
}

/** Names come from our code, over and over; within values they may be anything. */
const NAMES_MAX = 1000
const privateNames = new Map<string, boolean>()

function isPrivate(name: string): boolean {
  let known = privateNames.get(name)
  if (known === undefined) {
    known = PRIVATE.test(name)
    if (privateNames.size < NAMES_MAX) privateNames.set(name, known)
  }
  return known
}

/** Text without e-mail addresses, telephone numbers and whatever opens something. */
export function maskText(text: string): string {
  if (text.length < PRIVATE_LENGTH_MIN && !text.includes('@')) return text
  return text
    .replace(EMAIL, '[e-mail]')
    .replace(TOKEN, (token) => (UUID.test(token) ? token : `${token.slice(0, KEPT_OF_TOKEN)}…`))
    .replace(PHONE, (number) => (INSTANT.test(number) ? number : '[number]'))
}

type Told = Record<string, unknown>

/**
 * An error by what is ours in it: its kind, its sentence without values, its code, the names of what it is about, and where it was thrown.
 * What PostgreSQL, drivers and mail servers hang on errors besides (`detail`, `where`, parameters, paths, answers) quotes what people typed.
 */
export function tellError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? maskText(error) : HIDDEN
  const message = tellMessage(error)
  const from = error as unknown as Told
  const told: Told = { type: error.constructor.name || error.name, message }
  for (const name of TOLD)
    if (['string', 'number'].includes(typeof from[name])) told[name] = maskField('', from[name], 0)
  told.stack = [`${error.name}: ${message}`, ...framesOf(error)].join('\n')
  if (error.cause !== undefined && depth < CAUSES_MAX) told.cause = tellError(error.cause, depth + 1)
  if (error instanceof AggregateError && depth < CAUSES_MAX)
    told.errors = error.errors.slice(0, ERRORS_MAX).map((one) => tellError(one, depth + 1))
  return told
}

/** What was thrown, for a terminal: as the log tells it. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? String((tellError(error) as Told).stack) : String(tellError(error))

const TOLD = [
  ...['code', 'errno', 'syscall', 'status', 'responseCode', 'severity', 'routine'],
  ...['constraint_name', 'table_name', 'column_name', 'schema_name'],
]

/** In words alone: the values of a data exception (SQLSTATE class 22), of unreadable text and of a failed query are left out. */
function tellMessage(error: Error): string {
  const code = (error as { code?: unknown }).code
  const quotesValues =
    error instanceof SyntaxError ||
    error instanceof RangeError ||
    error instanceof URIError ||
    (typeof code === 'string' && /^(?:22\w{3}|ERR_INVALID.*)$/.test(code))
  const message = String(error.message).replace(/\nparams:[\s\S]*$/, '')
  return maskText(quotesValues ? message.replace(QUOTED, '"…"').replace(/: [^:"]*$/, ': …') : message)
}

const framesOf = (error: Error) =>
  (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => line.replace(PACKAGES_PLACE, ''))
    .slice(0, STACK_LINES_MAX)
