import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { listingParameters, listOf, page, readListing } from '#src/http/listing.ts'
import { jsonAnswer, refusals } from '#src/http/openapi.ts'
import { listClubs, placesLeft } from './service.ts'

const SEARCH_LENGTH_MAX = 80
const SORTS = ['name'] as const

const ClubAnswer = t.Object(
  {
    clubName: t.String(),
    teamCount: t.Integer({ description: 'Teams it has in the tournament, whether decided or not.' }),
    placesLeft: t.Union([t.Integer(), t.Null()], { description: 'Null where the tournament sets no limit.' }),
    full: t.Boolean(),
  },
  { title: 'Club' },
)

export const clubsApi = (ctx: AppContext) =>
  new Elysia({ name: 'clubs.api' }).use(admit(ctx)).get(
    '/clubs/availability',
    async ({ tournament, query }) => {
      const listing = readListing(query, SORTS)
      const search = query.q?.slice(0, SEARCH_LENGTH_MAX)
      const clubs = await listClubs(ctx, tournament, { search, after: listing.after?.[0], limit: listing.limit + 1 })
      return page(
        clubs,
        listing,
        (club) => [club.nameKey],
        (club) => {
          const left = placesLeft(tournament, club.liveTeams)
          return { clubName: club.name, teamCount: club.liveTeams, placesLeft: left, full: left === 0 }
        },
      )
    },
    {
      admit: { tier: 'metadata', public: true, body: BODY_NONE },
      detail: {
        summary: 'Clubs that have entered, and how many teams each may still enter',
        tags: ['clubs'],
        parameters: [
          ...listingParameters(SORTS),
          {
            name: 'q',
            in: 'query',
            schema: { type: 'string', maxLength: SEARCH_LENGTH_MAX },
            description: 'A part of the club’s name.',
          },
        ],
        responses: { 200: jsonAnswer('A page of clubs', listOf(ClubAnswer)), ...refusals('VALIDATION_FAILED') },
      },
    },
  )
