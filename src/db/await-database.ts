import type { Logger } from 'pino'
import { StartError } from '#src/lib/start-error.ts'
import { outcomeOf, TRANSIENT } from './transient.ts'

const WAIT_FIRST_MS = 1000
const WAIT_LAST_MS = 30_000
/** After the first: 1, 2 and 4 seconds later. */
const FURTHER_TRIES = 3

type Waiting = {
  /** Tries as long as it takes, rather than three times more. */
  isPatient: boolean
  log: Pick<Logger, 'warn'>
  /** Ends the wait at once. */
  signal?: AbortSignal
  /** Put in for tests. */
  sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/**
 * Opens the database, again after a while where it failed in a way that passes: it starts, is full, or cannot be reached yet. Throws
 * StartError with a sentence once it gives up, and at once for what only a person can mend, such as a wrong password; and what `signal`
 * was aborted with.
 */
export async function awaitDatabase<T>(
  open: () => Promise<T>,
  { isPatient, log, signal, sleep = sleepUnless }: Waiting,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    signal?.throwIfAborted()
    try {
      return await orAborted(open(), signal)
    } catch (error) {
      signal?.throwIfAborted()
      const { code, message } = error as { code?: unknown; message?: string }
      if (error instanceof StartError || typeof code !== 'string') throw error
      if (outcomeOf(error) === undefined)
        throw new StartError(`The database cannot be used: ${message} (${code}). Please check DATABASE_URL.`, {
          cause: error,
        })
      if (!isPatient && tries > FURTHER_TRIES)
        throw new StartError(
          `The database cannot be reached, after ${tries} tries: ${TRANSIENT[code]![1]} (${code}). ` +
            'Start it, check DATABASE_URL, or start with --wait-for-database to wait for it.',
          { cause: error },
        )
      const waitMs = Math.min(WAIT_FIRST_MS * 2 ** (tries - 1), WAIT_LAST_MS)
      log.warn({ code, reason: TRANSIENT[code]![1], tries, waitMs }, 'database.awaited')
      await sleep(waitMs, signal)
    }
  }
}

/** What is behind the promise is left to itself: the process is about to end. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const sleepUnless = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  orAborted(Bun.sleep(ms), signal).catch(() => {})
