import type { Config } from '#src/config.ts'
import type { Backlogs } from '#src/files/copies-store.ts'
import type { DependencyStatus } from '#src/lib/dependency.ts'
import type { Notice } from '#src/vitals/notices.ts'
import type { StartOutcome, TaskStatus } from '#src/vitals/tasks.ts'
import type { Recent } from '#src/vitals/traffic.ts'

/** Against what this executable knows. Another process may run a newer one on the same database. */
export type SchemaState = 'current' | 'newer' | 'older'

export type ServerFacts = {
  version: string
  postgresVersion: string
  isEmbedded: boolean
  /** What keeps the audit log from being changed: the rights of the server's role and the seal, or the seal alone. */
  auditIsKeptBy: 'role' | 'seal'
  schema: SchemaState
  startedAt: Date
  now: Date
  /** Of the disk that holds the data directory; undefined where it cannot be read. */
  space: { freeBytes: number; totalBytes: number } | undefined
  /** Where they are kept, and what is on its way there or still to be deleted there. */
  files: { store: Config['fileStore']; spoolBytesMax: number } & Backlogs
  limits: 'memory' | 'database' | 'off'
  environment: string
  publicUrl: string | undefined
  traffic: Recent
  breaker: { failures: number; windowSeconds: number; restSeconds: number }
}

export type SystemStatus = {
  facts: ServerFacts
  notices: Notice[]
  dependencies: DependencyStatus[]
  tasks: TaskStatus[]
}

/** What the page tells after one of its forms, in its own address: `?done=task-failed&name=expire-drafts`. */
export const TOLD = ['task-done', 'task-failed', 'task-started', 'task-running', 'reset', 'dismissed'] as const
export type Told = (typeof TOLD)[number]
export const toldOf = (outcome: Exclude<StartOutcome, 'unknown'>): Told => `task-${outcome}`
