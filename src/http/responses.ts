import type { AppContext } from '#src/context.ts'
import { chooseEncoding, compress, VARY } from './compression.ts'
import { isHttps } from './cookies.ts'
import { corsHeaders } from './cors.ts'
import { requestState } from './request-state.ts'
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts'

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
 * The answer as bytes, compressed where that is worth it. Streams and what is compressed already pass as they are.
 * A plain object is sent as JSON.
 */
export async function encode(
  ctx: AppContext,
  request: Request,
  value: unknown,
  set: { headers: Record<string, unknown>; status?: number | string },
): Promise<Response | undefined> {
  if (!ctx.config.enableCompression) return undefined
  const encoding = chooseEncoding(request.headers.get('accept-encoding'))
  if (value instanceof Response) {
    const type = value.headers.get('content-type') ?? ''
    if (
      !value.body ||
      value.headers.has('content-encoding') ||
      !/^(?:text\/html|application\/problem\+json)/.test(type)
    )
      return undefined
    const body = await value.bytes()
    const packed = compress(body, type, encoding)
    const headers = new Headers(value.headers)
    headers.set('vary', VARY)
    if (packed) headers.set('content-encoding', encoding!)
    return new Response((packed ?? body) as Uint8Array<ArrayBuffer>, { status: value.status, headers })
  }
  if (value === null || typeof value !== 'object') return undefined
  const body = Buffer.from(JSON.stringify(value))
  const packed = compress(body, 'application/json', encoding)
  if (!packed) return undefined
  return new Response(packed as Uint8Array<ArrayBuffer>, {
    status: typeof set.status === 'number' ? set.status : 200,
    headers: { 'content-type': 'application/json', 'content-encoding': encoding!, vary: VARY },
  })
}
