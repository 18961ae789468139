import type { AppContext } from '#src/context.ts'
import { pathOf, speaksJson } from './request-state.ts'

const PREFLIGHT_SECONDS = 7200

/**
 * CORS headers (Fetch standard, section 3.3) for an answer of an API door, or a private file; none for pages. Origins are compared letter by
 * letter with those that are named: browsers send them in one way only, and `null` is everybody's.
 */
export function corsHeaders(ctx: AppContext, request: Request): Record<string, string> {
  const origin = request.headers.get('origin')
  if (!speaksJson(ctx, request) && !isPrivateFile(request)) return {}
  if (origin === null || origin === 'null' || !ctx.config.corsOrigins.includes(origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers':
      'Idempotency-Key, Idempotent-Replayed, X-Request-ID, Location, Retry-After, RateLimit, RateLimit-Policy, X-Total-Count',
  }
}

/** Its address is the permission, wherever the page is that was given it. */
const isPrivateFile = (request: Request) => pathOf(request).startsWith('/files/')

/** The answer to a preflight: cheap, never counted. */
export function preflight(ctx: AppContext, request: Request): Response | undefined {
  if (request.method !== 'OPTIONS' || !speaksJson(ctx, request)) return undefined
  const headers = new Headers(corsHeaders(ctx, request))
  if (headers.has('access-control-allow-origin')) {
    headers.set('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    headers.set('access-control-allow-headers', 'Authorization, Content-Type, Idempotency-Key, X-Request-ID')
    headers.set('access-control-max-age', String(PREFLIGHT_SECONDS))
  }
  return new Response(null, { status: 204, headers })
}
