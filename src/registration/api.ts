import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { BODY_JSON } from '#src/http/limits.ts'
import { BODY_REFUSALS, headerParameter, jsonAnswer, jsonBody, refusals } from '#src/http/openapi.ts'
import { IdempotencyKey } from '#src/idempotency/model.ts'
import { readIdempotencyKey } from '#src/idempotency/service.ts'
import { isIdRevealed, type Tournament } from '#src/tournaments/model.ts'
import { RegistrationAnswer, RegistrationBody } from './model.ts'
import { type Registered, registerTeam } from './service.ts'

export const registrationApi = (ctx: AppContext) =>
  new Elysia({ name: 'registration.api' }).use(admit(ctx)).post(
    '/registrations',
    async ({ body, request, set, tournament }) => {
      const registered = await registerTeam(ctx, tournament, {
        body,
        door: 'api',
        key: readIdempotencyKey(request.headers.get('idempotency-key')),
        missingField: (_, player) => (player === null ? 'documents' : `players[${player}].documents`),
      })
      set.status = 201
      set.headers.location = `/api/v1/tournaments/${tournament.slug}/registrations/${registered.id}`
      if (registered.replayed) set.headers['idempotent-replayed'] = 'true'
      return answerOf(tournament, registered, ownOrigin(ctx, request))
    },
    {
      admit: { tier: 'upload', public: true, body: BODY_JSON },
      detail: {
        summary: 'Register a team',
        description: 'With an Idempotency-Key a repeat gives the first answer again and registers nothing.',
        tags: ['registrations'],
        parameters: [headerParameter('Idempotency-Key', IdempotencyKey)],
        requestBody: jsonBody(RegistrationBody),
        responses: {
          201: jsonAnswer('Registered', RegistrationAnswer),
          ...refusals(
            ...BODY_REFUSALS,
            'REGISTRATION_CLOSED',
            'DUPLICATE_TEAM_NAME',
            'DUPLICATE_CAPTAIN_EMAIL',
            'CLUB_LIMIT_REACHED',
            'TOURNAMENT_FULL',
            'REQUEST_IN_PROGRESS',
            'VALIDATION_FAILED',
            'IDEMPOTENCY_KEY_REUSED',
          ),
        },
      },
    },
  )

const answerOf = (tournament: Tournament, registered: Registered, origin: string): RegistrationAnswer => ({
  id: registered.id,
  teamId: isIdRevealed(tournament, registered.state) ? registered.code : null,
  state: registered.state,
  reference: registered.reference,
  pin: registered.pin,
  statusUrl: `${origin}/entry/${registered.token}`,
})
