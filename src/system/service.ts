import journal from '#drizzle/meta/_journal.json' with { type: 'json' }
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { findBacklogs } from '#src/files/copies-store.ts'
import { diskSpace } from '#src/files/disk-space.ts'
import { type Actor, idOf } from '#src/permissions.ts'
import { VERSION } from '#src/version.ts'
import type { StartOutcome } from '#src/vitals/tasks.ts'
import type { SchemaState, ServerFacts, SystemStatus } from './model.ts'
import { findDatabaseFacts } from './store.ts'

const BYTES_PER_MB = 1_048_576
const SCHEMA_VERSION = Math.max(...journal.entries.map(({ when }) => when))

/** How the server is doing: this process, its database and its disk. */
export async function getSystemStatus(ctx: AppContext): Promise<SystemStatus> {
  const { vitals } = ctx
  return {
    facts: await findFacts(ctx),
    notices: vitals.notices(),
    dependencies: [...vitals.dependencies.values()].map((dependency) => dependency.status()),
    tasks: vitals.tasks.list(),
  }
}

async function findFacts({ config, db, vitals, now }: AppContext): Promise<ServerFacts> {
  const [database, backlogs, space] = await Promise.all([
    findDatabaseFacts(db.read),
    findBacklogs(db.read),
    diskSpace(config.dataDir).catch(() => undefined),
  ])
  return {
    version: VERSION,
    postgresVersion: database.version.split(' ')[0]!,
    isEmbedded: config.databaseUrl === undefined,
    auditIsKeptBy: database.mayChangeAudit ? 'seal' : 'role',
    schema: compareSchema(database.migratedTo),
    startedAt: vitals.startedAt,
    now: now(),
    space,
    files: { store: config.fileStore, spoolBytesMax: config.fileSpoolSize * BYTES_PER_MB, ...backlogs },
    limits: config.enableRateLimiting ? config.rateLimitStore : 'off',
    environment: config.environment,
    publicUrl: config.publicUrl,
    traffic: vitals.traffic.recent(),
    breaker: {
      failures: config.breakerFailures,
      windowSeconds: config.breakerWindow,
      restSeconds: config.breakerRest,
    },
  }
}

const compareSchema = (migratedTo: number): SchemaState =>
  migratedTo === SCHEMA_VERSION ? 'current' : migratedTo > SCHEMA_VERSION ? 'newer' : 'older'

/** Lets the next call try it, whatever was counted. Throws NOT_FOUND. */
export async function resetDependency(ctx: AppContext, actor: Actor, name: string): Promise<void> {
  const dependency = ctx.vitals.dependencies.get(name)
  if (!dependency) throw new AppError('NOT_FOUND')
  await audit(ctx, 'system.dependency-reset', actor, { dependency: name })
  dependency.reset()
  ctx.log.info({ dependency: name, actorId: idOf(actor) }, 'system.dependency-reset')
}

/** Runs a task unless it runs; how that went, or `started` where it takes longer. Throws NOT_FOUND. */
export async function runTaskNow(
  ctx: AppContext,
  actor: Actor,
  name: string,
): Promise<Exclude<StartOutcome, 'unknown'>> {
  const task = ctx.vitals.tasks.list().find((one) => one.name === name)
  if (!task) throw new AppError('NOT_FOUND')
  if (task.isRunning) return 'running'
  await audit(ctx, 'system.task-started', actor, { task: name })
  ctx.log.info({ task: name, actorId: idOf(actor) }, 'system.task-started')
  const outcome = await ctx.vitals.tasks.start(name)
  if (outcome === 'unknown') throw new AppError('NOT_FOUND')
  return outcome
}

/** Hides a notice until it is raised anew; one that is gone by now is as good as dismissed. */
export async function dismissNotice(ctx: AppContext, actor: Actor, id: string): Promise<void> {
  if (!ctx.vitals.notices().some((shown) => shown.id === id)) return
  await audit(ctx, 'system.notice-dismissed', actor, { notice: id })
  ctx.vitals.dismissNotice(id)
  ctx.log.info({ notice: id, actorId: idOf(actor) }, 'system.notice-dismissed')
}

const audit = (ctx: AppContext, event: string, actor: Actor, data: Record<string, string>) =>
  ctx.db.write.begin((tx) => record(tx, { event, actor, data }))
