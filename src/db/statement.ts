import type { Cancellable, Scope } from '#src/lib/scope.ts'
import type { Turns } from './turns.ts'

/** After it was asked to stop, PostgreSQL is given this long to say how the statement ended. */
export const CANCEL_GRACE_MS = 2000
const ASK_AGAIN_MS = 20
/** SQLSTATE query_canceled. */
const CANCELLED = '57014'

/** What we use of the driver's queries, of which its types tell nothing. */
export type DriverQuery = {
  handler: ((query: DriverQuery) => unknown) & { debug?: unknown }
  canceller: ((query: DriverQuery) => Promise<void>) | null
  /** Whether PostgreSQL is at it, rather than at one before it on the same connection. */
  active: boolean
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * One statement on its way: it waits for its turn, runs, and is counted for its scope. When the scope is cancelled it leaves the queue,
 * or is cancelled in PostgreSQL and ends as PostgreSQL says: undone, or done whole where it was too late to stop it.
 */
export class Statement implements Cancellable {
  private readonly startedAt = performance.now()
  private isWaiting = true
  private hasEnded = false
  private readonly resolve: (value: unknown) => void
  private readonly reject: (error: unknown) => void

  /** @param turns undefined inside a transaction, which has its connection */
  constructor(
    private readonly query: DriverQuery,
    private readonly run: (query: DriverQuery) => unknown,
    private readonly scope: Scope | undefined,
    private readonly turns: Turns | undefined,
  ) {
    this.resolve = query.resolve
    this.reject = query.reject
    query.resolve = (value) => {
      this.end()
      this.resolve(value)
    }
    query.reject = (error) => {
      this.end()
      this.reject(this.scope?.reason !== undefined && isCancellation(error) ? this.scope.reason : error)
    }
  }

  /** Rejects the query with the scope's reason where that was cancelled before, and with what `Turns` throws. */
  begin(): void {
    const { scope } = this
    if (scope !== undefined) {
      scope.statements += 1
      scope.enter(this)
      if (this.hasEnded) return
    }
    try {
      if (this.turns === undefined) this.start()
      else this.turns.take(this)
    } catch (error) {
      this.query.reject(error)
    }
  }

  start(): void {
    this.isWaiting = false
    this.run(this.query)
  }

  cancel(reason: unknown): void {
    if (this.isWaiting) {
      this.turns?.leave(this)
      this.query.reject(reason)
      return
    }
    this.stop()
    // PostgreSQL itself may be what hangs. The connection stays taken until the driver has heard of it.
    setTimeout(() => this.reject(reason), CANCEL_GRACE_MS).unref()
  }

  /** The driver can cancel what is active; what is not yet, for want of a connection, would be lost with its connection. */
  private stop(): void {
    if (this.hasEnded) return
    if (this.query.active) this.query.canceller?.(this.query).catch(() => {})
    else setTimeout(() => this.stop(), ASK_AGAIN_MS)
  }

  private end(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    if (this.scope !== undefined) {
      this.scope.sqlMs += performance.now() - this.startedAt
      this.scope.leave(this)
    }
    if (!this.isWaiting) this.turns?.end()
  }
}

const isCancellation = (error: unknown) => (error as { code?: unknown } | null)?.code === CANCELLED
