import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import type { StaffActor } from '#src/permissions.ts'
import type { Team } from '#src/teams/model.ts'
import { getTeam } from '#src/teams/service.ts'
import { postTeamMail } from '../letters/post.ts'
import { type ByHand, passOn } from '../log/pass-on.ts'
import { canDeliver } from '../model.ts'
import { LINK_AGAIN_AFTER_MS } from './request.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** A team of the tournament. Throws NOT_FOUND. */
export async function getLinkedTeam(ctx: AppContext, tournament: Tournament, teamId: string): Promise<Team> {
  const team = UUID.test(teamId) ? await getTeam(ctx, teamId) : undefined
  if (team?.tournamentId !== tournament.id) throw new AppError('NOT_FOUND')
  return team
}

/** A link made for the captain, in the message that tells of one, to be passed on by hand. Audited. Throws FORBIDDEN. */
export const issueLinkByHand = (
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  team: Team,
  origin: string,
): Promise<ByHand> => {
  const mail = {
    tournamentId: tournament.id,
    teamId: team.id,
    kind: 'link',
    toAddress: team.captain.email,
    toName: team.captain.name,
    data: {},
  } as const
  return passOn(ctx, actor, tournament, mail, origin)
}

/** Mails the captain a link, at once. Audited. Throws MAIL_NOT_SET_UP, CONFLICT where one was mailed just now or there is no address. */
export async function mailLink(ctx: AppContext, actor: StaffActor, tournament: Tournament, team: Team): Promise<void> {
  if (!canDeliver(ctx.config)) throw new AppError('MAIL_NOT_SET_UP')
  const unlessSince = new Date(ctx.now().getTime() - LINK_AGAIN_AFTER_MS)
  await ctx.db.write.begin(async (tx) => {
    if (!(await postTeamMail(tx, ctx, { teamId: team.id, kind: 'link' }, { unlessSince, atOnce: true })))
      throw new AppError('CONFLICT', { message: m.links_mailed_already() })
    const event = { event: 'entry-link.mailed', actor, tournamentId: tournament.id, subjectId: team.id }
    await record(tx, event)
  })
}
