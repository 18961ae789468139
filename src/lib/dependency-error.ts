import { TaskCancelledError } from 'cockatiel'

/** What is known of a host's failure, without its own words: those may carry addresses, names and secrets. */
export type Failure =
  | { reason: 'status'; detail: string }
  | { reason: 'network'; detail: string }
  | { reason: 'timeout'; detail: '' }

/**
 * The host could not do it. `resting`: it was left alone after many failures; `busy`: too many calls at once; `slow`: no answer in time;
 * `failed`: what `cause` tells, which is for the log at most.
 */
export class DependencyError extends Error {
  readonly retryAfterMs: number | undefined

  constructor(
    readonly dependency: string,
    readonly reason: 'resting' | 'busy' | 'slow' | 'failed',
    { cause, retryAfterMs }: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(`${dependency} could not be used: ${reason}`, { cause })
    this.name = 'DependencyError'
    this.retryAfterMs = retryAfterMs
  }
}

/** An answer that is no success. */
export class StatusError extends Error {
  constructor(readonly status: number) {
    super(`The host answered ${status}.`)
    this.name = 'StatusError'
  }
}

/** The answer itself where it is a success; else throws StatusError and lets its body go. */
export async function successOf(answer: Response): Promise<Response> {
  if (answer.ok) return answer
  await answer.body?.cancel()
  throw new StatusError(answer.status)
}

const STATUS_SERVER_ERROR = 500
const STATUS_TOO_MANY_REQUESTS = 429
/** Codes of systems and sockets: ECONNREFUSED, ETIMEDOUT. Those of Node that begin with ERR_ mostly mean that it was called wrongly. */
const NETWORK_CODE = /^(?!ERR_)[A-Z][A-Z0-9_]{2,40}$/

/**
 * By default, what an error says of the host: no answer in time, no connection, a status of 5xx or 429. Any other status, and any error of
 * ours, says nothing of it: undefined.
 */
export function blame(error: unknown): Failure | undefined {
  if (error instanceof TaskCancelledError) return { reason: 'timeout', detail: '' }
  const { name, status, code, cause } = (error ?? {}) as Record<string, unknown>
  if (name === 'TimeoutError') return { reason: 'timeout', detail: '' }
  if (typeof status === 'number')
    return status >= STATUS_SERVER_ERROR || status === STATUS_TOO_MANY_REQUESTS
      ? { reason: 'status', detail: String(status) }
      : undefined
  if (typeof code === 'string' && NETWORK_CODE.test(code)) return { reason: 'network', detail: code }
  return cause instanceof Error ? blame(cause) : undefined
}
