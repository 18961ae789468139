import type { AppContext } from '#src/context.ts'
import { requestState } from './request-state.ts'

/** One line a request: the route's pattern rather than its address, ids rather than people. */
export function logRequest(ctx: AppContext, request: Request, status: number): void {
  const state = requestState(request)
  const fields = {
    requestId: state.id,
    method: request.method,
    route: state.route || 'unknown',
    status,
    durationMs: Math.round((performance.now() - state.startedAt) * 10) / 10,
    tier: state.tier || undefined,
    actorId: state.actor.kind === 'staff' ? state.actor.id : undefined,
  }
  ctx.log.info(fields, 'request.answered')
}
