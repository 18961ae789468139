import { currentScope } from '#src/lib/scope.ts'
import { outcomeOf } from './transient.ts'

/** The first and six more: about three seconds in all, in which an embedded server is up again. */
const ATTEMPTS_MAX = 7
const WAIT_FIRST_MS = 50
/** Of each wait, by chance: those who were thrown out together should not come back together. */
const JITTER = 0.5

type Repeats = {
  /** `anyway`: reads, and work that a key or an id guards against being done twice; else only what is known not to have happened. */
  safe: 'anyway' | 'when-undone'
  /** Put in for tests. */
  sleep?: (ms: number) => Promise<unknown>
}

/**
 * Does the work again after a failure of the database that passes, with growing waits, as long as the deadline of whoever waits for it
 * allows. `attempt` counts from 1. Throws what the last attempt threw.
 */
export async function retryTransient<T>(
  work: (attempt: number) => PromiseLike<T>,
  { safe, sleep = Bun.sleep }: Repeats,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt)
    } catch (error) {
      const outcome = outcomeOf(error)
      const isSafe = outcome === 'unsent' || outcome === 'undone' || (outcome === 'unknown' && safe === 'anyway')
      const waitMs = WAIT_FIRST_MS * 2 ** (attempt - 1) * (1 - JITTER * Math.random())
      const scope = currentScope()
      const isTime = scope?.reason === undefined && performance.now() + waitMs < (scope?.deadline ?? Infinity)
      if (!isSafe || !isTime || attempt === ATTEMPTS_MAX) throw error
      await sleep(waitMs)
    }
  }
}
