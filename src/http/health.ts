import { access, constants, statfs } from 'node:fs/promises'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import type { Admission } from './admit.ts'
import { BODY_NONE } from './limits.ts'

const LOW_DISK_BYTES = 1024 ** 3
/** Probes are never counted, and answer without asking who it is. */
const ADMISSION: Admission = { tier: 'uncounted', public: true, body: BODY_NONE }
const DETAIL = { detail: { hide: true, 'x-admission': ADMISSION } as Record<string, unknown> }

/** `/healthz`: the process answers. `/readyz`: the database answers and is migrated, and the data directory can be written. */
export const health = (ctx: AppContext) =>
  new Elysia({ name: 'health' })
    .get('/healthz', () => ({ status: 'ok' }), DETAIL)
    .get(
      '/readyz',
      async ({ set }) => {
        const [database, storage] = await Promise.all([checkDatabase(ctx), checkStorage(ctx.config.dataDir)])
        const ready = database === 'ok' && storage.status !== 'unwritable'
        set.status = ready ? 200 : 503
        set.headers['cache-control'] = 'no-store'
        if (!ready) set.headers['retry-after'] = '5'
        return { status: ready ? 'ready' : 'unready', database, storage: storage.status, freeBytes: storage.freeBytes }
      },
      DETAIL,
    )

async function checkDatabase(ctx: AppContext): Promise<'ok' | 'unreachable' | 'not_migrated'> {
  try {
    const [row] = await ctx.db.read`select to_regproc('add_team') is not null as migrated`
    return row!.migrated ? 'ok' : 'not_migrated'
  } catch {
    return 'unreachable'
  }
}

async function checkStorage(dataDir: string): Promise<{ status: 'ok' | 'low' | 'unwritable'; freeBytes: number }> {
  try {
    await access(dataDir, constants.W_OK)
    const disk = await statfs(dataDir)
    const freeBytes = disk.bavail * disk.bsize
    return { status: freeBytes < LOW_DISK_BYTES ? 'low' : 'ok', freeBytes }
  } catch {
    return { status: 'unwritable', freeBytes: 0 }
  }
}
