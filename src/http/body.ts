import { AppError } from '#src/errors.ts'
import { currentScope } from '#src/lib/scope.ts'
import { type BodyLimit, FORM_FIELDS_MAX, JSON_DEPTH_MAX } from './limits.ts'

const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * Reads a body within its limit, by declared length first and by counting while it is read.
 * Returns parsed JSON, or the fields of a URL-encoded form as strings (the last of a repeated name wins).
 * Throws BODY_TOO_LARGE, MALFORMED_REQUEST, REQUEST_TIMEOUT, UNSUPPORTED_MEDIA_TYPE.
 */
export async function readBody(request: Request, { kind, maxBytes, isOptional }: BodyLimit): Promise<unknown> {
  const type = mediaType(request)
  if (kind === 'json' || (kind === 'json-or-form' && type !== FORM_TYPE)) {
    if (isOptional && !request.body) return {}
    if (type !== 'application/json')
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Please send application/json.' })
    return parseJson(await readText(request, maxBytes))
  }
  if (type === '' && !request.body) return {}
  if (type !== FORM_TYPE) throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Please send a form.' })
  return Object.fromEntries(await readFields(request, maxBytes))
}

/** The fields of a URL-encoded form in their order, repeated names and all. Throws BODY_TOO_LARGE, MALFORMED_REQUEST, REQUEST_TIMEOUT. */
export async function readFields(request: Request, maxBytes: number): Promise<[name: string, value: string][]> {
  const text = await readText(request, maxBytes)
  const fields = [...new URLSearchParams(text)]
  if (fields.length > FORM_FIELDS_MAX)
    throw new AppError('MALFORMED_REQUEST', { message: `A form has at most ${FORM_FIELDS_MAX} fields.` })
  const isText = REPLACEMENT.test(text)
    ? (part: string) => !part.includes('\0')
    : (part: string) => !/[\0\ufffd]/.test(part)
  if (!fields.every(([name, value]) => isText(name) && isText(value)))
    throw new AppError('MALFORMED_REQUEST', { message: 'The form is not valid UTF-8 text.' })
  return fields
}

/** U+FFFD as somebody typed it; any other is what bytes that are not UTF-8 were turned into. */
const REPLACEMENT = /\ufffd|%EF%BF%BD/i

/** Of the body, without its parameters; empty where the request names none. */
export const mediaType = (request: Request) =>
  (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()

/** Throws UNSUPPORTED_MEDIA_TYPE for a body in a coding; `identity` is none (RFC 9110, section 8.4.1). */
export function refuseCompressed(request: Request): void {
  const codings = (request.headers.get('content-encoding') ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
  if (codings.every((coding) => coding === '' || coding === 'identity')) return
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Please send the body uncompressed.' })
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  refuseCompressed(request)
  const declared = request.headers.get('content-length')
  if (Number(declared ?? 0) > maxBytes) throw new AppError('BODY_TOO_LARGE')
  // Bun reads no more of a body than it declares, and refuses one that is declared and chunked. Reading it as a stream, to count it, would
  // cost a registration two thirds more garbage collections.
  const bytes = await inTime(declared === null ? readCounted(request.body, maxBytes) : request.bytes())
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AppError('MALFORMED_REQUEST', { message: 'The body is not valid UTF-8.' })
  }
}

/** The body, while the request's deadline lasts. Whoever goes away in the middle of it hears nothing of the refusal. */
async function inTime(body: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await (currentScope()?.race(body, whyUnread) ?? body)
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('MALFORMED_REQUEST', { cause })
  }
}

/** Past its deadline a body is late; a server that stops says so. */
const whyUnread = (reason: unknown) =>
  reason instanceof AppError && reason.code === 'SERVICE_STOPPING' ? reason : new AppError('REQUEST_TIMEOUT')

async function readCounted(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new AppError('BODY_TOO_LARGE')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new AppError('MALFORMED_REQUEST', { message: 'The body is not valid JSON.' })
  }
  if (depthOf(value) > JSON_DEPTH_MAX)
    throw new AppError('MALFORMED_REQUEST', { message: 'The JSON is nested too deeply.' })
  return value
}

function depthOf(value: unknown): number {
  let depth = 0
  let level: unknown[] = [value]
  while (level.length > 0 && depth <= JSON_DEPTH_MAX) {
    level = level.flatMap((item) => (item !== null && typeof item === 'object' ? Object.values(item) : []))
    depth += 1
  }
  return depth
}
