import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { networkOf } from '#src/lib/networks.ts'

/** 256 bits in base64url: what is no such text is a mistyped address and no guess. */
const TOKEN = /^[\w-]{43}$/

/**
 * Opens what a link with a token leads to. One that leads nowhere (`open` throws NOT_FOUND) is a wrong guess of the address it came from;
 * after too many, RATE_LIMITED tells how long it has to wait. A link that leads somewhere always opens: 256 bits are not guessed, and
 * neighbours behind one address must not shut each other out.
 */
export async function followLink<Opened>(
  ctx: AppContext,
  { token, address }: { token: string; address: string },
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'NOT_FOUND' || !TOKEN.test(token)) throw error
    const seconds = await ctx.limits.guesses.countWrongLink(networkOf(address))
    if (seconds === 0) throw error
    throw new AppError('RATE_LIMITED', { retryAfterSeconds: seconds, usedUp: ctx.limits.guesses.usedUp })
  }
}
