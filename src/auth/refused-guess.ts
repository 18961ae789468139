import type { AppContext } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'

type Refused = { outcome: 'wait'; seconds: number } | { outcome: 'wrong' | 'disabled'; errors: FieldError[] }

/** What a program is told that wants to come in and may not: what is wrong in words, for none of the fields by itself. */
export function wayInRefused(ctx: AppContext, refused: Refused): AppError {
  if (refused.outcome === 'wait') return waitRefused(ctx, refused.seconds)
  const message = refused.errors[0]?.message
  return new AppError(refused.outcome === 'disabled' ? 'FORBIDDEN' : 'UNAUTHORIZED', { message })
}

/** What somebody is told who is in, and gave a wrong code or password. */
export function guessRefused(ctx: AppContext, refused: Exclude<Refused, { outcome: 'disabled' }>): AppError {
  if (refused.outcome === 'wait') return waitRefused(ctx, refused.seconds)
  return new AppError('VALIDATION_FAILED', { errors: refused.errors })
}

const waitRefused = ({ limits }: AppContext, retryAfterSeconds: number) =>
  new AppError('RATE_LIMITED', { retryAfterSeconds, usedUp: limits.guesses.usedUp })
