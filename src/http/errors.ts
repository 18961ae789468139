import type { AppContext } from '#src/context.ts'
import { isDatabaseUnavailable, isTooSlow } from '#src/db/transient.ts'
import { AppError, type ErrorCode } from '#src/errors.ts'
import { ErrorFragment, ErrorPage } from '#views/errors/error.tsx'
import { firstClientRefusal } from './first-client.ts'
import { frameRefusal, isForFrame } from './frame-refusal.ts'
import { html, seeOther } from './page.ts'
import { waitFields } from './rate-limit-fields.ts'
import { isFirstClient, pathOf, requestState, speaksJson } from './request-state.ts'

/** For machines, outside of the API. */
export const PROBES = new Set(['/healthz', '/readyz', '/metrics'])
const RETRY_AFTER_SECONDS = 5
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
/** Where somebody goes first to get the page that was refused. */
const WAYS: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNAUTHORIZED: '/sign-in',
  SECOND_FACTOR_REQUIRED: '/confirm',
  SECOND_FACTOR_SETUP_REQUIRED: '/account/second-factor',
}
/** RFC 9110, section 15.5.9 for what is late; when the server stops, its connections do, too. */
const ENDS_CONNECTION: ReadonlySet<string> = new Set(['REQUEST_TIMEOUT', 'SERVICE_STOPPING'])

/** Whatever was thrown, as one of our refusals; what nobody foresaw is logged whole and told as INTERNAL_ERROR. */
export function asAppError(ctx: AppContext, request: Request, code: string | number, thrown: unknown): AppError {
  // The door is passed in a `parse` hook: what fails there, ours or the database's, arrives within an error of its own.
  const failure = code === 'PARSE' && thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const cause = failure instanceof Error && failure.cause instanceof AppError ? failure.cause : failure
  if (cause instanceof AppError) {
    if (cause.status >= 500 && cause.cause !== undefined)
      ctx.log.error({ requestId: requestState(request).id, code: cause.code, err: cause.cause }, 'request.refused')
    return cause
  }
  if (code === 'NOT_FOUND') return new AppError('NOT_FOUND')
  const isUnread = code === 'PARSE' && (failure === thrown || failure instanceof SyntaxError)
  if (isUnread || code === 'VALIDATION' || code === 'INVALID_COOKIE_SIGNATURE') return new AppError('MALFORMED_REQUEST')
  const databaseError =
    failure instanceof Error && failure.cause !== undefined && isDatabaseUnavailable(failure.cause)
      ? failure.cause
      : cause
  if (isDatabaseUnavailable(databaseError)) {
    ctx.log.warn({ requestId: requestState(request).id, err: databaseError }, 'database.unavailable')
    const refused = isTooSlow(databaseError) ? 'SERVER_BUSY' : 'DATABASE_UNAVAILABLE'
    return new AppError(refused, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }
  ctx.log.error({ requestId: requestState(request).id, err: failure }, 'request.failed')
  return new AppError('INTERNAL_ERROR')
}

/** The refusal in the words of the door: problem+json (RFC 9457), the first client's own, a fragment for htmx, else a page. */
export function refusal(ctx: AppContext, request: Request, error: AppError): Response {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (error.retryAfterSeconds !== undefined) Object.assign(headers, waitFields(error.retryAfterSeconds, error.usedUp))
  // Otherwise the rest of the body would keep the connection as long as its sender likes.
  if (ENDS_CONNECTION.has(error.code)) headers.connection = 'close'
  const state = requestState(request)
  state.code = error.code
  const way = WAYS[error.code]
  if (error.status === 401 && speaksJson(ctx, request)) headers['www-authenticate'] = challengeTo(request, error)
  if (isFirstClient(ctx, request)) {
    headers['content-type'] = 'application/json'
    const told = JSON.stringify(firstClientRefusal(ctx, request, error, way))
    return new Response(told, { status: error.status, headers })
  }
  if (speaksJson(ctx, request) || PROBES.has(pathOf(request))) {
    headers['content-type'] = 'application/problem+json'
    return new Response(JSON.stringify(problem(error, state.id)), { status: error.status, headers })
  }
  if (isForFrame(request)) return frameRefusal(error, hrefOf(request), headers)
  if (way !== undefined && READS.has(request.method)) return toWay(request, way)
  const { code, message: sentence, retryAfterSeconds } = error
  const title = ctx.config.appTitle
  const wayHref = way && `${way}?next=${encodeURIComponent(formerPath(request))}`
  const props = { code, sentence, retryAfterSeconds, retryHref: hrefOf(request), wayHref, requestId: state.id, title }
  const view = request.headers.has('hx-request') ? ErrorFragment(props) : ErrorPage(props)
  return html(view, { status: error.status, headers, fragment: request.headers.has('hx-request') })
}

/** How to come in at the API (RFC 6750, section 3; RFC 9470, section 3). */
function challengeTo(request: Request, { code }: AppError): string {
  if (code === 'SECOND_FACTOR_REQUIRED') return 'Bearer error="insufficient_user_authentication"'
  return /^Bearer /i.test(request.headers.get('authorization') ?? '') ? 'Bearer error="invalid_token"' : 'Bearer'
}

/** Where a page that was asked for may be asked for again; undefined for what changes something. */
function hrefOf(request: Request): string | undefined {
  if (!READS.has(request.method)) return undefined
  const { url } = requestState(request)
  // `//host` would be another site's address.
  return url && !url.pathname.startsWith('//') ? url.pathname + url.search : '/'
}

/** The page that a form was sent from, where it is ours; the staff's own otherwise. */
function formerPath(request: Request): string {
  const former = URL.parse(request.headers.get('referer') ?? '')
  return former && former.host === requestState(request).url?.host ? former.pathname + former.search : '/admin'
}

/** Somebody who has to do something first meets the form for it rather than a refusal, and comes back; htmx leaves the page for it. */
function toWay(request: Request, way: string): Response {
  const isFragment = request.headers.has('hx-request')
  const asked = URL.parse(isFragment ? (request.headers.get('hx-current-url') ?? '/') : request.url)
  const address = `${way}?next=${encodeURIComponent(asked ? asked.pathname + asked.search : '/')}`
  if (!isFragment) return seeOther(address)
  return new Response(null, { status: 401, headers: { 'cache-control': 'no-store', 'hx-redirect': address } })
}

function problem(error: AppError, requestId: string) {
  return {
    type: `/api/docs#${error.code}`,
    title: new AppError(error.code).message,
    status: error.status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    errors: error.errors.map(({ field, code, message }) => ({ field, pointer: pointerTo(field), code, message })),
  }
}

/** `players[2].name` as a JSON pointer (RFC 6901): `/players/2/name`. */
export const pointerTo = (field: string) =>
  field === ''
    ? ''
    : `/${field
        .replaceAll('~', '~0')
        .replaceAll('/', '~1')
        .replace(/\[(\d+)\]/g, '.$1')
        .split('.')
        .join('/')}`
