/** Where pg-boss keeps its tables, beside ours. */
export const JOBS_SCHEMA = 'jobs'

/** Kept for an hour after their end, for whoever looks; never more than that many days where nobody works on them. */
const DELETED_AFTER_SECONDS = 3600
const RETENTION_SECONDS = 14 * 86_400

/**
 * Every queue. `short` with a singletonKey: one waiting job a key, however many processes ask for it. A job that its process did not end
 * is noticed after its heartbeat and run again.
 */
export const QUEUES = {
  'deliver-mail': {
    policy: 'short',
    notify: true,
    retryLimit: 3,
    retryDelay: 30,
    expireInSeconds: 600,
    heartbeatSeconds: 60,
    retentionSeconds: RETENTION_SECONDS,
    deleteAfterSeconds: DELETED_AFTER_SECONDS,
  },
} as const

export type QueueName = keyof typeof QUEUES
