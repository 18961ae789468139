import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { requestState } from './request-state.ts'

const SECOND_MS = 1000
const RETRY_AFTER_SECONDS = 5
const STATUS_SERVER_ERROR = 500
const STATUS_CLIENT_LEFT = 499
const SAFE = new Set(['GET', 'HEAD'])

/** A request as the code below the doors knows it. */
class RequestScope extends Scope {
  constructor(
    deadline: number,
    private readonly request: Request,
  ) {
    super(deadline)
  }

  protected override whyLate(): AppError {
    if (this.isAbandoned()) requestState(this.request).hasLeft = true
    return new AppError('SERVER_BUSY', {
      message: m.deadline_late_work(),
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  }

  /** What only reads stops when its client has gone away; what writes is finished, for the client that asks again. */
  protected override isAbandoned(): boolean {
    return SAFE.has(this.request.method) && this.request.signal.aborted
  }
}

/**
 * How a request ended, for the log and the measures: 499 where its client left before a read was done, which is no error of ours and
 * was answered to nobody (the number that nginx gives it).
 */
export function outcomeOf(request: Request, status: number): number {
  const state = requestState(request)
  if (!state.hasLeft || status < STATUS_SERVER_ERROR) return status
  state.code = 'client-left'
  return STATUS_CLIENT_LEFT
}

/**
 * Runs a request, all of it, in a scope of its own, which ends at `REQUEST_TIMEOUT` unless its route says otherwise: what it then still
 * waits for, statements or its body, ends with a refusal, which is answered as any other.
 */
export const answerInScope =
  (ctx: AppContext) =>
  <T>(answer: (request: Request) => T) =>
  (request: Request): T => {
    const scope = new RequestScope(performance.now() + ctx.config.requestTimeout * SECOND_MS, request)
    scope.requestId = requestState(request).id
    return ctx.vitals.gate.pass(scope, () => inScope(scope, () => answer(request)))
  }
