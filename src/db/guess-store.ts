import { DOUBLINGS_MAX, waitMs } from '#src/lib/failures.ts'
import type { FailureStore, GuessLimits } from '#src/lib/growing-delay.ts'
import type { Keys } from '#src/lib/keys.ts'
import type { Queryable } from './client.ts'

const DELETED_AT_ONCE = 5000

type Row = { key: string; failures: number; lastAt: Date; guessId: string }

/**
 * Wrong guesses that all processes on one database count together. What was guessed at and who guessed are kept as HMACs. Throws what the
 * database throws: everything that can be guessed is kept there, so without it nothing could be checked either.
 */
export function databaseFailures(sql: Queryable, keys: Keys, limits: GuessLimits): FailureStore {
  const hide = (key: string) => keys.hash('guess', key).toString('base64url')

  const takeBack = async (id: string, hidden: readonly string[]) => {
    await sql`
      update guess_failures
      set failures = failures - 1, last_at = case when guess_id = ${id} then former_last_at else last_at end
      where key in (select key from guess_failures where key = any(${[...hidden]}::text[]) order by key for update)`
  }

  return {
    async count(id, failing, now) {
      const hidden = failing.map(({ key }) => hide(key))
      const rows = await countUnlessWaiting(sql, id, hidden, failing, limits, now)
      const counted = rows.filter((row) => row.guessId === id)
      const waits = rows.map((row) =>
        waitMs(limits, failing[hidden.indexOf(row.key)]!, row.failures, now.getTime() - row.lastAt.getTime()),
      )
      if (counted.length === rows.length) return { waitMs: 0, nextWaitMs: Math.max(...waits) }
      if (counted.length > 0)
        await takeBack(
          id,
          counted.map((row) => row.key),
        )
      // The one that waits may have been counted by another process whose clock is ahead.
      return { waitMs: Math.max(1, ...waits.filter((_, at) => rows[at]!.guessId !== id)), nextWaitMs: 0 }
    },

    takeBack: (id, given) => takeBack(id, given.map(hide)),

    async forget(key) {
      await sql`delete from guess_failures where key = ${hide(key)}`
    },
  }
}

/**
 * Counts each key that does not have to wait, in one statement that takes the rows in the order of their keys: guesses at the same things
 * meet one after the other and none deadlocks. The row of a key that waits keeps its former guess id.
 */
async function countUnlessWaiting(
  sql: Queryable,
  id: string,
  hidden: string[],
  failing: Parameters<FailureStore['count']>[1],
  limits: GuessLimits,
  now: Date,
): Promise<Row[]> {
  const isForgotten = sql`f.last_at <= ${new Date(now.getTime() - limits.forgottenAfterSeconds * 1000)}`
  const rule = (values: number[]) => sql`(${values}::float8[])[array_position(${hidden}::text[], f.key)]`
  const from = rule(failing.map((one) => one.from))
  const delayMs = sql`least(
    ${limits.firstDelaySeconds * 1000}::float8 * power(2, least(f.failures - ${from}, ${DOUBLINGS_MAX}::float8)),
    ${rule(failing.map((one) => one.delayMaxMs))})`
  const isWaiting = sql`not ${isForgotten} and f.failures >= ${from}
    and f.last_at + ${delayMs} * interval '1 millisecond' > ${now}`
  return sql<Row[]>`
    insert into guess_failures as f (key, failures, last_at, guess_id, former_last_at)
    select key, 1, ${now}, ${id}, ${now} from unnest(${hidden}::text[]) as key order by key
    on conflict (key) do update set
      failures = case when ${isForgotten} then 1 when ${isWaiting} then f.failures else f.failures + 1 end,
      former_last_at = case when ${isWaiting} then f.former_last_at else f.last_at end,
      guess_id = case when ${isWaiting} then f.guess_id else ${id} end,
      last_at = case when ${isWaiting} then f.last_at else ${now} end
    returning key, failures, last_at as "lastAt", guess_id as "guessId"`
}

/** Removes failures that are forgotten; returns how many, a bounded number at a time. */
export async function deleteForgottenFailures(sql: Queryable, before: Date): Promise<number> {
  const rows = await sql`
    delete from guess_failures where key in (
      select key from guess_failures where last_at <= ${before} limit ${DELETED_AT_ONCE}) returning true`
  return rows.length
}
