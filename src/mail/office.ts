import type { AppContext } from '#src/context.ts'
import { startJobs } from '#src/db/jobs/jobs.ts'
import type { Dependency } from '#src/lib/dependency.ts'
import { type Delivery, deliverMail } from './delivery.ts'
import { CONNECTIONS, type Mailer, mailDependency, makeMailer, TIMEOUTS, type Timeouts } from './mailer.ts'
import { type Compose, canDeliver } from './model.ts'
import { CHANNEL, endClaims, holdWaiting, listWaiting, postponeDueMails } from './store.ts'

const SWEEP_EVERY_MS = 60_000
/** How far a sweep looks ahead: until the timetable's next one at the latest. */
const AHEAD_MS = 75_000
const SWEPT_MAX = 500
/** Mails that were heard of and have no job yet; the sweep finds what is beyond. */
const HEARD_MAX = 1000
/** What comes in together is put into one statement. */
const GATHER_MS = 20
/** While one mail tries a server that was left alone. */
const PROBE_WAIT_MS = 5000

/** This process' part in delivering mail. */
export type MailOffice = {
  /** For the timetable: makes jobs of the mails that are due, whoever missed them: after a crash, a lost connection, a wait. */
  task: { name: string; everyMs: number; run(): Promise<void> }
  /** Takes no further mails, waits that long for those being sent, then leaves them for the next process. */
  stop(timeoutMs: number): Promise<void>
}

type Options = { timeouts?: Timeouts; mailer?: Mailer }

/**
 * Delivers the mail log's mails, together with every other process that does. A mail that is posted is heard of when its transaction
 * commits, and becomes a job of pg-boss that carries the row's id. Undefined where mail cannot be delivered: then all is held.
 */
export async function startMail(
  ctx: AppContext,
  compose: Compose,
  { timeouts = TIMEOUTS, mailer = undefined }: Options = {},
): Promise<MailOffice | undefined> {
  if (!canDeliver(ctx.config)) {
    const held = await holdWaiting(ctx.db.read, ctx.now())
    if (held > 0) ctx.log.warn({ held }, 'mail.held')
    return undefined
  }
  // One server at a time has a database of its own: a claim in there is that of a process that was killed.
  if (ctx.config.databaseUrl === undefined) await endClaims(ctx.db.read, ctx.now())
  const way = mailer ?? makeMailer(ctx.config, timeouts)
  const server = ctx.vitals.addDependency(mailDependency(timeouts))
  const stopping = new AbortController()
  const delivery: Delivery = { ctx, compose, mailer: way, server, timeouts, stopping: stopping.signal }
  const jobs = await startJobs(ctx.db, ctx.log)
  const heard = new Set<string>()
  let gathering: Timer | undefined
  let alarm: { timer: Timer; at: number } | undefined
  let isOver = false

  const hear = (id: string) => {
    if (isOver || heard.size >= HEARD_MAX) return
    heard.add(id)
    gathering ??= setTimeout(() => void addJobs().catch(noteFailure), GATHER_MS)
  }
  const addJobs = async () => {
    gathering = undefined
    const ids = [...heard]
    heard.clear()
    if (ids.length > 0)
      await jobs.add(
        'deliver-mail',
        ids.map((id) => ({ key: id, data: { id } })),
      )
  }
  const noteFailure = (error: unknown) => ctx.log.warn({ err: error }, 'mail.sweep-failed')
  const sweepAt = (moment: Date) => {
    const at = moment.getTime()
    const inMs = Math.max(0, at - ctx.now().getTime())
    if (isOver || inMs > AHEAD_MS || (alarm !== undefined && alarm.at <= at)) return
    clearTimeout(alarm?.timer)
    alarm = { at, timer: setTimeout(() => void sweep().catch(noteFailure), inMs) }
  }
  const sweep = async () => {
    clearTimeout(alarm?.timer)
    alarm = undefined
    const now = ctx.now()
    const restsUntil = restOf(server, now)
    if (restsUntil) {
      await postponeDueMails(ctx.db.read, now, restsUntil)
      return sweepAt(restsUntil)
    }
    for (const { id, nextTryAt } of await listWaiting(ctx.db.read, after(now, AHEAD_MS), SWEPT_MAX)) {
      if (nextTryAt > now) return sweepAt(nextTryAt)
      hear(id)
    }
  }

  await jobs.work('deliver-mail', CONNECTIONS, async ({ id }) => {
    // Left where it is: the sweep comes back to it when the server may be tried again.
    if (restOf(server, ctx.now())) return sweepAt(after(ctx.now(), PROBE_WAIT_MS))
    const nextTryAt = await deliverMail(delivery, id!)
    if (nextTryAt) sweepAt(nextTryAt)
  })
  // On the connection that pg-boss listens on. Whenever it is there again, what was not heard meanwhile is found.
  const listening = await ctx.db.write.listen(CHANNEL, hear, () => void sweep().catch(noteFailure))
  return {
    task: { name: 'deliver-mail', everyMs: SWEEP_EVERY_MS, run: sweep },
    async stop(timeoutMs) {
      isOver = true
      clearTimeout(gathering)
      clearTimeout(alarm?.timer)
      await listening.unlisten().catch(() => {})
      const late = setTimeout(() => stopping.abort(new Error('The server is stopping.')), timeoutMs)
      await jobs.stop(timeoutMs + STOP_SPARE_MS)
      clearTimeout(late)
      way.close()
    },
  }
}

/** For writing down how the last tries ended. */
const STOP_SPARE_MS = 3000

/** Until when the server is left alone; undefined where it may be tried. */
function restOf(server: Dependency, now: Date): Date | undefined {
  const { state, nextTryAt } = server.status()
  if (state === 'half-open') return after(now, PROBE_WAIT_MS)
  return state === 'open' && nextTryAt && nextTryAt > now ? nextTryAt : undefined
}

const after = (moment: Date, ms: number) => new Date(moment.getTime() + ms)
