import type { Server } from 'bun'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { equalBytes, hashToken } from '#src/lib/keys.ts'
import { currentScope } from '#src/lib/scope.ts'
import { StartError } from '#src/lib/start-error.ts'
import type { Admission } from './admit.ts'
import { BODY_NONE } from './limits.ts'
import type { Measures } from './measures.ts'
import { requestState } from './request-state.ts'

const ADMISSION: Admission = { tier: 'uncounted', public: true, body: BODY_NONE }
const HOST = '127.0.0.1'
const BEARER = /^Bearer +(.+)$/i

const made = new WeakMap<AppContext, Promise<Measures>>()

/** Nothing is measured unless somebody may read it. */
function measuresOf(ctx: AppContext): Promise<Measures> | undefined {
  if (ctx.config.metricsToken === undefined && ctx.config.metricsPort === undefined) return undefined
  const measures = made.get(ctx) ?? import('./measures.ts').then(({ makeMeasures }) => makeMeasures(ctx))
  made.set(ctx, measures)
  return measures
}

/**
 * Counts an answer, for the notices to staff and for the metrics. `route` is the pattern that Elysia matched; unknown addresses have none.
 */
export function countAnswer(ctx: AppContext, request: Request, route: string | undefined, status: number): void {
  const state = requestState(request)
  // Probes, assets and unknown addresses would water down the share of errors.
  if (state.route !== '' && state.tier !== 'uncounted') ctx.vitals.countAnswer(status)
  const measures = measuresOf(ctx)
  if (measures === undefined) return
  const scope = currentScope()
  const answered = {
    method: request.method,
    route: state.route || route || 'unknown',
    tier: state.tier || 'uncounted',
    status,
    seconds: (performance.now() - state.startedAt) / 1000,
    statements: scope?.statements ?? 0,
    sqlSeconds: (scope?.sqlMs ?? 0) / 1000,
  }
  void measures.then(({ count }) => count(answered))
}

/** `/metrics` in the text format of Prometheus, for whoever holds METRICS_TOKEN; without that setting there is no such page. */
export const metrics = (ctx: AppContext) =>
  new Elysia({ name: 'metrics' }).get(
    '/metrics',
    ({ request, set }) => {
      const { metricsToken } = ctx.config
      if (metricsToken === undefined) throw new AppError('NOT_FOUND')
      const given = BEARER.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
      // Digests have one length, so that the comparison tells nothing of the token's.
      if (!equalBytes(hashToken(given), hashToken(metricsToken))) {
        set.headers['www-authenticate'] = 'Bearer'
        throw new AppError('UNAUTHORIZED')
      }
      return write(measuresOf(ctx)!)
    },
    { detail: { hide: true, 'x-admission': ADMISSION } as Record<string, unknown> },
  )

async function write(making: Promise<Measures>): Promise<Response> {
  const measures = await making
  const text = Buffer.from(await measures.text())
  const headers = { 'content-type': measures.contentType, 'content-length': String(text.byteLength) }
  return new Response(text, { headers: { ...headers, 'cache-control': 'no-store' } })
}

/**
 * Serves `/metrics` alone at METRICS_PORT, to this machine and without a token; nothing without that setting. The caller stops it.
 * Throws StartError where the port is taken.
 */
export function listenForMetrics(ctx: AppContext): Server<undefined> | undefined {
  const { metricsPort: port } = ctx.config
  if (port === undefined) return undefined
  const fetch = (request: Request) =>
    new URL(request.url).pathname === '/metrics' && request.method === 'GET'
      ? write(measuresOf(ctx)!)
      : new Response('Not found\n', { status: 404 })
  try {
    const server = Bun.serve({ port, hostname: HOST, reusePort: false, development: false, fetch })
    ctx.log.info({ port: server.port }, 'metrics.opened')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new StartError(`Port ${port} on ${HOST} is in use. Choose another with METRICS_PORT.`)
  }
}
