import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_JSON_OPTIONAL, BODY_NONE } from '#src/http/limits.ts'
import {
  BODY_REFUSALS,
  firstClientRefusals,
  jsonAnswer,
  jsonBody,
  pathParameter,
  STAFF_REFUSALS,
} from '#src/http/openapi.ts'
import { approve, reject } from '#src/review/service.ts'
import { teamCode } from '#src/teams/model.ts'
import { findLastNumber, findTeamId } from '#src/teams/service.ts'
import { ConfirmedAnswer, RejectedAnswer, RejectionBody, SequenceAnswer, TAGS } from './model.ts'

/** What the first client's dashboard does: it confirms and rejects, without saying which state it saw. */
export const decisions = (ctx: AppContext) =>
  new Elysia({ name: 'icct26.decisions' })
    .use(admit(ctx))
    .put(
      '/admin/teams/:teamId/confirm',
      async ({ actor, tournament, params }): Promise<ConfirmedAnswer> => {
        const teamId = params.teamId.toUpperCase()
        const isFirst = await decide(ctx, tournament, teamId, (id) => approve(ctx, actor, tournament, id, {}))
        return isFirst
          ? {
              success: true,
              message: m.icct26_confirmed(),
              team_id: teamId,
              registration_status: 'confirmed',
              email_notification: 'queued',
            }
          : {
              success: true,
              message: m.icct26_already_confirmed(),
              data: { teamId, status: 'confirmed', alreadyConfirmed: true },
            }
      },
      {
        admit: { tier: 'admin', requires: 'registrations.decide', body: BODY_NONE },
        detail: {
          parameters: [pathParameter('teamId', 'Such as ICCT-001.')],
          summary: 'Approve a registration',
          tags: TAGS,
          responses: {
            200: jsonAnswer('Approved, now or before', ConfirmedAnswer),
            ...firstClientRefusals(...STAFF_REFUSALS, 'CSRF_FAILED', 'NOT_FOUND', 'CONFLICT'),
          },
        },
      },
    )
    .put(
      '/admin/teams/:teamId/reject',
      async ({ actor, tournament, params, body }): Promise<RejectedAnswer> => {
        const teamId = params.teamId.toUpperCase()
        const reason = readReason(body)
        await decide(ctx, tournament, teamId, (id) => reject(ctx, actor, tournament, id, { reason }))
        return { success: true, message: m.icct26_rejected(), team_id: teamId, registration_status: 'rejected' }
      },
      {
        admit: { tier: 'admin', requires: 'registrations.decide', body: BODY_JSON_OPTIONAL },
        detail: {
          parameters: [pathParameter('teamId', 'Such as ICCT-001.')],
          summary: 'Reject a registration',
          description: 'The body may be left out; the captain is told the reason.',
          tags: TAGS,
          requestBody: { ...jsonBody(RejectionBody), required: false },
          responses: {
            200: jsonAnswer('Rejected, now or before', RejectedAnswer),
            ...firstClientRefusals(...STAFF_REFUSALS, ...BODY_REFUSALS, 'NOT_FOUND', 'CONFLICT', 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .get('/admin/sequence/current', async ({ tournament }) => readSequence(ctx, tournament), {
      admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
      detail: {
        summary: 'The number of the last team, and the id that the next one gets',
        tags: TAGS,
        responses: {
          200: jsonAnswer('Read from the teams', SequenceAnswer),
          ...firstClientRefusals(...STAFF_REFUSALS),
        },
      },
    })
    .post('/admin/sequence/sync', async ({ tournament }) => readSequence(ctx, tournament), {
      admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
      detail: {
        summary: 'The same: nothing can drift',
        tags: TAGS,
        responses: {
          200: jsonAnswer('Read from the teams', SequenceAnswer),
          ...firstClientRefusals(...STAFF_REFUSALS, 'CSRF_FAILED'),
        },
      },
    })

/** Whether it was decided so by this request; false where it had been before. */
async function decide(
  ctx: AppContext,
  tournament: Tournament,
  teamId: string,
  act: (id: string) => Promise<void>,
): Promise<boolean> {
  const id = await findTeamId(ctx.db.read, tournament.id, teamId)
  if (id === undefined) throw new AppError('NOT_FOUND')
  try {
    await act(id)
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'ALREADY_DECIDED') return false
    throw error
  }
}

/** The captain is always told something. */
function readReason(body: unknown): string {
  const { reason } = (body ?? {}) as { reason?: unknown }
  return typeof reason === 'string' && reason.trim() !== '' ? reason : m.icct26_no_reason()
}

async function readSequence(ctx: AppContext, { id, idPrefix }: Tournament): Promise<SequenceAnswer> {
  const last = await findLastNumber(ctx.db.read, id)
  const next = teamCode(idPrefix, last + 1)
  return { success: true, current_number: last, next_team_id: next, message: m.icct26_sequence({ next }) }
}
