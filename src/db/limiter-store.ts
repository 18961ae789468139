import type { Logger } from 'pino'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Keys } from '#src/lib/keys.ts'
import { type Limiter, memoryLimiter, type Verdict, verdictOf, type Window } from '#src/lib/limiter.ts'
import type { Queryable } from './client.ts'

const TABLE = 'rate_limits'
/** A count that takes longer is made in memory: no request waits for it. */
const TAKE_TIMEOUT_MS = 1000
/** After a count that failed, the database is left alone for this long. */
const REST_MS = 5000
/** Used-up windows that this process remembers, so that refusing costs no statement; the oldest is forgotten first. */
const REFUSED_MAX = 20_000
const DELETED_AT_ONCE = 5000

type Options = { sql: Queryable; keys: Keys; log: Logger; takeTimeoutMs?: number }

/**
 * Windows that all processes on one database count together. When the database does not answer in time, each process counts for itself in
 * memory until it does. A window that is used up is remembered here: who is refused costs the database nothing.
 */
export function databaseLimiter({ sql, keys, log, takeTimeoutMs = TAKE_TIMEOUT_MS }: Options): Limiter {
  const limiters = new Map<string, RateLimiterPostgres>()
  const refused = new Map<string, number>()
  const insurance = memoryLimiter()
  let restsUntilMs = 0

  const limiterOf = (name: string, window: Window) => {
    const mark = `${name} ${window.points}`
    const known = limiters.get(mark)
    if (known) return known
    const made = new RateLimiterPostgres({
      storeClient: clientOf(sql),
      storeType: 'client',
      tableName: TABLE,
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points: window.points,
      duration: window.seconds,
    })
    limiters.set(mark, made)
    return made
  }
  const findRefusal = (name: string, window: Window, key: string): Verdict | undefined => {
    const mark = `${name} ${key}`
    const endsAtMs = refused.get(mark)
    const now = Date.now()
    if (endsAtMs !== undefined && endsAtMs > now)
      return { ...verdictOf({ taken: window.points, endsAtMs }, window, now), allowed: false }
    refused.delete(mark)
    return insurance.findRefusal(name, window, key)
  }

  return {
    findRefusal,

    async take(name, window, key, points = 1) {
      const known = findRefusal(name, window, key)
      if (known !== undefined) return known
      if (performance.now() < restsUntilMs) return insurance.take(name, window, key, points)
      const hidden = keys.hash('rate limit', key).toString('base64url')
      try {
        const result = await withinTime(limiterOf(name, window).consume(hidden, points), takeTimeoutMs)
        const now = Date.now()
        const endsAtMs = now + result.msBeforeNext
        if (result.consumedPoints >= window.points) {
          if (refused.size >= REFUSED_MAX) refused.delete(refused.keys().next().value as string)
          refused.set(`${name} ${key}`, endsAtMs)
        }
        return verdictOf({ taken: result.consumedPoints, endsAtMs }, window, now)
      } catch (error) {
        restsUntilMs = performance.now() + REST_MS
        log.warn({ err: error }, 'rate-limits.counted-in-memory')
        return insurance.take(name, window, key, points)
      }
    },
  }
}

/** Removes windows that are over; returns how many, a bounded number at a time. */
export async function deleteEndedWindows(sql: Queryable, now: Date): Promise<number> {
  const rows = await sql`
    delete from rate_limits where key in (
      select key from rate_limits where expire <= ${now.getTime()} limit ${DELETED_AT_ONCE}) returning true`
  return rows.length
}

/** What the library asks of a client of `pg`. */
const clientOf = (sql: Queryable) => ({
  async query({ text, values }: { text: string; values: (string | number)[] }) {
    const rows = await sql.unsafe<{ points: string; expire: string }[]>(text, values, { prepare: true })
    return {
      rows: rows.map(({ points, expire }) => ({ points: Number(points), expire: Number(expire) })),
      rowCount: rows.count,
    }
  },
})

/** The library rejects with the result itself where the points are used up. */
async function withinTime(consumed: Promise<RateLimiterRes>, timeoutMs: number): Promise<RateLimiterRes> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`The database did not count within ${timeoutMs} ms.`)),
    timeoutMs,
  )
  const settled = consumed.catch((thrown: unknown) => {
    if (thrown instanceof RateLimiterRes) return thrown
    throw thrown
  })
  settled.catch(() => {})
  return Promise.race([settled, late.promise]).finally(() => clearTimeout(timer))
}
