import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, SYSTEM } from '#src/permissions.ts'
import { getTeam } from '#src/teams/service.ts'
import { postTeamMail } from '../letters/post.ts'
import { missingDocuments } from '../letters/values.ts'
import { listSentKinds, listTeamsToRemind } from './store.ts'

const MINUTE_MS = 60_000
/** Captains have this long to send what is missing before the server asks once. */
export const REMINDED_AFTER_DAYS = 3
const REMINDED_AT_ONCE = 100
/** Staff who press the button twice, or two of them, write once. */
const REMINDED_AGAIN_AFTER_MS = 10 * MINUTE_MS
const BEGINNING = new Date(0)

/** Asks each team once for the documents that it still owes `REMINDED_AFTER_DAYS` after it came in. Returns how many were asked. */
export async function remindOfMissing(ctx: AppContext): Promise<number> {
  const now = ctx.now()
  const before = new Date(now.getTime() - REMINDED_AFTER_DAYS * 24 * 60 * MINUTE_MS)
  let reminded = 0
  for (const teamId of await listTeamsToRemind(ctx.db.read, before, now, REMINDED_AT_ONCE)) {
    const isPosted = await ctx.db.write.begin((tx) =>
      postTeamMail(tx, ctx, { teamId, kind: 'reminder' }, { unlessSince: BEGINNING }),
    )
    if (isPosted) reminded += 1
  }
  if (reminded > 0) ctx.log.info({ teams: reminded, actor: SYSTEM.kind }, 'mail.teams-reminded')
  return reminded
}

/** Staff ask a team for what it owes. Throws NOT_FOUND, CONFLICT where nothing is missing or it was asked just now. */
export async function remindTeam(ctx: AppContext, actor: Actor, tournament: Tournament, teamId: string): Promise<void> {
  const team = await getTeam(ctx, teamId)
  if (team.tournamentId !== tournament.id) throw new AppError('NOT_FOUND')
  if (missingDocuments(tournament, await listSentKinds(ctx.db.read, teamId)).length === 0)
    throw new AppError('CONFLICT', { message: m.mail_nothing_missing() })
  const unlessSince = new Date(ctx.now().getTime() - REMINDED_AGAIN_AFTER_MS)
  await ctx.db.write.begin(async (tx) => {
    if (!(await postTeamMail(tx, ctx, { teamId, kind: 'reminder' }, { unlessSince })))
      throw new AppError('CONFLICT', { message: m.mail_reminded_already() })
    await record(tx, { event: 'registration.reminded', actor, tournamentId: tournament.id, subjectId: teamId })
  })
}
