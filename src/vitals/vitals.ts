import type { Logger } from 'pino'
import type { Config } from '#src/config.ts'
import { type Dependency, type DependencySettings, dependency } from '#src/lib/dependency.ts'
import { type Gate, makeGate } from '#src/lib/gate.ts'
import { type Notice, type NoticeKind, noticeBoard } from './notices.ts'
import { type TaskBoard, taskBoard } from './tasks.ts'
import { isFailing, type Traffic, traffic } from './traffic.ts'

const SECOND_MS = 1000
const STATUS_SERVER_ERROR = 500

/** What this process knows of how it is doing: its own only, however many processes share the database. */
export type Vitals = {
  startedAt: Date
  /** The requests that run; closed when the server stops. */
  gate: Gate
  /** Puts something outside behind a breaker of the configured size, and onto the System page. One for each name. */
  addDependency(settings: Omit<DependencySettings, 'now' | 'breaker' | 'onEvent'>): Dependency
  dependencies: ReadonlyMap<string, Dependency>
  tasks: TaskBoard
  /** Counts an answer by its HTTP status; too many of 5xx raise a notice. */
  countAnswer(status: number): void
  traffic: Traffic
  /** Raises a notice where it is so, else resolves it. */
  tell(kind: NoticeKind, isSo: boolean): void
  /** What staff should hear of, until it is resolved or dismissed; the oldest first. */
  notices(): Notice[]
  dismissNotice(id: string): Notice | undefined
  /** Hear of every notice as it is raised, whoever looks at the staff pages. They neither throw nor take long. */
  noticeListeners: Set<(notice: Notice) => void>
}

export function makeVitals({ config, log, now }: { config: Config; log: Logger; now: () => Date }): Vitals {
  const dependencies = new Map<string, Dependency>()
  const answers = traffic(now)
  const noticeListeners: Vitals['noticeListeners'] = new Set([
    ({ kind, subject }) => log.warn({ notice: kind, subject }, 'notice.raised'),
  ])
  const board = noticeBoard(now, (notice) => {
    for (const listen of noticeListeners) listen(notice)
  })
  const resolveErrorRate = () => {
    if (!isFailing(answers.recent())) board.resolve('error-rate')
  }

  return {
    startedAt: now(),
    gate: makeGate(),
    dependencies,
    tasks: taskBoard(now),
    traffic: answers,
    addDependency(settings) {
      const { name } = settings
      if (dependencies.has(name)) throw new Error(`There is a dependency named ${name} already.`)
      const added = dependency({
        ...settings,
        now,
        breaker: {
          failures: config.breakerFailures,
          windowMs: config.breakerWindow * SECOND_MS,
          restMs: config.breakerRest * SECOND_MS,
        },
        onEvent(event) {
          if (event === 'opened') board.raise('dependency-open', name)
          if (event === 'closed') board.resolve('dependency-open', name)
          const { lastFailure, failuresInWindow } = added.status()
          const fields = {
            dependency: name,
            reason: lastFailure?.reason,
            detail: lastFailure?.detail,
            failuresInWindow,
          }
          log[event === 'opened' ? 'warn' : event === 'closed' ? 'info' : 'debug'](fields, `dependency.${event}`)
        },
      })
      dependencies.set(name, added)
      return added
    },
    countAnswer(status) {
      const isError = status >= STATUS_SERVER_ERROR
      if (isError) resolveErrorRate()
      answers.count(isError)
      if (isError && isFailing(answers.recent())) board.raise('error-rate')
    },
    tell: (kind, isSo) => (isSo ? board.raise(kind) : board.resolve(kind)),
    notices() {
      resolveErrorRate()
      return board.shown()
    },
    dismissNotice: board.dismiss,
    noticeListeners,
  }
}
