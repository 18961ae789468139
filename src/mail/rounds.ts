import type { AppContext } from '#src/context.ts'
import type { Dependency } from '#src/lib/dependency.ts'
import { listWaiting, postponeDueMails } from './store.ts'

/** How far a sweep looks ahead: until the timetable's next one at the latest. */
const AHEAD_MS = 75_000
const SWEPT_MAX = 500
/** Where a sweep found as many as it may: these are sent meanwhile, or are known to have a job. */
const NEXT_SWEEP_MS = 10_000
/** Mails that were heard of and have no job yet; the sweep finds what is beyond. */
const HEARD_MAX = 1000
/** What comes in together is put into one statement. */
const GATHER_MS = 20
/** While one mail tries a server that was left alone. */
const PROBE_WAIT_MS = 5000

/** What finds out that a mail is due: somebody said so, its time came, or a look at the log. */
export type Rounds = {
  /** A mail was posted. */
  hear(id: string): void
  /** Looks for mails that are due, whoever missed them, and for when the next ones are. */
  sweep(): Promise<void>
  /** A mail is due then; the sweep of the timetable comes earlier than what is far away. */
  sweepAt(moment: Date): void
  /** Until when the mail server is left alone; undefined where it may be tried. */
  restsUntil(): Date | undefined
  stop(): void
}

/** `found` is told of mails that are due, once or more often. */
export function makeRounds(ctx: AppContext, server: Dependency, found: (ids: string[]) => Promise<void>): Rounds {
  const heard = new Set<string>()
  let gathering: Timer | undefined
  let alarm: { timer: Timer; at: number } | undefined
  let isOver = false

  const quietly = (work: () => Promise<void>) => () =>
    void work().catch((error) => ctx.log.warn({ err: error }, 'mail.round-failed'))
  const tell = quietly(async () => {
    gathering = undefined
    const ids = [...heard]
    heard.clear()
    await found(ids)
  })

  const rounds: Rounds = {
    hear(id) {
      if (isOver || heard.size >= HEARD_MAX) return
      heard.add(id)
      gathering ??= setTimeout(tell, GATHER_MS)
    },

    async sweep() {
      clearTimeout(alarm?.timer)
      alarm = undefined
      const now = ctx.now()
      const rests = rounds.restsUntil()
      if (rests) {
        await postponeDueMails(ctx.db.read, now, rests)
        return rounds.sweepAt(rests)
      }
      const waiting = await listWaiting(ctx.db.read, after(now, AHEAD_MS), SWEPT_MAX)
      for (const { id, nextTryAt } of waiting) {
        if (nextTryAt > now) return rounds.sweepAt(nextTryAt)
        rounds.hear(id)
      }
      if (waiting.length === SWEPT_MAX) rounds.sweepAt(after(now, NEXT_SWEEP_MS))
    },

    sweepAt(moment) {
      const at = moment.getTime()
      const inMs = Math.max(0, at - ctx.now().getTime())
      if (isOver || inMs > AHEAD_MS || (alarm !== undefined && alarm.at <= at)) return
      clearTimeout(alarm?.timer)
      alarm = { at, timer: setTimeout(quietly(rounds.sweep), inMs) }
    },

    restsUntil() {
      const now = ctx.now()
      const { state, nextTryAt } = server.status()
      if (state === 'half-open') return after(now, PROBE_WAIT_MS)
      return state === 'open' && nextTryAt && nextTryAt > now ? nextTryAt : undefined
    },

    stop() {
      isOver = true
      clearTimeout(gathering)
      clearTimeout(alarm?.timer)
    },
  }
  return rounds
}

const after = (moment: Date, ms: number) => new Date(moment.getTime() + ms)
