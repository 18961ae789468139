import { expireAudit, sealAudit } from './audit/service.ts'
import { deleteEndedStaffLinks } from './auth/accounts/service.ts'
import { deleteEndedChallenges, deleteEndedSessions } from './auth/service.ts'
import type { AppContext } from './context.ts'
import { deleteEndedCounts } from './db/limits.ts'
import { collectOrphans, drawMissingPictures, eraseOldDocuments, expireUploads } from './documents/service.ts'
import { removeTraces } from './erasure/service.ts'
import { deleteExpiredAnswers } from './idempotency/service.ts'
import { inScope, Scope } from './lib/scope.ts'
import { expireMails, remindOfMissing } from './mail/service.ts'
import { expireDrafts } from './registration/service.ts'
import { deleteEndedLinks } from './teams/service.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** Of its interval, by chance: several processes should not all work in the same second. */
const JITTER = 0.1

export type Task = {
  name: string
  everyMs: number
  /** After the start, where it finishes what a crash cut off; undefined: `everyMs`. */
  firstMs?: number
  /** Tried again so soon after a failure, each time twice as late, at most `everyMs` later; undefined: at its next time. */
  againMs?: number
  run: (ctx: AppContext, stopping: AbortSignal) => Promise<unknown>
}

/** What happens when nobody asks. Every task is safe to run in several processes at once, and to run twice. */
export const TIMETABLE: readonly Task[] = [
  { name: 'expire-answers', everyMs: MINUTE_MS, run: deleteExpiredAnswers },
  { name: 'expire-uploads', everyMs: 10 * MINUTE_MS, run: expireUploads },
  { name: 'expire-drafts', everyMs: HOUR_MS, run: expireDrafts },
  { name: 'remind-of-missing', everyMs: HOUR_MS, run: remindOfMissing },
  { name: 'expire-mails', everyMs: HOUR_MS, run: expireMails },
  { name: 'seal-audit', everyMs: MINUTE_MS, run: sealAudit },
  { name: 'expire-audit', everyMs: HOUR_MS, run: expireAudit },
  { name: 'erase-documents', everyMs: HOUR_MS, run: eraseOldDocuments },
  { name: 'expire-sessions', everyMs: HOUR_MS, run: deleteEndedSessions },
  { name: 'expire-challenges', everyMs: 10 * MINUTE_MS, run: deleteEndedChallenges },
  { name: 'expire-links', everyMs: HOUR_MS, run: deleteEndedLinks },
  { name: 'expire-staff-links', everyMs: HOUR_MS, run: deleteEndedStaffLinks },
  { name: 'expire-counts', everyMs: 10 * MINUTE_MS, run: deleteEndedCounts },
  { name: 'move-files', everyMs: 10 * SECOND_MS, run: ({ files }, stopping) => files.moveWaiting(stopping) },
  { name: 'draw-pictures', everyMs: 10 * SECOND_MS, run: drawMissingPictures },
  { name: 'collect-orphans', everyMs: HOUR_MS, firstMs: 10 * SECOND_MS, run: collectOrphans },
  { name: 'remove-traces', everyMs: 10 * MINUTE_MS, firstMs: 10 * SECOND_MS, run: removeTraces },
]

/** Each process for itself, as often as `KEEP_WARM` says: databases that sleep when idle do so after five minutes. */
export const keepWarm = ({ keepWarm }: AppContext['config']): Task[] =>
  keepWarm === 0
    ? []
    : [{ name: 'keep-warm', everyMs: keepWarm * SECOND_MS, againMs: SECOND_MS, run: (ctx) => ctx.db.read`select 1` }]

/** Runs every task when its time comes, never the same one twice at once. `stop` tells those that run and waits for them. */
export function startTimetable(
  ctx: AppContext,
  tasks: readonly Task[] = [...keepWarm(ctx.config), ...TIMETABLE],
): { stop(): Promise<void> } {
  const failures = new Map<Task, number>()
  const timers = new Map<Task, Timer>()
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()

  const schedule = (task: Task, firstMs?: number) => {
    if (stopping.signal.aborted) return
    const delayMs = (firstMs ?? waitOf(task, failures.get(task) ?? 0)) * (1 + JITTER * Math.random())
    timers.set(
      task,
      setTimeout(() => start(task), delayMs),
    )
    ctx.vitals.tasks.plan(task.name, new Date(ctx.now().getTime() + delayMs))
  }
  const start = (task: Task): Promise<void> => {
    clearTimeout(timers.get(task))
    timers.delete(task)
    const run = runTask(ctx, task, stopping.signal).then((isDone) => {
      failures.set(task, isDone ? 0 : (failures.get(task) ?? 0) + 1)
      running.delete(run)
      schedule(task)
    })
    running.add(run)
    return run
  }
  for (const task of tasks) {
    ctx.vitals.tasks.add(task.name, task.everyMs, async () => {
      if (!stopping.signal.aborted) await start(task)
    })
    schedule(task, task.firstMs)
  }

  return {
    async stop() {
      stopping.abort()
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}

const waitOf = ({ everyMs, againMs = everyMs }: Task, failures: number) =>
  failures === 0 ? everyMs : Math.min(againMs * 2 ** (failures - 1), everyMs)

/** Runs one task now. A failure is logged and waits for the next time. Returns whether it was done. */
export async function runTask(ctx: AppContext, task: Task, stopping = new AbortController().signal): Promise<boolean> {
  const startedAt = performance.now()
  const end = ctx.vitals.tasks.begin(task.name)
  try {
    await inScope(new Scope(), async () => await task.run(ctx, stopping))
    end()
    ctx.log.debug({ task: task.name, durationMs: Math.round(performance.now() - startedAt) }, 'task.finished')
    return true
  } catch (error) {
    end({ error })
    ctx.log.error({ task: task.name, err: error }, 'task.failed')
    return false
  }
}
