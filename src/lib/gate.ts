import type { Scope } from './scope.ts'

/** What a server lets in, and knows of until it has ended. */
export type Gate = {
  readonly isClosed: boolean
  /** Runs the work, which counts until what it gives is settled; also behind a closed gate. */
  pass<T>(scope: Scope, work: () => T): T
  /** Says so, to whoever asks `isClosed`. */
  close(): void
  /** Resolves when nothing runs. */
  emptied(): Promise<void>
  /** Cancels all that runs. Returns how much that was. */
  cancel(reason: unknown): number
}

export function makeGate(): Gate {
  const running = new Set<Scope>()
  const waiting: (() => void)[] = []
  let isClosed = false
  const leave = (scope: Scope) => {
    running.delete(scope)
    if (running.size === 0) for (const resolve of waiting.splice(0)) resolve()
  }
  return {
    get isClosed() {
      return isClosed
    },
    pass(scope, work) {
      running.add(scope)
      let answer: ReturnType<typeof work>
      try {
        answer = work()
      } catch (error) {
        leave(scope)
        throw error
      }
      const left = () => leave(scope)
      if (answer instanceof Promise) answer.then(left, left)
      else left()
      return answer
    },
    close() {
      isClosed = true
    },
    emptied: () => new Promise((resolve) => (running.size === 0 ? resolve() : void waiting.push(resolve))),
    cancel(reason) {
      const count = running.size
      for (const scope of running) scope.cancel(reason)
      return count
    },
  }
}
