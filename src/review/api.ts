import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { listingParameters, readListing, writeCursor } from '#src/http/listing.ts'
import { jsonAnswer, pathParameter, refusals, STAFF_REFUSALS } from '#src/http/openapi.ts'
import { TEAM_STATES } from '#src/teams/model.ts'
import {
  DocumentAddress,
  type DocumentLine,
  isTeamState,
  REGISTRATION_SORTS,
  type Registration,
  RegistrationDetail,
  type RegistrationFilter,
  RegistrationList,
  type RegistrationRow,
  type RegistrationSummary,
  SEARCH_LENGTH_MAX,
} from './model.ts'
import { getRegistration, listRegistrations, readPlace, viewDocument } from './service.ts'

const TAGS = ['registrations']

/** Registrations for staff, and for programs whose key says so. */
export const reviewApi = (ctx: AppContext) =>
  new Elysia({ name: 'review.api' })
    .use(admit(ctx))
    .get(
      '/registrations',
      async ({ actor, tournament, query }) => {
        const { limit, sort, after } = readListing(query, REGISTRATION_SORTS)
        const place = after && readPlace(sort, after)
        if (after && !place) throw wrongField('cursor', 'cursor', m.listing_cursor())
        const page = await listRegistrations(ctx, actor, tournament, readFilter(query), { sort, limit, place })
        const nextCursor = page.older ? writeCursor(sort, [page.older.direction, ...page.older.keys]) : null
        return { items: page.rows.map(summaryOf), nextCursor }
      },
      {
        admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
        detail: {
          summary: 'Registrations, for staff',
          tags: TAGS,
          parameters: [
            ...listingParameters(REGISTRATION_SORTS),
            { name: 'state', in: 'query', schema: { type: 'string', enum: [...TEAM_STATES] } },
            { name: 'club', in: 'query', schema: { type: 'string' }, description: 'The name of a club.' },
            {
              name: 'q',
              in: 'query',
              schema: { type: 'string', maxLength: SEARCH_LENGTH_MAX },
              description: 'Words that all have to be found in team, club, captain, team id or reference.',
            },
          ],
          responses: {
            200: jsonAnswer('One page', RegistrationList),
            ...refusals(...STAFF_REFUSALS, 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .get(
      '/registrations/:id',
      async ({ actor, tournament, params }) => detailOf(await getRegistration(ctx, actor, tournament, params.id)),
      {
        admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
        detail: {
          parameters: [pathParameter('id', 'UUID.')],
          summary: 'One registration, for staff',
          tags: TAGS,
          responses: {
            200: jsonAnswer('The registration', RegistrationDetail),
            ...refusals(...STAFF_REFUSALS, 'NOT_FOUND'),
          },
        },
      },
    )
    .get(
      '/registrations/:id/documents/:documentId',
      async ({ actor, tournament, params, request }) => {
        const path = await viewDocument(ctx, actor, tournament, params.id, params.documentId)
        return { url: ownOrigin(ctx, request) + path }
      },
      {
        admit: { tier: 'admin', requires: 'documents.see', body: BODY_NONE },
        detail: {
          parameters: [pathParameter('id', 'UUID.'), pathParameter('documentId', 'UUID.')],
          summary: 'Where one document can be fetched, for minutes',
          description: 'Each look at a document is written down.',
          tags: TAGS,
          responses: {
            200: jsonAnswer('Its address', DocumentAddress),
            ...refusals(...STAFF_REFUSALS, 'NOT_FOUND'),
          },
        },
      },
    )

function readFilter({ state, club, q }: Record<string, string | undefined>): RegistrationFilter {
  if (state !== undefined && !isTeamState(state))
    throw wrongField('state', 'choice', m.listing_sort({ choices: TEAM_STATES.join(', ') }))
  return { state, club, q }
}

const wrongField = (field: string, code: string, message: string) =>
  new AppError('VALIDATION_FAILED', { errors: [{ field, code, message }] })

const summaryOf = (row: RegistrationRow): RegistrationSummary => ({
  id: row.id,
  teamId: row.code,
  teamName: row.name,
  clubName: row.clubName,
  state: row.state,
  captain: { name: row.captainName, phone: row.captainPhone, email: row.captainEmail },
  playerCount: row.playerCount,
  submittedAt: row.submittedAt.toISOString(),
})

const detailOf = (registration: Registration): RegistrationDetail => ({
  id: registration.id,
  teamId: registration.code,
  teamName: registration.name,
  clubName: registration.clubName,
  state: registration.state,
  captain: registration.captain,
  viceCaptain: registration.viceCaptain,
  players: registration.players.map(({ code, documents, ...player }) => ({
    ...player,
    playerId: code,
    documents: documents.map(documentAnswerOf),
  })),
  documents: registration.documents.map(documentAnswerOf),
  reference: registration.reference,
  paymentReference: registration.paymentReference,
  playerCount: registration.playerCount,
  submittedAt: registration.submittedAt.toISOString(),
  history: registration.history.map(({ at, from, to, reason, actorKind, by }) => ({
    at: at.toISOString(),
    from,
    to,
    reason,
    by: { kind: actorKind, name: by },
  })),
})

const documentAnswerOf = ({ erasedFor: _, erasedAt, ...document }: DocumentLine) => ({
  ...document,
  erasedAt: erasedAt?.toISOString() ?? null,
})
