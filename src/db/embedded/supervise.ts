import type { Postmaster } from './postmaster.ts'

const BACK_OFF_FIRST_MS = 50
const BACK_OFF_LAST_MS = 10_000
/** Once it ran for so long, the next unexpected end counts as the first again. */
const SETTLED_AFTER_MS = 60_000

/** What the embedded database tells about itself; pino's loggers fit. */
export type EmbeddedLog = Record<'info' | 'warn' | 'error', (fields: object, event: string) => void>

export type DatabaseState = 'running' | 'restarting' | 'stopped'

export type Supervised = {
  state(): DatabaseState
  /** Undefined while it restarts or is stopped. */
  pid(): number | undefined
  /** Resolves as soon as it takes connections; rejects once it is stopped. */
  ready(): Promise<void>
  stop(): Promise<void>
}

/**
 * Keeps a PostgreSQL running: one that ends unasked is started again, after waits that double from one failure to the next, until it is
 * stopped. Throws what the first `start` throws.
 */
export async function supervise(
  start: (signal: AbortSignal) => Promise<Postmaster>,
  log: EmbeddedLog,
): Promise<Supervised> {
  const stopping = new AbortController()
  let current: Postmaster | undefined = await start(stopping.signal)
  let failures = 0
  let running = watch(current)
  let stopped: Promise<void> | undefined

  /** Resolves at the end of what it watches, with PostgreSQL running again or stopped for good. */
  function watch(postmaster: Postmaster): { restarted: Promise<void> | undefined } {
    const since = performance.now()
    const watched: { restarted: Promise<void> | undefined } = { restarted: undefined }
    void postmaster.exited.then((exitCode) => {
      if (stopping.signal.aborted) return
      current = undefined
      if (performance.now() - since > SETTLED_AFTER_MS) failures = 0
      log.error({ pid: postmaster.pid, exitCode }, 'database.ended-unexpectedly')
      watched.restarted = restart()
    })
    return watched
  }

  async function restart() {
    while (!stopping.signal.aborted) {
      if (failures > 0) await sleep(Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_LAST_MS), stopping.signal)
      failures++
      try {
        const postmaster = await start(stopping.signal)
        current = postmaster
        log.warn({ pid: postmaster.pid, failures }, 'database.restarted')
        running = watch(postmaster)
        return
      } catch (error) {
        if (!stopping.signal.aborted) log.error({ err: error, failures }, 'database.restart-failed')
      }
    }
  }

  async function stop() {
    stopping.abort(new Error('The database is being stopped.'))
    await running.restarted
    await current?.stop()
    current = undefined
  }

  return {
    state: () => (stopping.signal.aborted ? 'stopped' : current ? 'running' : 'restarting'),
    pid: () => current?.pid,
    async ready() {
      while (!current && !stopping.signal.aborted) await running.restarted
      stopping.signal.throwIfAborted()
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** Ends early, without an error, when aborted. */
function sleep(waitMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(done, waitMs)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
