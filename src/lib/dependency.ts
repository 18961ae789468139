import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleWhen,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { blame, DependencyError, type Failure } from './dependency-error.ts'
import { recentFailures, restUntil } from './recent-failures.ts'
import { currentScope } from './scope.ts'

export type DependencySettings = {
  /** What it is called on the System page and in the log: `cloudinary`, `mail`. */
  name: string
  now: () => Date
  /** That many failures within the window, and it is left alone for the rest; then one call tries it. */
  breaker: { failures: number; windowMs: number; restMs: number }
  /** Of one attempt. */
  timeoutMs: number
  /** Of a call: its wait for a place, its attempts and the waits between them. */
  deadlineMs: number
  /** Calls at once, and those that may wait for a place. */
  concurrency: { calls: number; waiting: number }
  /** Further attempts, for work that is safe to repeat: waits of `firstMs`, doubling, each shortened by chance by up to a half. */
  retries?: { count: number; firstMs: number }
  /** What an error says of the host; undefined where the fault is ours. By default `blame`, which knows HTTP and sockets. */
  judge?: (error: unknown) => Failure | undefined
  onEvent?: (event: DependencyEvent) => void
}

export type DependencyEvent = 'opened' | 'probing' | 'closed' | 'retried' | 'refused'

export type DependencyStatus = {
  name: string
  state: 'closed' | 'open' | 'half-open'
  lastFailure: (Failure & { at: Date }) | undefined
  failuresInWindow: number
  /** From when on a call tries it again, while it rests. */
  nextTryAt: Date | undefined
  /** Since the process began: all, and those of them that were refused without a try. */
  calls: number
  refused: number
}

export type Dependency = {
  readonly name: string
  /**
   * Runs work that needs the host: all of it, reading its answer included, and given up when the signal says so. The caller's own signal is
   * that of the request or task it works for, unless given: what it says is thrown as soon as it is aborted. Throws DependencyError where the
   * host failed or is left alone; the work's own error where the fault is ours.
   */
  call<Answer>(work: (signal: AbortSignal) => Promise<Answer>, options?: { signal?: AbortSignal }): Promise<Answer>
  status(): DependencyStatus
  /** Tries it again with the next call, whatever was counted. */
  reset(): void
}

/** Why an attempt ended when it was the caller who left: nobody's fault, and no answer to the question whether the host works. */
class CallerLeft extends Error {}

/** Something outside that may fail: a breaker, retries, time-outs and a bound on calls at once, as one part. */
export function dependency(settings: DependencySettings): Dependency {
  const { name, now, breaker: limits, timeoutMs, deadlineMs, concurrency, retries, onEvent = () => {} } = settings
  const judge = (error: unknown) =>
    error instanceof TaskCancelledError ? blame(error) : (settings.judge ?? blame)(error)
  let lastFailure: DependencyStatus['lastFailure']
  let [calls, refused] = [0, 0]

  const failures = recentFailures({ now, ...limits, isClosed: () => breaker.state === CircuitState.Closed })
  const rest = restUntil({ now, restMs: limits.restMs, isOver: (error) => error instanceof CallerLeft })
  const isTheirs = (error: unknown) => judge(error) !== undefined
  const breaker = circuitBreaker(
    // What leaves the question open must neither count nor close: a probe whose caller left lets the next caller try.
    handleWhen((error) => (error instanceof CallerLeft ? breaker.state === CircuitState.HalfOpen : isTheirs(error))),
    { breaker: failures, halfOpenAfter: rest },
  )
  const again = retry(
    handleWhen((error) => isTheirs(error) && breaker.state === CircuitState.Closed),
    {
      maxAttempts: retries?.count ?? 0,
      backoff: new ExponentialBackoff({
        initialDelay: retries?.firstMs ?? 0,
        maxDelay: deadlineMs,
        generator: halfJitterGenerator,
      }),
    },
  )
  const places = bulkhead(concurrency.calls, concurrency.waiting)
  const policy = wrap(timeout(deadlineMs, TimeoutStrategy.Aggressive), places, again, breaker)
  const attempt = timeout(timeoutMs, TimeoutStrategy.Aggressive)

  breaker.onBreak((reason) => {
    if (!('isolated' in reason) && !('error' in reason && reason.error instanceof CallerLeft)) onEvent('opened')
  })
  breaker.onHalfOpen(() => onEvent('probing'))
  breaker.onReset(() => {
    failures.forget()
    onEvent('closed')
  })
  again.onRetry(() => onEvent('retried'))

  const refuse = (reason: 'resting' | 'busy', cause?: unknown) => {
    refused += 1
    onEvent('refused')
    return new DependencyError(name, reason, { cause, retryAfterMs: reason === 'resting' ? rest.leftMs() : undefined })
  }
  const isResting = () =>
    breaker.state === CircuitState.HalfOpen || (breaker.state === CircuitState.Open && rest.leftMs() > 0)

  return {
    name,
    async call(work, { signal = currentScope()?.signal } = {}) {
      signal?.throwIfAborted()
      calls += 1
      // Not left to the breaker, whose further callers would wait for the probe.
      if (isResting()) throw refuse('resting')
      let cause: unknown
      try {
        return await untilAborted(
          policy.execute(async ({ signal: deadline }) => {
            if (deadline.aborted) throw new CallerLeft()
            try {
              return await attempt.execute((inner) => work(inner.signal), deadline)
            } catch (error) {
              if (signal?.aborted) throw new CallerLeft()
              cause = error
              const failure = judge(error)
              if (failure) lastFailure = { ...failure, at: now() }
              throw error
            }
          }, signal),
          signal,
        )
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        if (error instanceof BrokenCircuitError) throw refuse('resting', cause)
        if (error instanceof BulkheadRejectedError) throw refuse('busy')
        const failure = judge(error)
        if (failure === undefined) throw error
        throw new DependencyError(name, failure.reason === 'timeout' ? 'slow' : 'failed', { cause: cause ?? error })
      }
    },
    status: () => ({
      name,
      state:
        breaker.state === CircuitState.Open ? 'open' : breaker.state === CircuitState.HalfOpen ? 'half-open' : 'closed',
      lastFailure,
      failuresInWindow: failures.count(),
      nextTryAt:
        breaker.state === CircuitState.Open && rest.leftMs() > 0
          ? new Date(now().getTime() + rest.leftMs())
          : undefined,
      calls,
      refused,
    }),
    reset() {
      failures.forget()
      if (breaker.state !== CircuitState.Closed) breaker.isolate().dispose()
    },
  }
}

/** Whoever leaves is let go at once, even from a queue. */
function untilAborted<Answer>(work: Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
  if (!signal) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = () => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', leave))
}
