import { networkInterfaces } from 'node:os'
import type { Logger } from 'pino'
import { makeApp } from '#src/app.ts'
import { staffLinkMakers } from '#src/auth/accounts/service.ts'
import { newSetupAddress } from '#src/auth/service.ts'
import type { Config } from '#src/config.ts'
import { awaitDatabase } from '#src/db/await-database.ts'
import { type AssetFiles, loadAssets } from '#src/http/assets.ts'
import { type ClientFiles, readClient } from '#src/http/client.ts'
import { listenForMetrics } from '#src/http/metrics.ts'
import { StartError } from '#src/lib/start-error.ts'
import { composer, startMail } from '#src/mail/service.ts'
import { keepWarm, startTimetable, TIMETABLE } from '#src/timetable.ts'
import { type OpenedContext, openContext } from './open-context.ts'
import { fewFilesWarning, readLimits } from './open-files.ts'
import { stopServing } from './stop.ts'
import { type ToldToStop, toldToStop } from './told-to-stop.ts'

/**
 * Runs the server until SIGINT or SIGTERM, then stops in order (stop.ts), the pools and the database last. Returns the exit code: 1 after
 * a failure that nobody caught. Throws StartError where the port is taken or the database cannot be had.
 */
export async function serve(config: Config, log: Logger, print: (line: string) => void): Promise<number> {
  const told = toldToStop(log)
  const assets = await loadAssets()
  const client = config.clientDir === undefined ? undefined : readClient(config.clientDir)
  const opened = await openContext(config, log, { serving: true, signal: told.signal }).catch((error: unknown) => {
    if (error !== told.signal.reason) throw error
  })
  if (opened)
    await run(opened, { assets, client }, print, told).catch((error: unknown) => {
      if (error !== told.signal.reason) throw error
    })
  const exitCode = told.reason() === 'failure' ? 1 : 0
  log.info({ exitCode }, 'server.stopped')
  return exitCode
}

async function run(
  { ctx, close }: OpenedContext,
  { assets, client }: { assets: AssetFiles; client: ClientFiles | undefined },
  print: (line: string) => void,
  told: ToldToStop,
): Promise<void> {
  try {
    const { waitForDatabase: isPatient } = ctx.config
    const setup = await awaitDatabase(() => newSetupAddress(ctx), { isPatient, log: ctx.log, signal: told.signal })
    const app = makeApp(ctx, assets, client)
    listen(app, ctx.config)
    const server = app.server!
    const metrics = listenForMetrics(ctx)
    const mail = await startMail(ctx, composer(staffLinkMakers))
    const timetable = startTimetable(ctx, [...keepWarm(ctx.config), ...TIMETABLE, ...(mail ? [mail.task] : [])])
    const addresses = addressesOf(ctx.config, server.port!)
    for (const address of addresses) print(`Teamsheet is ready at ${address}`)
    const warning = fewFilesWarning(readLimits())
    if (warning !== undefined) print(`Warning: ${warning}`)
    if (setup !== undefined)
      print(`Nobody owns it yet. Within 30 minutes, open ${addresses[0]}${setup} to become its owner.`)
    ctx.log.info({ port: server.port }, 'server.started')
    await told.once
    await stopServing({ ctx, server, metrics, timetable, mail }, told)
  } finally {
    await close()
  }
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
