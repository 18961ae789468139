import type { Logger } from 'pino'

/** A terminal and the program that started us may both pass one signal on: within this time it counts once. */
const SAME_SIGNAL_MS = 1000

export type ToldToStop = {
  /** Aborted when the server is to stop. */
  signal: AbortSignal
  /** Why, once it is. */
  reason(): 'SIGINT' | 'SIGTERM' | 'failure'
  /** Resolves when it is. */
  once: Promise<void>
  /** Resolves when it is told a second time: whoever waits has no more patience. */
  again: Promise<void>
}

/** A signal, or a failure that nobody caught: what it left behind cannot be trusted, so the server stops in order as well. */
export function toldToStop(log: Logger, nowMs = () => performance.now()): ToldToStop {
  const [once, again] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const controller = new AbortController()
  let first: { reason: 'SIGINT' | 'SIGTERM' | 'failure'; atMs: number } | undefined
  const tell = (reason: 'SIGINT' | 'SIGTERM' | 'failure') => {
    if (first) {
      if (nowMs() - first.atMs >= SAME_SIGNAL_MS) again.resolve()
      return
    }
    first = { reason, atMs: nowMs() }
    controller.abort(new Error('The server was told to stop.'))
    once.resolve()
  }
  process.on('SIGINT', () => tell('SIGINT'))
  process.on('SIGTERM', () => tell('SIGTERM'))
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'server.failed')
      tell('failure')
    })
  return { signal: controller.signal, reason: () => first!.reason, once: once.promise, again: again.promise }
}
