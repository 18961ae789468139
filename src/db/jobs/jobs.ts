import type { Logger } from 'pino'
import type { Database } from '../client.ts'
import { jobsOver } from './executor.ts'
import { JOBS_SCHEMA, type QueueName } from './queues.ts'

/**
 * How long things may go unnoticed: a job whose wake-up was lost, one whose process died. What must be quicker wakes the queue itself; an
 * idle process sends about a dozen statements a minute with these, and a hundred with those of ten seconds.
 */
const POLL_SECONDS = 2
const POLL_WITH_NOTIFY_SECONDS = 60
const SUPERVISE_SECONDS = 60
const CRON_SECONDS = 45
/** Jobs that one worker takes at once and does one after the other. */
const BATCH = 2
/** We have no jobs that wait for others. */
const FLOW_SECONDS = 3600

export type Job = { key: string; data: Record<string, string> }

/** pg-boss, at work for this process. */
export type Jobs = {
  /** Makes one job each, unless one of that key waits already. */
  add(queue: QueueName, jobs: readonly Job[]): Promise<void>
  /** Runs the queue's jobs, `concurrency` at once. What it throws is tried again by the queue's rules. */
  work(queue: QueueName, concurrency: number, run: (data: Record<string, string>) => Promise<void>): Promise<void>
  /** Takes no further jobs and waits for those that run; what then still runs goes back to its queue. */
  stop(timeoutMs: number): Promise<void>
}

export async function startJobs(db: Database, log: Logger): Promise<Jobs> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    db: jobsOver(db.write),
    schema: JOBS_SCHEMA,
    migrate: false,
    useListenNotify: true,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    cronWorkerIntervalSeconds: CRON_SECONDS,
    cronMonitorIntervalSeconds: CRON_SECONDS,
    flowIntervalSeconds: FLOW_SECONDS,
    persistWarnings: false,
  })
  boss.on('error', (error) => log.warn({ err: error }, 'jobs.failed'))
  boss.on('warning', ({ message }) => log.debug({ message }, 'jobs.warned'))
  await boss.start()
  return {
    async add(queue, jobs) {
      await boss.insert(
        queue,
        jobs.map(({ key, data }) => ({ data, singletonKey: key })),
      )
    },
    async work(queue, concurrency, run) {
      const options = {
        localConcurrency: concurrency,
        // A worker that found as many as it may take looks again at once, but not where that is one.
        batchSize: BATCH,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: POLL_SECONDS,
        notifyPollingIntervalSeconds: POLL_WITH_NOTIFY_SECONDS,
      }
      await boss.work<Record<string, string>>(queue, options, (batch) => inTurn(batch, run))
    },
    stop: (timeoutMs) => boss.stop({ graceful: true, timeout: timeoutMs, close: false }),
  }
}

/** One that fails fails its batch, after the others had their turn: what is done again must be safe to be done again. */
async function inTurn<Data>(batch: readonly { data: Data }[], run: (data: Data) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  for (const { data } of batch) await run(data).catch((error) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
