import type { AppContext } from '#src/context.ts'
import { usedUpError } from '#src/errors.ts'
import { hashToken } from '#src/lib/keys.ts'
import { networkOf } from '#src/lib/networks.ts'
import { type Actor, idOf } from '#src/permissions.ts'
import { rateLimitFields } from './rate-limit-fields.ts'
import type { RequestState } from './request-state.ts'
import { type Tier, windowOf } from './tiers.ts'

/**
 * Counts the request in its tier: by staff account or API key when known, within a form by its draft, else by client address (IPv6: its /64). The first
 * save of a form has no draft to name yet and is counted by address with the draft's number, which a made-up cookie would have, too.
 * Sets `RateLimit` and `RateLimit-Policy`; throws RATE_LIMITED. Who is refused costs nothing but the count.
 */
export async function countRequest(
  ctx: AppContext,
  state: RequestState,
  tier: Tier,
  request: Request,
  headers: Record<string, string | number>,
): Promise<void> {
  const knownId = idOf(state.actor)
  const window = windowOf(ctx.config, tier, knownId !== undefined)
  if (window === undefined || !isCounted(ctx, request)) return
  const network = networkOf(state.address)
  const draft = tier === 'draft' || tier === 'file' ? readDraftCookie(request) : undefined
  if (draft !== undefined) {
    // Whatever drafts it names: a made-up cookie is no way round.
    const together = { ...window, points: window.points * ctx.config.rateLimitDrafts }
    const verdict = await ctx.limits.requests.take(`${tier}-together`, together, network)
    if (!verdict.allowed) throw usedUpError(`${tier}-together`, verdict)
  }
  const key = knownId ?? draft ?? network
  const verdict = await ctx.limits.requests.take(tier, window, key)
  if (!verdict.allowed) throw usedUpError(tier, verdict)
  Object.assign(headers, rateLimitFields(tier, verdict))
}

/** Counts a request for an address that nothing has, by where it comes from, as a public page; who it is is not asked. Throws RATE_LIMITED. */
export async function countUnknown(
  ctx: AppContext,
  state: RequestState,
  request: Request,
  headers: Record<string, string | number>,
): Promise<void> {
  state.tier = 'public'
  const window = windowOf(ctx.config, 'public', false)
  if (window === undefined || !isCounted(ctx, request)) return
  const verdict = await ctx.limits.requests.take('public', window, networkOf(state.address))
  if (!verdict.allowed) throw usedUpError('public', verdict)
  Object.assign(headers, rateLimitFields('public', verdict))
}

const BAD_CREDENTIALS = 'bad-credentials'
/** Sessions, access tokens and keys of each context that were good when they were last used; the one not used for longest is forgotten first. */
const GOOD_MAX = 10_000
const goodCredentials = new WeakMap<AppContext, Set<string>>()

/**
 * Who asks. To find that out costs a statement wherever a credential is shown, so an address that shows more than
 * `RATE_LIMIT_BAD_CREDENTIALS` a minute that are none is refused before it is asked: RATE_LIMITED. Whoever shows none, or one that was good
 * before, is not touched by what others behind the same address do.
 */
export async function identifySender(ctx: AppContext, state: RequestState, request: Request): Promise<Actor> {
  const credential = ctx.identity.credentialOf(request)
  if (credential === undefined || !isCounted(ctx, request)) return ctx.identity.find(request)
  const window = { points: ctx.config.rateLimitBadCredentials, seconds: 60 }
  const network = networkOf(state.address)
  const isGood = goodCredentials.get(ctx)?.delete(credential)
  const refusal = isGood ? undefined : ctx.limits.requests.findRefusal(BAD_CREDENTIALS, window, network)
  if (refusal) throw usedUpError(BAD_CREDENTIALS, refusal)
  const actor = await ctx.identity.find(request)
  if (actor.kind === 'nobody') await ctx.limits.requests.take(BAD_CREDENTIALS, window, network)
  else noteGoodCredential(ctx, credential)
  return actor
}

/** A credential that was just given out is a good one. */
export function noteGoodCredential(ctx: AppContext, credential: string): void {
  const good = goodCredentials.get(ctx) ?? new Set()
  goodCredentials.set(ctx, good)
  if (good.size >= GOOD_MAX) good.delete(good.keys().next().value as string)
  good.add(credential)
}

const isCounted = (ctx: AppContext, request: Request) => ctx.config.enableRateLimiting && request.method !== 'OPTIONS'

/** A digest of the draft's cookie, of whichever tournament. */
function readDraftCookie(request: Request): string | undefined {
  const token = /(?:^|;\s*)(?:__Host-)?draft-[^=;]+=([\w-]{43})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return token && hashToken(token).toString('base64url')
}
