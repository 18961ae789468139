import type { AppContext } from '#src/context.ts'
import { currentScope } from '#src/lib/scope.ts'
import { idOf } from '#src/permissions.ts'
import { requestState } from './request-state.ts'

/** One line a request: the route's pattern rather than its address, ids rather than people. Durations are in milliseconds. */
export function logRequest(ctx: AppContext, request: Request, status: number, route = ''): void {
  const state = requestState(request)
  const scope = currentScope()
  const fields = {
    requestId: state.id,
    method: request.method,
    route: state.route || route || 'unknown',
    status,
    code: state.code,
    durationMs: tenths(performance.now() - state.startedAt),
    bytesReceived: Number(request.headers.get('content-length') ?? 0),
    bytesSent: state.bytesSent,
    tier: state.tier || undefined,
    actorId: idOf(state.actor),
    sqlCount: scope?.statements ?? 0,
    sqlMs: tenths(scope?.sqlMs ?? 0),
  }
  ctx.log.info(fields, 'request.answered')
}

const tenths = (ms: number) => Math.round(ms * 10) / 10
