import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { postTeamMail } from '#src/mail/service.ts'
import { type Actor, idOf, may } from '#src/permissions.ts'
import type { TeamState } from '#src/teams/model.ts'
import { holdTournament, moveTeam } from '#src/teams/service.ts'
import { UUID } from './board.ts'
import { REASON_LENGTH_MAX } from './model.ts'
import * as store from './store.ts'

export type Outcome = 'approved' | 'rejected'
/** `expectedState` is the state that the decider saw: a decision on anything else is refused. Without it, whatever the state is. */
export type Decision = { reason?: string; expectedState?: string }

/**
 * Approves a registration: the decision (with the claim, where nobody had claimed it), the move, the captain's mail and the audit entry,
 * in one transaction under the tournament's lock. A reason may be given.
 * Throws NOT_FOUND, FORBIDDEN, VALIDATION_FAILED (`reason`), ALREADY_DECIDED, STALE_DECISION, CONFLICT (there is no such move).
 */
export const approve = (ctx: AppContext, actor: Actor, tournament: Tournament, teamId: string, decision: Decision) =>
  decide(ctx, actor, tournament, teamId, { ...decision, outcome: 'approved' })

/** Rejects a registration, as `approve` approves one; the reason is compulsory. */
export const reject = (ctx: AppContext, actor: Actor, tournament: Tournament, teamId: string, decision: Decision) =>
  decide(ctx, actor, tournament, teamId, { ...decision, outcome: 'rejected' })

async function decide(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  teamId: string,
  decision: Decision & { outcome: Outcome },
): Promise<void> {
  const { outcome, expectedState } = decision
  if (!may(actor, 'registrations.decide', tournament.id)) throw new AppError('FORBIDDEN')
  if (!UUID.test(teamId)) throw new AppError('NOT_FOUND')
  const reason = checkReason(outcome, decision.reason)
  const now = ctx.now()
  await ctx.db.write.begin(async (tx) => {
    await holdTournament(tx, tournament.id)
    const team = await store.findDecidable(tx, tournament.id, teamId)
    if (!team) throw new AppError('NOT_FOUND')
    refuseLateDecision(team.state, outcome, expectedState)
    const { mayDecide, id: requestId } = await openQuestion(tx, actor, tournament, teamId)
    if (!mayDecide) throw new AppError('FORBIDDEN', { message: m.review_escalated() })
    const from = await moveTeam(tx, { teamId, to: outcome, actor, reason, now })
    if (from === 'submitted')
      await store.insertDecision(tx, { requestId, outcome: 'claimed', reason: null, actor, now })
    await store.insertDecision(tx, { requestId, outcome, reason, actor, now })
    await store.updateRequest(tx, requestId, outcome, now)
    await postTeamMail(tx, ctx, { teamId, kind: outcome, data: { reason } })
    await record(tx, {
      event: `registration.${outcome}`,
      actor,
      tournamentId: tournament.id,
      subjectId: teamId,
      before: { state: from },
      after: { state: outcome },
    })
  })
  const told = { teamId, actorId: idOf(actor) }
  ctx.log.info(told, outcome === 'approved' ? 'registration.approved' : 'registration.rejected')
}

function checkReason(outcome: Outcome, given = ''): string | null {
  const reason = given.normalize('NFC').replaceAll('\r\n', '\n').trim()
  const wrong = (code: string, message: string) =>
    new AppError('VALIDATION_FAILED', { errors: [{ field: 'reason', code, message }] })
  if (reason === '' && outcome === 'rejected') throw wrong('required', m.review_reason_required())
  if ([...reason].length > REASON_LENGTH_MAX) throw wrong('length', m.review_reason_length({ max: REASON_LENGTH_MAX }))
  // Line ends and tabs are what people type; no other control character is.
  if (/[^\P{Cc}\n\t]/u.test(reason)) throw wrong('characters', m.review_reason_characters())
  return reason === '' ? null : reason
}

/** The same decision again is told so, and one on a page that was overtaken too. */
function refuseLateDecision(state: TeamState, outcome: Outcome, expectedState: string = state): void {
  const word = m[`parts_state_${state}`]()
  if (state === outcome) throw new AppError('ALREADY_DECIDED', { message: m.review_already({ state: word }) })
  if (state !== expectedState) throw new AppError('STALE_DECISION', { message: m.review_stale({ state: word }) })
}

/** Every registration asks a question when it comes in; an escalated one is for those who may decide it. */
async function openQuestion(tx: Queryable, actor: Actor, tournament: Tournament, teamId: string) {
  const request = await store.findLatestRequest(tx, teamId)
  if (!request) throw new Error(`Team ${teamId} has no decision request.`)
  return { id: request.id, mayDecide: request.state !== 'escalated' || may(actor, 'escalations.decide', tournament.id) }
}
