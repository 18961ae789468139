import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { hashToken } from '#src/lib/keys.ts'
import type { Verdict, Window } from '#src/lib/limiter.ts'
import type { RequestState } from './request-state.ts'
import { TIERS, type Tier } from './tiers.ts'

const STAFF_SEARCHES = 120
/** What one address may do in forms whatever drafts it names: a made-up cookie is no way round. */
const DRAFTS_AN_ADDRESS = 20
const ADDRESS_LENGTH_IPV6_64 = 4

/**
 * Counts the request in its tier, by staff account when known, within a form by its draft, else by client address (IPv6: its /64).
 * Sets `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11); throws RATE_LIMITED.
 */
export async function countRequest(
  ctx: AppContext,
  state: RequestState,
  tier: Tier,
  request: Request,
  headers: Record<string, string | number>,
): Promise<void> {
  const window = windowOf(ctx, state, tier)
  if (window === undefined || !ctx.config.enableRateLimiting || request.method === 'OPTIONS') return
  const network = networkOf(state.address)
  const draft = tier === 'draft' || tier === 'file' ? readDraftCookie(request) : undefined
  if (draft !== undefined) {
    const together = { ...window, points: window.points * DRAFTS_AN_ADDRESS }
    refuse(await ctx.limiter.take(`${tier} together`, together, network))
  }
  const key = state.actor.kind === 'staff' ? state.actor.id : (draft ?? network)
  const verdict = await ctx.limiter.take(`${tier} ${window.points}`, window, key)
  headers['ratelimit-policy'] = `"${tier}";q=${verdict.limit};w=${verdict.windowSeconds}`
  headers.ratelimit = `"${tier}";r=${verdict.remaining};t=${verdict.resetSeconds}`
  refuse(verdict)
}

function refuse(verdict: Verdict): void {
  if (!verdict.allowed) throw new AppError('RATE_LIMITED', { retryAfterSeconds: Math.max(1, verdict.resetSeconds) })
}

/** A digest of the draft's cookie, of whichever tournament. */
function readDraftCookie(request: Request): string | undefined {
  const token = /(?:^|;\s*)(?:__Host-)?draft-[^=;]+=([\w-]{43})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return token && hashToken(token).toString('base64url')
}

function windowOf(ctx: AppContext, state: RequestState, tier: Tier): Window | undefined {
  const window = TIERS[tier]
  if (tier === 'write' && state.actor.kind === 'nobody') return { points: ctx.config.rateLimitRequests, seconds: 60 }
  if (tier === 'search' && state.actor.kind === 'staff') return { points: STAFF_SEARCHES, seconds: 60 }
  return window
}

/** An IPv4 address as it is; of an IPv6 address the network a subscriber is given. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::') as [string, string?]
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return groups
    .slice(0, ADDRESS_LENGTH_IPV6_64)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
