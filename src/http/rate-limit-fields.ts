import type { AppContext } from '#src/context.ts'
import type { UsedUp } from '#src/errors.ts'
import type { Verdict } from '#src/lib/limiter.ts'

/** What a client is told of a window it is counted in (draft-ietf-httpapi-ratelimit-headers-11). */
export const rateLimitFields = (
  name: string,
  verdict: Pick<Verdict, 'limit' | 'windowSeconds' | 'remaining' | 'resetSeconds'>,
) => ({
  'ratelimit-policy': `"${name}";q=${verdict.limit};w=${verdict.windowSeconds}`,
  ratelimit: `"${name}";r=${verdict.remaining};t=${verdict.resetSeconds}`,
})

/** The headers of a refusal that says when to come back, and of which window nothing is left. */
export function waitFields(seconds: number, usedUp: UsedUp | undefined): Record<string, string> {
  const fields = usedUp && rateLimitFields(usedUp.name, { ...usedUp, remaining: 0, resetSeconds: seconds })
  return { 'retry-after': String(seconds), ...fields }
}

/** Of whoever guessed wrong too often. */
export const guessWaitFields = (ctx: AppContext, seconds: number) => waitFields(seconds, ctx.limits.guesses.usedUp)
