import type { AppContext } from '#src/context.ts'
import { startJobs } from '#src/db/jobs/jobs.ts'
import { deliverMail } from './delivery.ts'
import { CONNECTIONS, mailDependency, makeMailer, type Timeouts, timeoutsOf } from './mailer.ts'
import { type Compose, canDeliver } from './model.ts'
import { mailNotices } from './notices/notify.ts'
import { makeRounds } from './rounds.ts'
import { CHANNEL, endClaims, holdWaiting } from './store.ts'

const SWEEP_EVERY_MS = 60_000
/** For writing down how the last tries ended. */
const STOP_SPARE_MS = 3000

/** This process' part in delivering mail. */
export type MailOffice = {
  /** For the timetable: finds the mails that are due, whoever missed them: after a crash, a lost connection, a wait. */
  task: { name: string; everyMs: number; run(): Promise<void> }
  /** Takes no further mails, waits that long for those being sent, then leaves them for the next process. */
  stop(timeoutMs: number): Promise<void>
}

/**
 * Delivers the mail log's mails, together with every other process that does. A mail that is posted is heard of when its transaction
 * commits, and becomes a job of pg-boss that carries the row's id. Undefined where mail cannot be delivered: then all is held.
 */
export async function startMail(
  ctx: AppContext,
  compose: Compose,
  timeouts: Timeouts = timeoutsOf(ctx.config),
): Promise<MailOffice | undefined> {
  if (!canDeliver(ctx.config)) {
    const held = await holdWaiting(ctx.db.read, ctx.now())
    if (held > 0) ctx.log.warn({ held }, 'mail.held')
    return undefined
  }
  // One server at a time has a database of its own: a claim in there is that of a process that was killed.
  if (ctx.config.databaseUrl === undefined) await endClaims(ctx.db.read, ctx.now())
  const mailer = await makeMailer(ctx.config, timeouts)
  const server = ctx.vitals.addDependency(mailDependency(timeouts))
  const stopping = new AbortController()
  const delivery = { ctx, compose, mailer, server, timeouts, stopping: stopping.signal }
  const notices = mailNotices(ctx)
  let isOver = false
  const jobs = await startJobs(ctx.db, ctx.log)
  const rounds = makeRounds(ctx, server, (ids) =>
    jobs.add(
      'deliver-mail',
      ids.map((id) => ({ key: id, data: { id } })),
    ),
  )
  await jobs.work('deliver-mail', CONNECTIONS, async ({ id }) => {
    // Left where it is: a sweep comes back to it, here or in another process.
    if (isOver) return
    const rests = rounds.restsUntil()
    const nextTryAt = rests ?? (await deliverMail(delivery, id!))
    if (nextTryAt) rounds.sweepAt(nextTryAt)
  })
  // On the connection that pg-boss listens on. Whenever it is there again, what was not heard meanwhile is found.
  const listening = await ctx.db.write.listen(CHANNEL, rounds.hear, () => rounds.sweepAt(ctx.now()))
  return {
    task: {
      name: 'deliver-mail',
      everyMs: SWEEP_EVERY_MS,
      async run() {
        await notices.postWaiting()
        await rounds.sweep()
      },
    },
    async stop(timeoutMs) {
      isOver = true
      notices.stop()
      rounds.stop()
      await listening.unlisten().catch(() => {})
      const late = setTimeout(() => stopping.abort(new Error('The server is stopping.')), timeoutMs)
      await jobs
        .stop(timeoutMs + STOP_SPARE_MS)
        .catch((error) => ctx.log.warn({ err: error }, 'mail.not-stopped-in-order'))
      clearTimeout(late)
      mailer.close()
    },
  }
}
