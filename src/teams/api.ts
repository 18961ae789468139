import { Elysia } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { keptAnswer } from '#src/http/kept-answers.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { type Listing, listingParameters, listOf, page, readListing } from '#src/http/listing.ts'
import { jsonAnswer, pathParameter, refusals } from '#src/http/openapi.ts'
import { type PublicTeam, TeamAnswer } from './model.ts'
import { findApprovedStamp, findApprovedTeam, listApprovedTeams, listApprovedTeamsByName } from './service.ts'

const SORTS = ['number', 'name'] as const
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** What everybody may see: approved teams, nothing personal. */
export const teamsApi = (ctx: AppContext) =>
  new Elysia({ name: 'teams.api' })
    .use(admit(ctx))
    .get(
      '/teams',
      async ({ tournament, query, request }) => {
        const listing = readListing(query, SORTS)
        const stamp = await findApprovedStamp(ctx.db.read, tournament.id)
        return keptAnswer(ctx, { request, tournament }, stamp, () => listTeams(ctx, tournament, listing))
      },
      {
        admit: { tier: 'read', public: true, body: BODY_NONE },
        detail: {
          summary: 'Approved teams',
          tags: ['teams'],
          parameters: listingParameters(SORTS),
          responses: { 200: jsonAnswer('A page of teams', listOf(TeamAnswer)), ...refusals('VALIDATION_FAILED') },
        },
      },
    )
    .get(
      '/teams/:id',
      async ({ tournament, params }) => {
        const team = await findApprovedTeam(
          ctx.db.read,
          tournament.id,
          UUID.test(params.id) ? { id: params.id } : { code: params.id.toUpperCase() },
        )
        if (!team) throw new AppError('NOT_FOUND')
        return publicTeam(team)
      },
      {
        admit: { tier: 'read', public: true, body: BODY_NONE },
        detail: {
          parameters: [pathParameter('id', 'UUID, or team id such as ICCT-001.')],
          summary: 'One approved team, by UUID or team id',
          tags: ['teams'],
          responses: { 200: jsonAnswer('The team', TeamAnswer), ...refusals('NOT_FOUND') },
        },
      },
    )

async function listTeams(ctx: AppContext, tournament: Tournament, listing: Listing<(typeof SORTS)[number]>) {
  const { after, limit } = listing
  if (listing.sort === 'number') {
    const teams = await listApprovedTeams(ctx.db.read, tournament.id, readNumber(after?.[0]), limit + 1)
    return page(teams, listing, (team) => [team.number], publicTeam)
  }
  const from = after && UUID.test(after[1] ?? '') ? { nameKey: after[0]!, id: after[1]! } : undefined
  const teams = await listApprovedTeamsByName(ctx.db.read, tournament.id, from, limit + 1)
  return page(teams, listing, (team) => [team.nameKey, team.id], publicTeam)
}

const publicTeam = (team: PublicTeam): TeamAnswer => ({
  id: team.id,
  teamId: team.code,
  teamName: team.name,
  clubName: team.clubName,
  playerCount: team.playerCount,
})

const INTEGER_MAX = 2_147_483_647
/** A number from a cursor; one that somebody made up starts the list again. */
const readNumber = (given: string | undefined) =>
  given !== undefined && /^\d{1,10}$/.test(given) && Number(given) <= INTEGER_MAX ? Number(given) : 0
