import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { retryTransient } from '#src/db/retry.ts'
import { isDatabaseUnavailable } from '#src/db/transient.ts'
import type { Dependency } from '#src/lib/dependency.ts'
import { DependencyError } from '#src/lib/dependency-error.ts'
import { GIVE_UP_AFTER_MS, nextTry } from './backoff.ts'
import type { Mailer, Timeouts } from './mailer.ts'
import { type Compose, type MailKind, NotYet } from './model.ts'
import { readFailure } from './smtp-failure.ts'
import { type Claimed, claimMail, countSentTo, endTry, returnMail } from './store.ts'

/** Beyond the longest try: for composing before it and for marking after it. */
const CLAIM_SPARE_MS = 120_000
/** Until a mail is looked at again that could not be tried at all. */
const UNTRIED_WAIT_MS = 5000
/** A process that is stopping is gone, with its connections, before somebody else takes its mail. */
const STOPPED_WAIT_MS = 30_000

/** What anybody can have sent to an address by naming it in a form. */
const CAUSED_BY_ANYBODY: readonly MailKind[] = ['received', 'waiting_list', 'withdrawn', 'link']
/** Of those, to one address in a day; what comes after is held, and staff decide. */
export const SENT_TO_ONE_MAX = 10
const DAY_MS = 86_400_000

export type Delivery = {
  ctx: AppContext
  compose: Compose
  mailer: Mailer
  server: Dependency
  timeouts: Timeouts
  stopping: AbortSignal
}

/**
 * Tries one mail, if it is due and nobody else has it: claims its row, makes its content, hands it over, and writes down how that ended.
 * Returns when it has to be looked at again, if it has. Whoever is killed on the way leaves a claim that ends by itself; the next try
 * bears the same Message-ID.
 */
export async function deliverMail(delivery: Delivery, id: string): Promise<Date | undefined> {
  const { ctx, timeouts } = delivery
  const claimedAt = ctx.now()
  const mail = await claimMail(ctx.db.read, id, {
    now: claimedAt,
    claimedUntil: after(claimedAt, timeouts.wholeMs + CLAIM_SPARE_MS),
    giveUpAt: after(claimedAt, GIVE_UP_AFTER_MS),
  })
  if (!mail) return undefined
  const outcome = await send(delivery, mail, after(claimedAt, CLAIM_SPARE_MS / 2)).then(
    (answer) => () => end(ctx, mail, 'sent', { answer }),
    (error) => () => endFailed(delivery, mail, error),
  )
  // The claim guards it against being written twice.
  return retryTransient(outcome, { safe: 'anyway' })
}

/** Too late to be tried under this claim: it could end before the try does. */
class ClaimTooOld extends Error {}

/** Its address had too many of its like today. */
class TooMany extends Error {}

async function send(
  { ctx, compose, mailer, server, stopping }: Delivery,
  mail: Claimed,
  startBy: Date,
): Promise<string> {
  if (await isOneTooMany(ctx, mail)) throw new TooMany()
  const content = await compose(ctx, mail).catch((error) => {
    if (!(error instanceof NotYet)) ctx.log.error({ mailId: mail.id, kind: mail.kind, err: error }, 'mail.not-composed')
    throw error
  })
  if (ctx.now() > startBy) throw new ClaimTooOld()
  const message = { ...content, id: mail.id, toAddress: mail.toAddress, toName: mail.toName, date: ctx.now() }
  return server.call((signal) => mailer.send(message, AbortSignal.any([signal, stopping])), { signal: stopping })
}

async function isOneTooMany({ db, now }: AppContext, mail: Claimed): Promise<boolean> {
  if (mail.atOnce || !CAUSED_BY_ANYBODY.includes(mail.kind)) return false
  const about = { kinds: CAUSED_BY_ANYBODY, since: after(now(), -DAY_MS), most: SENT_TO_ONE_MAX }
  return (await countSentTo(db.read, mail.toAddress, about)) >= SENT_TO_ONE_MAX
}

async function endFailed({ ctx, stopping }: Delivery, mail: Claimed, error: unknown): Promise<Date | undefined> {
  const now = ctx.now()
  const untriedForMs = waitOfUntried(error, stopping, now)
  if (untriedForMs !== undefined) {
    const nextTryAt = after(now, untriedForMs)
    await returnMail(ctx.db.read, mail, { now, nextTryAt })
    return nextTryAt
  }
  if (error instanceof TooMany) return end(ctx, mail, 'held', { answer: m.mail_too_many({ count: SENT_TO_ONE_MAX }) })
  const { answer, isFinal, code } = readFailure(causeOf(error), [ctx.config.smtpPassword ?? ''].filter(Boolean))
  const nextTryAt = isFinal ? undefined : nextTry(mail.attempts, now, mail.giveUpAt)
  return end(ctx, mail, nextTryAt ? 'retrying' : 'failed', { answer, nextTryAt, code })
}

/** How long a mail waits that did not get as far as the server; undefined where it did. */
function waitOfUntried(error: unknown, stopping: AbortSignal, now: Date): number | undefined {
  if (stopping.aborted) return STOPPED_WAIT_MS
  if (error instanceof NotYet) return Math.max(error.until.getTime() - now.getTime(), 0)
  if (error instanceof ClaimTooOld || isDatabaseUnavailable(error)) return UNTRIED_WAIT_MS
  if (!(error instanceof DependencyError) || (error.reason !== 'resting' && error.reason !== 'busy')) return undefined
  return Math.max(error.retryAfterMs ?? 0, UNTRIED_WAIT_MS)
}

const causeOf = (error: unknown) => (error instanceof DependencyError ? (error.cause ?? error) : error)

type End = { answer: string; nextTryAt?: Date; code?: string }

async function end(
  ctx: AppContext,
  mail: Claimed,
  state: 'sent' | 'retrying' | 'failed' | 'held',
  { answer, nextTryAt, code }: End,
): Promise<Date | undefined> {
  const isOurs = await endTry(ctx.db.read, mail, state, { now: ctx.now(), answer, nextTryAt })
  const fields = { mailId: mail.id, teamId: mail.teamId, kind: mail.kind, attempts: mail.attempts, code }
  if (!isOurs) ctx.log.warn(fields, 'mail.claim-lost')
  else if (state === 'sent') ctx.log.info(fields, 'mail.sent')
  else if (state === 'held') ctx.log.warn(fields, 'mail.kept-back')
  else ctx.log.warn({ ...fields, nextTryAt }, state === 'failed' ? 'mail.failed' : 'mail.retried')
  return nextTryAt
}

const after = (moment: Date, ms: number) => new Date(moment.getTime() + ms)
