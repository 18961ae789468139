import { networkInterfaces } from 'node:os'
import type { Logger } from 'pino'
import { makeApp } from '#src/app.ts'
import { newSetupAddress } from '#src/auth/service.ts'
import type { Config } from '#src/config.ts'
import { loadAssets } from '#src/http/assets.ts'
import { listenForMetrics } from '#src/http/metrics.ts'
import { StartError } from '#src/lib/start-error.ts'
import { startTimetable } from '#src/timetable.ts'
import { openContext } from './open-context.ts'

/** Requests that run when the server is told to stop are given this long. */
const FINISH_TIMEOUT_MS = 10_000

/**
 * Runs the server until SIGINT or SIGTERM, then stops in this order: the listener, the requests that run, the timetable, the pools, the
 * database. Returns the exit code: 1 after a failure that nobody caught. Throws StartError where the port is taken or the database cannot be had.
 */
export async function serve(config: Config, log: Logger, print: (line: string) => void): Promise<number> {
  const told = untilToldToStop(log)
  const assets = await loadAssets()
  const { ctx, close } = await openContext(config, log, { serving: true })
  let exitCode = 0
  try {
    const app = makeApp(ctx, assets)
    listen(app, config)
    const metrics = listenForMetrics(ctx)
    const timetable = startTimetable(ctx)
    for (const address of addressesOf(config, app.server!.port!)) print(`Teamsheet is ready at ${address}`)
    const setup = await newSetupAddress(ctx)
    if (setup !== undefined)
      print(
        `Nobody owns it yet. Within 30 minutes, open ${addressesOf(config, app.server!.port!)[0]}${setup} to become its owner.`,
      )
    log.info({ port: app.server!.port }, 'server.started')

    const reason = await told
    exitCode = reason === 'failure' ? 1 : 0
    log.info({ reason }, 'server.stopping')
    await Promise.race([app.server!.stop(), Bun.sleep(FINISH_TIMEOUT_MS)])
    await app.server!.stop(true)
    await metrics?.stop(true)
    await timetable.stop()
  } finally {
    await close()
  }
  log.info({ exitCode }, 'server.stopped')
  return exitCode
}

/** A signal, or a failure that nobody caught: what it left behind cannot be trusted, so the server stops in order as well. */
function untilToldToStop(log: Logger): Promise<'SIGINT' | 'SIGTERM' | 'failure'> {
  return new Promise((resolve) => {
    // Told again, by a terminal and by whoever started us, it goes on stopping in order.
    process.on('SIGINT', () => resolve('SIGINT'))
    process.on('SIGTERM', () => resolve('SIGTERM'))
    for (const event of ['unhandledRejection', 'uncaughtException'] as const)
      process.on(event, (error: unknown) => {
        log.fatal({ err: error }, 'server.failed')
        resolve('failure')
      })
  })
}

function listen(app: ReturnType<typeof makeApp>, config: Config): void {
  try {
    app.listen({ port: config.port, hostname: config.host })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new StartError(`Port ${config.port} on ${config.host} is in use. Choose another with --port.`)
  }
}

/** Where people reach it: `PUBLIC_URL`, or the machine's own addresses. */
function addressesOf(config: Config, port: number): string[] {
  if (config.publicUrl !== undefined) return [new URL(config.publicUrl).origin]
  if (config.host !== '0.0.0.0' && config.host !== '::')
    return [`http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`]
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4')
  return own.map((address) => `http://${address.address}:${port}`)
}
