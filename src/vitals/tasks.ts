export type TaskStatus = {
  name: string
  everyMs: number
  isRunning: boolean
  nextAt: Date | undefined
  /** The last run that ended; `failure` is a code or the kind of error, without its words: those may quote rows. */
  last: { startedAt: Date; durationMs: number; failure: string | undefined } | undefined
  lastDoneAt: Date | undefined
  runs: number
  failures: number
}

/** What became of the wish to run a task now. */
export type StartOutcome = 'done' | 'failed' | 'started' | 'running' | 'unknown'

export type TaskBoard = {
  /** Puts a task on the board; `start` runs it once and settles when it ended. */
  add(name: string, everyMs: number, start: () => Promise<void>): void
  plan(name: string, nextAt: Date | undefined): void
  /** A run begins; the function that it gives ends it, with the error where it failed. */
  begin(name: string): (failure?: { error: unknown }) => void
  /** Runs it unless it runs, and waits a moment for its end. */
  start(name: string): Promise<StartOutcome>
  list(): TaskStatus[]
}

const START_WAIT_MS = 1000
const SAFE_WORD = /^[A-Za-z0-9_]{1,60}$/

type Entry = { status: TaskStatus; start: () => Promise<void> }

/** The recurring tasks of this process: when each ran and runs, and how it went. */
export function taskBoard(now: () => Date): TaskBoard {
  const entries = new Map<string, Entry>()
  return {
    add(name, everyMs, start) {
      const status: TaskStatus = {
        name,
        everyMs,
        isRunning: false,
        nextAt: undefined,
        last: undefined,
        lastDoneAt: undefined,
        runs: 0,
        failures: 0,
      }
      entries.set(name, { status, start })
    },
    plan(name, nextAt) {
      const status = entries.get(name)?.status
      if (status) status.nextAt = nextAt
    },
    begin(name) {
      const status = entries.get(name)?.status
      if (!status) return () => {}
      const [startedAt, beganMs] = [now(), performance.now()]
      Object.assign(status, { isRunning: true, nextAt: undefined })
      return (failure) => {
        status.isRunning = false
        status.runs += 1
        if (failure) status.failures += 1
        else status.lastDoneAt = now()
        status.last = {
          startedAt,
          durationMs: performance.now() - beganMs,
          failure: failure && wordOf(failure.error),
        }
      }
    },
    async start(name) {
      const entry = entries.get(name)
      if (!entry) return 'unknown'
      if (entry.status.isRunning) return 'running'
      await Promise.race([entry.start(), Bun.sleep(START_WAIT_MS)])
      if (entry.status.isRunning) return 'started'
      return entry.status.last?.failure === undefined ? 'done' : 'failed'
    },
    list: () => [...entries.values()].map(({ status }) => status),
  }
}

/** SQLSTATE, a system's code, or the error's name. */
function wordOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return [code, name].find((word): word is string => typeof word === 'string' && SAFE_WORD.test(word)) ?? 'Error'
}
