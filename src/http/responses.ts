import type { AppContext } from '#src/context.ts'
import { chooseEncoding, compress, VARY } from './compression.ts'
import { isHttps } from './cookies.ts'
import { corsHeaders } from './cors.ts'
import { requestState, speaksJson } from './request-state.ts'
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts'

/** Answers that are made whole. */
const OURS = /^(?:text\/html|application\/problem\+json)/
const IN_MEMORY = /^(?:text\/|application\/(?:problem\+)?json)/

/** What every answer carries, refusals too. A route's own headers win over these. */
export function commonHeaders(ctx: AppContext, request: Request): Record<string, string> {
  return {
    ...SECURITY_HEADERS,
    ...(isHttps(ctx) ? { 'strict-transport-security': STRICT_TRANSPORT } : {}),
    ...corsHeaders(ctx, request),
    'x-request-id': requestState(request).id,
  }
}

type Answered = { headers: Record<string, unknown>; status?: number | string }

/**
 * The answer as bytes, compressed where that is worth it, and how many they are. Streams, files and what is compressed already pass as they
 * are. A plain object is sent as JSON. What `set` holds goes into the answer.
 */
export async function encode(
  ctx: AppContext,
  request: Request,
  value: unknown,
  set: Answered,
): Promise<Response | undefined> {
  const state = requestState(request)
  if (value instanceof Response) {
    const type = value.headers.get('content-type')
    if (type === null || value.headers.has('content-encoding') || !OURS.test(type)) {
      // To look at a body makes a stream of it.
      state.bytesSent = request.method === 'HEAD' || (type === null && !value.body) ? 0 : lengthOf(value)
      return type === null || IN_MEMORY.test(type) ? complete(value, set) : undefined
    }
    const head = { status: value.status, headers: new Headers(value.headers) }
    return complete(pack(ctx, request, await value.bytes(), head), set)
  }
  if (value === null || typeof value !== 'object') return undefined
  const status = typeof set.status === 'number' ? set.status : 200
  const headers = new Headers({ 'content-type': 'application/json' })
  return complete(pack(ctx, request, Buffer.from(JSON.stringify(value)), { status, headers }), set)
}

type Head = { status: number; headers: Headers }

function pack(ctx: AppContext, request: Request, body: Uint8Array, { status, headers }: Head): Response {
  const encoding = ctx.config.enableCompression ? chooseEncoding(request.headers.get('accept-encoding')) : undefined
  const packed = compress(body, headers.get('content-type')!, encoding)
  headers.set('vary', speaksJson(ctx, request) ? VARY : 'Accept-Encoding')
  if (packed) headers.set('content-encoding', encoding!)
  const sent = packed ?? body
  headers.set('content-length', String(sent.byteLength))
  requestState(request).bytesSent = request.method === 'HEAD' ? 0 : sent.byteLength
  return new Response(sent as Uint8Array<ArrayBuffer>, { status, headers })
}

/**
 * The response with the headers that every answer carries, and nothing left in `set`: with anything there Elysia would copy the response,
 * its body as a stream, for a third of what a small answer costs.
 */
function complete(response: Response, set: Answered): Response {
  const isStatusKept = set.status === undefined || set.status === 200 || set.status === response.status
  if (!isStatusKept || set.headers['set-cookie'] !== undefined) return response
  for (const name in set.headers) if (!response.headers.has(name)) response.headers.set(name, String(set.headers[name]))
  set.headers = {}
  set.status = 200
  return response
}

/** As the answer declares it. */
function lengthOf({ headers }: Response): number | undefined {
  const declared = headers.get('content-length')
  return declared === null ? undefined : Number(declared)
}
