import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { retryTransient } from '#src/db/retry.ts'
import { AppError } from '#src/errors.ts'
import { checkEmail, emailKey } from '#src/lib/names.ts'
import { NOBODY } from '#src/permissions.ts'
import { findTeamsByCaptain, getTeam } from '#src/teams/service.ts'
import { doAfterwards } from '#src/vitals/afterwards.ts'
import { postTeamMail } from '../letters/post.ts'

/** A captain's teams over the years; the newest ones. */
const TEAMS_MAX = 10
/** Whoever presses again and again fills nobody's mailbox. */
export const LINK_AGAIN_AFTER_MS = 300_000
/** Nor does whoever goes on pressing for days: that many within a day are enough. */
export const LINKS_A_DAY_MAX = 6
const DAY_MS = 86_400_000

/**
 * A captain asks for the link to their team's page: it goes to the address of each team that has it as its captain's. Whether any has is
 * told by nothing, not even by time: what is done about it begins when the answer is gone, and nobody waits for it. Each asking counts as
 * a wrong guess of the address asked for and of the network asked from. Throws VALIDATION_FAILED (`email`), RATE_LIMITED.
 */
export async function requestEntryLink(ctx: AppContext, typed: string, network: string): Promise<void> {
  const email = typed.trim()
  const wrong = checkEmail(email)
  if (wrong) throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'email', ...wrong }] })
  const { guesses } = ctx.limits
  const asked = await guesses.guess(`link ${emailKey(email)}`, network, async () => undefined)
  if (asked.outcome === 'wait') {
    const { seconds } = asked
    throw new AppError('RATE_LIMITED', {
      retryAfterSeconds: seconds,
      message: m.entry_link_wait({ seconds }),
      usedUp: guesses.usedUp,
    })
  }
  doAfterwards(ctx.vitals, () => postLinks(ctx, emailKey(email)))
}

async function postLinks(ctx: AppContext, captainEmailKey: string): Promise<void> {
  try {
    const teams = await retryTransient(() => findTeamsByCaptain(ctx.db.read, captainEmailKey, TEAMS_MAX), {
      safe: 'anyway',
    })
    let mails = 0
    for (const teamId of teams) if (await postLink(ctx, teamId)) mails += 1
    ctx.log.info({ mails }, 'entry-link.requested')
  } catch (error) {
    ctx.log.error({ err: error }, 'entry-link.request-failed')
  }
}

/** What was posted already is not posted twice. Audited as nobody's doing: an address proves nothing about who typed it. */
const postLink = (ctx: AppContext, teamId: string): Promise<boolean> =>
  retryTransient(
    async () => {
      const now = ctx.now().getTime()
      const unlessSince = new Date(now - LINK_AGAIN_AFTER_MS)
      const unless = { since: new Date(now - DAY_MS), times: LINKS_A_DAY_MAX }
      const { tournamentId } = await getTeam(ctx, teamId)
      return ctx.db.write.begin(async (tx) => {
        const isPosted = await postTeamMail(tx, ctx, { teamId, kind: 'link' }, { unlessSince, unless })
        const event = { event: 'entry-link.requested', actor: NOBODY, tournamentId, subjectId: teamId }
        if (isPosted) await record(tx, event)
        return isPosted
      })
    },
    { safe: 'anyway' },
  )
