import { randomBytes } from 'node:crypto'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { equalBytes } from '#src/lib/keys.ts'
import type { Actor, StaffActor } from '#src/permissions.ts'
import { requestState, speaksJson } from './request-state.ts'

const TOKEN_BYTES = 32
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a write that another site's page makes a browser send: a foreign `Origin`, or a `Sec-Fetch-Site` that is not our own
 * (OWASP, "Cross-Site Request Forgery Prevention": Fetch Metadata). At the API a write admitted by cookie must show one of them; what
 * carries a token or a key was made by whoever holds it. Throws CSRF_FAILED.
 */
export function checkOrigin(ctx: AppContext, request: Request, actor: Actor): void {
  if (SAFE_METHODS.has(request.method)) return
  if (actor.kind === 'key' || (actor.kind === 'staff' && actor.by === 'token')) return
  const api = speaksJson(ctx, request)
  const origin = request.headers.get('origin')
  if (origin !== null) {
    if (origin === ownOrigin(ctx, request) || (api && ctx.config.corsOrigins.includes(origin))) return
    if (!api || request.headers.has('cookie')) throw new AppError('CSRF_FAILED')
    return
  }
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') throw new AppError('CSRF_FAILED')
  if (site === null && api && /(?:^|;\s*)(?:__Host-)?session=/.test(request.headers.get('cookie') ?? ''))
    throw new AppError('CSRF_FAILED')
}

/** The scheme, host and port people reach us at: `PUBLIC_URL`, else the request's own. */
export function ownOrigin(ctx: AppContext, request: Request): string {
  if (ctx.config.publicUrl !== undefined) return new URL(ctx.config.publicUrl).origin
  return requestState(request).url?.origin ?? ''
}

/**
 * The token every form of a signed-in person carries, bound to the session. Each page masks it anew: pages are compressed, and what they
 * repeat of an address could otherwise be used to guess it letter by letter (BREACH).
 */
export function csrfToken(ctx: AppContext, actor: Actor): string {
  if (actor.kind !== 'staff') return ''
  const mask = randomBytes(TOKEN_BYTES)
  return Buffer.concat([mask, exclusiveOr(mask, tokenOf(ctx, actor))]).toString('base64url')
}

/** Throws CSRF_FAILED unless the form carried the session's own token. */
export function checkCsrfToken(ctx: AppContext, actor: Actor, given = ''): void {
  const bytes = Buffer.from(given, 'base64url')
  const [mask, masked] = [bytes.subarray(0, TOKEN_BYTES), bytes.subarray(TOKEN_BYTES)]
  const isOwn =
    actor.kind === 'staff' &&
    masked.length === TOKEN_BYTES &&
    equalBytes(exclusiveOr(mask, masked), tokenOf(ctx, actor))
  if (!isOwn) throw new AppError('CSRF_FAILED')
}

const tokenOf = (ctx: AppContext, actor: StaffActor) => ctx.keys.hash('csrf', actor.sessionId)

const exclusiveOr = (a: Uint8Array, b: Uint8Array) => a.map((byte, index) => byte ^ b[index]!)
