import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { jsonAnswer, refusals } from '#src/http/openapi.ts'
import { registrationWindow, type Tournament, TournamentAnswer } from './model.ts'
import { countPlacesLeft } from './service.ts'

export const tournamentsApi = (ctx: AppContext) =>
  new Elysia({ name: 'tournaments.api' })
    .use(admit(ctx))
    .get(
      '/tournaments/current',
      async ({ tournament }) => answerOf(tournament, ctx.now(), await countPlacesLeft(ctx, tournament)),
      {
        admit: { tier: 'read', public: true, body: BODY_NONE },
        detail: {
          summary: 'The tournament: dates, windows, squad size, fee, documents asked for',
          tags: ['tournaments'],
          responses: { 200: jsonAnswer('The tournament', TournamentAnswer), ...refusals('NOT_FOUND') },
        },
      },
    )

const answerOf = (tournament: Tournament, now: Date, placesLeft: number | undefined): TournamentAnswer => ({
  id: tournament.id,
  slug: tournament.slug,
  name: tournament.name,
  sport: tournament.sport,
  venue: tournament.venue,
  startsOn: tournament.startsOn,
  endsOn: tournament.endsOn,
  timeZone: tournament.timeZone,
  country: tournament.country,
  fee: { amountMinor: tournament.feeMinor, currency: tournament.currency },
  opensAt: tournament.opensAt?.toISOString() ?? null,
  closesAt: tournament.closesAt?.toISOString() ?? null,
  registration: registrationWindow(tournament, now),
  capacity: tournament.capacity,
  placesLeft: placesLeft ?? null,
  keepsWaitingList: tournament.keepsWaitingList,
  clubLabel: tournament.clubLabel,
  teamsPerClub: tournament.teamsPerClub,
  squad: { min: tournament.squadMin, max: tournament.squadMax },
  playerRoles: tournament.playerRoles,
  idsRevealed: tournament.idsRevealed,
  documents: tournament.documents.map(({ kind, required }) => ({ kind, required })),
})
