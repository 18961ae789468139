import { access, constants, statfs } from 'node:fs/promises'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { outsideScope } from '#src/lib/scope.ts'
import type { Admission } from './admit.ts'
import { BODY_NONE } from './limits.ts'

const MB = 1_048_576
const LOW_DISK_BYTES = 1024 * MB
/** PostgreSQL writes its log in segments of 16 MB. */
const FULL_DISK_BYTES = 32 * MB
/** A database or disk that hangs must not make the probe hang. */
const TIMEOUT_MS = 2000
/** One question at a time is put to it; of one that was never answered nothing is expected after this. */
const FORGOTTEN_AFTER_MS = 30_000
const RETRY_AFTER_SECONDS = '5'
/** Probes are never counted, and answer without asking who it is. */
const ADMISSION: Admission = { tier: 'uncounted', public: true, body: BODY_NONE }
const DETAIL = { detail: { hide: true, 'x-admission': ADMISSION } as Record<string, unknown> }

type DatabaseHealth = 'ok' | 'restarting' | 'unreachable' | 'read_only' | 'not_migrated'
/** `host_resting`: files are taken and wait here, as their host fails. */
type StorageHealth = 'ok' | 'low' | 'unwritable' | 'host_resting'

/**
 * `/healthz`: the process answers. `/readyz`: it is not stopping, the database answers, is migrated and takes writes, and the data
 * directory can be written to.
 */
export const health = (ctx: AppContext) => {
  const checkDatabase = databaseCheck(ctx)
  return new Elysia({ name: 'health' })
    .get('/healthz', () => ({ status: 'ok' }), { ...DETAIL })
    .get(
      '/readyz',
      async ({ set }) => {
        const [database, storage] = await Promise.all([
          inTime<DatabaseHealth>(checkDatabase(), 'unreachable'),
          inTime<StorageHealth>(checkStorage(ctx.config.dataDir), 'unwritable'),
        ])
        const files = storage === 'ok' && isHostResting(ctx) ? 'host_resting' : storage
        const isReady = !ctx.vitals.gate.isClosed && database === 'ok' && storage !== 'unwritable'
        set.status = isReady ? 200 : 503
        set.headers['cache-control'] = 'no-store'
        if (!isReady) set.headers['retry-after'] = RETRY_AFTER_SECONDS
        return {
          status: ctx.vitals.gate.isClosed ? 'stopping' : isReady ? 'ready' : 'unready',
          database,
          storage: files,
        }
      },
      { ...DETAIL },
    )
}

/** Whether the database answers in time, is migrated and takes writes. */
export function databaseProbe(ctx: AppContext): () => Promise<boolean> {
  const check = databaseCheck(ctx)
  return async () => (await inTime<DatabaseHealth>(check(), 'unreachable')) === 'ok'
}

/** However many ask, the database is asked once at a time. */
function databaseCheck(ctx: AppContext): () => Promise<DatabaseHealth> {
  let asked: { answer: Promise<DatabaseHealth>; atMs: number } | undefined
  return () => {
    if (ctx.db.state() !== 'running') return Promise.resolve('restarting')
    if (asked === undefined || performance.now() - asked.atMs > FORGOTTEN_AFTER_MS) {
      const own = { answer: outsideScope(() => askDatabase(ctx)), atMs: performance.now() }
      asked = own
      void own.answer.then(() => {
        if (asked === own) asked = undefined
      })
    }
    return asked.answer
  }
}

async function askDatabase(ctx: AppContext): Promise<DatabaseHealth> {
  try {
    const [row] = await ctx.db.read<{ isMigrated: boolean; isReadOnly: boolean }[]>`
      select to_regproc('add_team') is not null as "isMigrated", current_setting('transaction_read_only')::boolean as "isReadOnly"`
    if (row!.isReadOnly) return 'read_only'
    return row!.isMigrated ? 'ok' : 'not_migrated'
  } catch {
    return ctx.db.state() === 'running' ? 'unreachable' : 'restarting'
  }
}

async function checkStorage(dataDir: string): Promise<StorageHealth> {
  try {
    await access(dataDir, constants.W_OK)
    const disk = await statfs(dataDir)
    const freeBytes = disk.bavail * disk.bsize
    if (freeBytes < FULL_DISK_BYTES) return 'unwritable'
    return freeBytes < LOW_DISK_BYTES ? 'low' : 'ok'
  } catch {
    return 'unwritable'
  }
}

function isHostResting({ config, vitals }: AppContext): boolean {
  const host = vitals.dependencies.get(config.fileStore)
  return host !== undefined && host.status().state !== 'closed'
}

const inTime = <T>(check: Promise<T>, late: T): Promise<T> =>
  Promise.race([check, Bun.sleep(TIMEOUT_MS).then(() => late)])
