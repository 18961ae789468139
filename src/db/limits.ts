import type { Logger } from 'pino'
import type { Config } from '#src/config.ts'
import { type GrowingDelay, type GuessLimits, growingDelay } from '#src/lib/growing-delay.ts'
import type { Keys } from '#src/lib/keys.ts'
import { type Limiter, memoryLimiter } from '#src/lib/limiter.ts'
import type { Database } from './client.ts'
import { databaseFailures, deleteForgottenFailures } from './guess-store.ts'
import { databaseLimiter, deleteEndedWindows } from './limiter-store.ts'

type Counting = { config: Config; db: Database; keys: Keys; log: Logger; now: () => Date }

/** What counts requests and wrong guesses: in this process, or with `RATE_LIMIT_STORE=database` for all processes on the database. */
export function openLimits({ config, db, keys, log, now }: Counting): { requests: Limiter; guesses: GrowingDelay } {
  const limits = guessLimits(config)
  if (config.rateLimitStore === 'memory') return { requests: memoryLimiter(), guesses: growingDelay(now, limits) }
  return {
    requests: databaseLimiter({ sql: db.read, keys, log }),
    guesses: growingDelay(now, limits, databaseFailures(db.read, keys, limits)),
  }
}

/** Removes from the database what no longer counts; returns how many rows, a bounded number at a time. */
export async function deleteEndedCounts({ config, db, now }: Counting): Promise<number> {
  const before = new Date(now().getTime() - config.guessForgottenAfter * 1000)
  const [windows, failures] = await Promise.all([
    deleteEndedWindows(db.read, now()),
    deleteForgottenFailures(db.read, before),
  ])
  return windows + failures
}

export const guessLimits = (config: Config): GuessLimits => ({
  subjectFrom: config.guessDelayFrom,
  subjectDelayMaxSeconds: config.guessDelayMax,
  addressFrom: config.guessDelayFromAddress,
  addressDelayMaxSeconds: config.guessDelayMaxAddress,
  firstDelaySeconds: config.guessDelayFirst,
  forgottenAfterSeconds: config.guessForgottenAfter,
})
