import type { AppContext, Tournament } from '#src/context.ts'
import { type DocumentKind, documentLabel } from '#src/documents/model.ts'
import { listApprovedTeams } from '#src/teams/service.ts'
import { registrationWindow } from '#src/tournaments/model.ts'
import { countPlacesLeft, daysText, feeText, instantText } from '#src/tournaments/service.ts'
import type { HomeProps } from '#views/home/home.tsx'

const TEAMS_SHOWN = 100

/** What everybody may know of a tournament. At most two statements. */
export async function describeTournament(ctx: AppContext, tournament: Tournament): Promise<Omit<HomeProps, 'base'>> {
  const [placesLeft, teams] = await Promise.all([
    countPlacesLeft(ctx, tournament),
    listApprovedTeams(ctx.db.read, tournament.id, 0, TEAMS_SHOWN),
  ])
  const { opensAt, closesAt } = tournament
  const window = registrationWindow(tournament, ctx.now())
  const isFull = placesLeft === 0 && !tournament.keepsWaitingList
  return {
    name: tournament.name,
    clubLabel: tournament.clubLabel,
    venue: tournament.venue,
    daysText: daysText(tournament),
    feeText: feeText(tournament),
    squad: { min: tournament.squadMin, max: tournament.squadMax },
    placesLeft,
    window: window === 'open' && isFull ? 'full' : window,
    opensText: opensAt && instantText(tournament, opensAt),
    closesText: closesAt && instantText(tournament, closesAt),
    documents: tournament.documents
      .filter((asked) => asked.required)
      .map((asked) => documentLabel(asked.kind as DocumentKind)),
    teams,
  }
}
