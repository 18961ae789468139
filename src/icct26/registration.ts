import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_WHOLE_FORM } from '#src/http/limits.ts'
import { BODY_REFUSALS, firstClientRefusals, headerParameter, jsonAnswer } from '#src/http/openapi.ts'
import { IdempotencyKey } from '#src/idempotency/model.ts'
import { readIdempotencyKey } from '#src/idempotency/service.ts'
import { tidy } from '#src/lib/names.ts'
import { networkOf } from '#src/lib/networks.ts'
import { canDeliver } from '#src/mail/model.ts'
import { type Registered, registerTeam } from '#src/registration/service.ts'
import { isIdRevealed } from '#src/tournaments/model.ts'
import { bodyOf, fieldOf, fieldOfPath } from './fields.ts'
import { formBody, RegisteredAnswer, TAGS } from './model.ts'
import { type ReceivedForm, withReceivedForm } from './receive.ts'
import { statusOf } from './states.ts'

/** Of all wrong fields, those that the sentence itself names: this client shows that alone. */
const NAMED_MAX = 3

/** A team's registration, in one form with all its files. */
export const registration = (ctx: AppContext) =>
  new Elysia({ name: 'icct26.registration' }).use(admit(ctx)).post(
    '/api/register/team',
    async ({ request, server, tournament, address, set }) => {
      const key = readIdempotencyKey(request.headers.get('idempotency-key'))
      const sender = networkOf(address)
      return withReceivedForm(ctx, { request, server, sender }, async (form) => {
        const body = bodyOf(
          form.texts,
          form.files.map(({ field }) => field),
        )
        const registered = await registerTeam(ctx, tournament, {
          body,
          door: 'icct26',
          key,
          sent: { files: form.files, sender },
          alsoWrong: form.wrongFiles,
          missingField: fieldOf,
        }).catch(refuseInItsWords)
        set.status = 201
        if (registered.replayed) set.headers['idempotent-replayed'] = 'true'
        return answerOf(ctx, tournament, form, registered, (body.players as unknown[]).length)
      })
    },
    {
      admit: { tier: 'upload', public: true, body: BODY_WHOLE_FORM },
      detail: {
        summary: 'Register a team, in one form with all its files',
        description:
          'Parts may come in any order. With an Idempotency-Key a repeat of the same content gives the first answer again and registers nothing.',
        tags: TAGS,
        parameters: [headerParameter('Idempotency-Key', IdempotencyKey)],
        requestBody: formBody,
        responses: {
          201: jsonAnswer('Registered', RegisteredAnswer),
          ...firstClientRefusals(
            ...BODY_REFUSALS,
            'REGISTRATION_CLOSED',
            'DUPLICATE_TEAM_NAME',
            'DUPLICATE_CAPTAIN_EMAIL',
            'CLUB_LIMIT_REACHED',
            'TOURNAMENT_FULL',
            'REQUEST_IN_PROGRESS',
            'VALIDATION_FAILED',
            'IDEMPOTENCY_KEY_REUSED',
            'STORAGE_UNAVAILABLE',
          ),
        },
      },
    },
  )

function answerOf(
  ctx: AppContext,
  tournament: Tournament,
  { texts }: ReceivedForm,
  { code, state, reference, pin }: Registered,
  playerCount: number,
): RegisteredAnswer {
  const told = canDeliver(ctx.config) ? m.icct26_registered() : m.icct26_registered_keep({ reference, pin })
  return {
    success: true,
    team_name: tidy(texts.get('team_name') ?? ''),
    message: told,
    player_count: playerCount,
    registration_status: statusOf(state),
    reference,
    pin,
    ...(isIdRevealed(tournament, state) ? { team_id: code } : {}),
  }
}

/** The refusal with this door's names for the fields. */
function refuseInItsWords(error: unknown): never {
  if (!(error instanceof AppError) || error.errors.length === 0) throw error
  const errors = firstOfEachField(error.errors.map(({ field, ...wrong }) => ({ ...wrong, field: fieldOfPath(field) })))
  const named = errors.slice(0, NAMED_MAX).map(({ field, message }) => m.icct26_wrong_field({ field, message }))
  const message = error.code === 'VALIDATION_FAILED' ? [error.message, ...named].join(' ') : error.message
  throw new AppError(error.code, { message, errors })
}

/** A letter of the wrong kind is missing, too; its kind is what has to be told. */
const firstOfEachField = (errors: readonly FieldError[]): FieldError[] =>
  errors.filter(({ field }, index) => errors.findIndex((other) => other.field === field) === index)
