import type { AppContext } from '#src/context.ts'
import { chooseEncoding, compress, VARY } from './compression.ts'
import { isHttps } from './cookies.ts'
import { corsHeaders } from './cors.ts'
import { isApi, requestState } from './request-state.ts'
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts'

/** Answers that are made whole. */
const OURS = /^(?:text\/html|application\/problem\+json)/

/** What every answer carries, refusals too. A route's own headers win over these. */
export function commonHeaders(ctx: AppContext, request: Request): Record<string, string> {
  return {
    ...SECURITY_HEADERS,
    ...(isHttps(ctx) ? { 'strict-transport-security': STRICT_TRANSPORT } : {}),
    ...corsHeaders(ctx, request),
    'x-request-id': requestState(request).id,
  }
}

/**
 * The answer as bytes, compressed where that is worth it, and how many they are. Streams, files and what is compressed already pass as they
 * are. A plain object is sent as JSON.
 */
export async function encode(
  ctx: AppContext,
  request: Request,
  value: unknown,
  set: { headers: Record<string, unknown>; status?: number | string },
): Promise<Response | undefined> {
  const state = requestState(request)
  if (value instanceof Response) {
    const type = value.headers.get('content-type') ?? ''
    if (!value.body || value.headers.has('content-encoding') || !OURS.test(type)) {
      state.bytesSent = value.body ? lengthOf(value) : 0
      return undefined
    }
    return pack(ctx, request, await value.bytes(), { status: value.status, headers: new Headers(value.headers) })
  }
  if (value === null || typeof value !== 'object') return undefined
  const status = typeof set.status === 'number' ? set.status : 200
  const headers = new Headers({ 'content-type': 'application/json' })
  return pack(ctx, request, Buffer.from(JSON.stringify(value)), { status, headers })
}

type Head = { status: number; headers: Headers }

function pack(ctx: AppContext, request: Request, body: Uint8Array, { status, headers }: Head): Response {
  const encoding = ctx.config.enableCompression ? chooseEncoding(request.headers.get('accept-encoding')) : undefined
  const packed = compress(body, headers.get('content-type')!, encoding)
  headers.set('vary', isApi(request) ? VARY : 'Accept-Encoding')
  if (packed) headers.set('content-encoding', encoding!)
  const sent = packed ?? body
  requestState(request).bytesSent = request.method === 'HEAD' ? 0 : sent.byteLength
  return new Response(sent as Uint8Array<ArrayBuffer>, { status, headers })
}

/** As the answer declares it. */
function lengthOf({ headers }: Response): number | undefined {
  const declared = headers.get('content-length')
  return declared === null ? undefined : Number(declared)
}
