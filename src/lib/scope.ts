import { AsyncLocalStorage } from 'node:async_hooks'

/** How often deadlines are looked at, while anything runs that has one. */
const LOOK_EVERY_MS = 100

/** What runs for a scope and can be told to stop: a statement, a body that is being read. */
export type Cancellable = { cancel(reason: unknown): void }

/**
 * One piece of work, a request or a task, as the code below it knows it: until when it may take, what it has asked of the database, and
 * whether it is still wanted.
 */
export class Scope {
  /** Statements that were given to the database, and the milliseconds they took together, waits for a connection included. */
  statements = 0
  sqlMs = 0
  /** What the log calls it by; of requests alone. */
  requestId: string | undefined
  /** Of the client, where one is known. */
  address: string | undefined
  private given: unknown
  private controller: AbortController | undefined

  /** @param deadline as `performance.now()` counts; Infinity for none */
  constructor(public deadline = Number.POSITIVE_INFINITY) {}

  /** What the work ends with when its deadline passes. */
  protected whyLate(): unknown {
    return new Error('The work took too long.')
  }

  /** Whether nobody waits for the work, so that it may stop at once; asked again and again while something runs. */
  protected isAbandoned(): boolean {
    return false
  }

  /** Why the work was given up; undefined while it is wanted. */
  get reason(): unknown {
    if (this.given === undefined && performance.now() >= this.deadline) this.cancel(this.whyLate())
    return this.given
  }

  /** For what takes one, as `fetch` does. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      const { controller } = this
      // Until the deadline: whoever has the signal does not say when it is done with it.
      if (Number.isFinite(this.deadline)) this.enter({ cancel: (reason) => controller.abort(reason) })
      if (this.reason !== undefined) controller.abort(this.reason)
    }
    return this.controller.signal
  }

  /** From now; a deadline that is sooner stays. */
  endWithin(ms: number): void {
    this.deadline = Math.min(this.deadline, performance.now() + ms)
  }

  /** Tells everything that runs for this scope to stop. The first reason stays. */
  cancel(reason: unknown): void {
    if (this.given !== undefined) return
    this.given = reason
    this.controller?.abort(reason)
    for (const [one, scope] of running) {
      if (scope !== this) continue
      running.delete(one)
      one.cancel(reason)
    }
  }

  /** `one` is told when the scope is cancelled, at once where it was, until it leaves. */
  enter(one: Cancellable): void {
    const { reason } = this
    if (reason === undefined) {
      running.set(one, this)
      looking ??= scopes.run(undefined, () => setInterval(look, LOOK_EVERY_MS).unref())
    } else one.cancel(reason)
  }

  leave(one: Cancellable): void {
    running.delete(one)
  }

  /** The promise, or what `refuse` makes of the reason where the scope is cancelled first; what is behind the promise is left to itself. */
  race<T>(work: Promise<T>, refuse: (reason: unknown) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const one = { cancel: (reason: unknown) => reject(refuse(reason)) }
      this.enter(one)
      const leave = () => this.leave(one)
      work.then(resolve, reject).then(leave, leave)
    })
  }

  /** Gives the work up where its time is over or nobody waits for it. */
  static look(scope: Scope): void {
    if (performance.now() >= scope.deadline || scope.isAbandoned()) scope.cancel(scope.whyLate())
  }
}

/** Everything that runs now for a scope, in the order in which it began. */
const running = new Map<Cancellable, Scope>()
let looking: Timer | undefined

function look(): void {
  for (const scope of running.values()) Scope.look(scope)
  if (running.size > 0) return
  clearInterval(looking)
  looking = undefined
}

const scopes = new AsyncLocalStorage<Scope | undefined>()

/** Of the request or task that the caller works for; undefined outside of any. */
export const currentScope = (): Scope | undefined => scopes.getStore()

export const inScope = <T>(scope: Scope, work: () => T): T => scopes.run(scope, work)

/** For what several requests share, such as a value that is read once for all of them: none of them must end it for the others. */
export const outsideScope = <T>(work: () => PromiseLike<T>): Promise<T> =>
  scopes.run(undefined, async () => await work())

/** What several requests share, waited for as long as the caller may take. Throws what its scope is cancelled with. */
export const inOwnTime = <T>(shared: Promise<T>): Promise<T> =>
  currentScope()?.race(shared, (reason) => reason) ?? shared
