import { bigint, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * Windows that several processes count together (`RATE_LIMIT_STORE=database`): names and order of the columns are those that
 * rate-limiter-flexible writes, `expire` in milliseconds since 1970. Of whom is counted, only an HMAC is kept.
 */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text().primaryKey(),
    points: bigint({ mode: 'number' }).notNull(),
    expire: bigint({ mode: 'number' }),
  },
  (t) => [index('rate_limits_by_expiry').on(t.expire)],
)

/** Wrong guesses that several processes count together: an HMAC of what was guessed at or of who guessed, how many, and when last. */
export const guessFailures = pgTable(
  'guess_failures',
  {
    key: text().primaryKey(),
    failures: integer().notNull(),
    lastAt: instant('last_at').notNull(),
    /** The guess that was counted last, and when the one before it was, so that it can be taken back. */
    guessId: uuid('guess_id').notNull(),
    formerLastAt: instant('former_last_at').notNull(),
  },
  (t) => [index('guess_failures_by_age').on(t.lastAt)],
)
