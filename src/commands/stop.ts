import type { makeApp } from '#src/app.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import type { MailOffice } from '#src/mail/service.ts'
import type { ToldToStop } from './told-to-stop.ts'

/** After its work was cancelled a request is given this long to answer; PostgreSQL has 2 s of it to say how a statement ended. */
const ANSWER_TIMEOUT_MS = 3000
/** For answers that are being sent. */
const SENT_TIMEOUT_MS = 1000
const TASKS_TIMEOUT_MS = 5000

type Running = {
  ctx: AppContext
  server: NonNullable<ReturnType<typeof makeApp>['server']>
  metrics: { stop(force: boolean): Promise<unknown> } | undefined
  timetable: { stop(): Promise<void> }
  mail: MailOffice | undefined
}

/**
 * Ends what the server does, a named step after the other: it is not ready any more, takes no connections, finishes the requests that run
 * (at the deadline, or when it is told again, those that are left are answered with SERVICE_STOPPING), and has its tasks returned.
 */
export async function stopServing({ ctx, server, metrics, timetable, mail }: Running, told: ToldToStop): Promise<void> {
  const { log } = ctx
  const { gate } = ctx.vitals
  log.info({ reason: told.reason() }, 'server.stopping')
  gate.close()
  log.info('readiness.off')
  const closed = server.stop()
  log.info('listener.closed')
  // What the last requests post is for the next process.
  const mailStopped = mail?.stop(ctx.config.stopTimeout * 1000)
  await Promise.race([gate.emptied(), Bun.sleep(ctx.config.stopTimeout * 1000), told.again])
  const cut = gate.cancel(new AppError('SERVICE_STOPPING'))
  if (cut > 0) await Promise.race([gate.emptied(), Bun.sleep(ANSWER_TIMEOUT_MS)])
  await Promise.race([closed, Bun.sleep(SENT_TIMEOUT_MS)])
  await server.stop(true)
  log.info({ cut }, 'requests.finished')
  await metrics?.stop(true)
  const isDone = await Promise.race([timetable.stop().then(() => true), Bun.sleep(TASKS_TIMEOUT_MS).then(() => false)])
  log.info({ isDone }, 'tasks.returned')
  await mailStopped
}
