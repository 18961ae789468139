import { m } from '#messages'
import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'
import { AppError, usedUpError } from '#src/errors.ts'
import type { Window } from '#src/lib/limiter.ts'

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 3600

/** Who keeps a draft: `sender` is the client's network. Whoever sends the form meets the smaller number of the tier `upload` instead. */
export type Saver = { sender: string; isSending?: boolean }

/**
 * Lets a draft be begun. The numbers are lifted by `ENABLE_RATE_LIMITING=false`, the disk's reserve is not; a form that is being sent
 * goes on below it. Throws RATE_LIMITED, STORAGE_UNAVAILABLE.
 */
export async function admitNewDraft(ctx: AppContext, { sender, isSending }: Saver): Promise<void> {
  if (isSending) return
  if (ctx.config.enableRateLimiting)
    for (const window of windowsOf(ctx.config)) {
      const verdict = await ctx.limits.requests.take(`new drafts ${window.seconds}`, window, sender)
      if (!verdict.allowed) throw usedUpError('new-drafts', verdict)
    }
  if (!(await ctx.files.hasRoom())) throw new AppError('STORAGE_UNAVAILABLE', { message: m.form_no_room() })
}

/**
 * Drafts that one network may begin, apart from saving those it has. A carrier's whole village may share one address, so an hour's
 * number stays generous; each holds at most some 25 kB of text.
 */
const windowsOf = ({ rateLimitNewDrafts, rateLimitNewDraftsHour }: Config): Window[] => [
  { points: rateLimitNewDrafts, seconds: MINUTE_SECONDS },
  { points: rateLimitNewDraftsHour, seconds: HOUR_SECONDS },
]
