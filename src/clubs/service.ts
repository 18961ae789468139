import type { AppContext, Tournament } from '#src/context.ts'
import { nameKey } from '#src/lib/names.ts'
import * as store from './store.ts'

export type { Club } from './store.ts'

const SUGGESTIONS_MAX = 10

/** Teams the club may still enter; null where the tournament sets no limit. */
export const placesLeft = (tournament: Tournament, liveTeams: number) =>
  tournament.teamsPerClub === null ? null : Math.max(0, tournament.teamsPerClub - liveTeams)

export const listClubs = (
  ctx: AppContext,
  tournament: Tournament,
  options: { search?: string; after?: string; limit: number },
) => store.listClubs(ctx.db.read, tournament.id, { ...options, search: options.search && nameKey(options.search) })

/** Clubs that have entered, by name, and how many there are; of more than `limit`, those first that may enter no more. */
export const listCountedClubs = (ctx: AppContext, tournament: Tournament, limit: number): Promise<store.CountedClubs> =>
  store.listCountedClubs(ctx.db.read, tournament.id, { teamsPerClub: tournament.teamsPerClub, limit })

/** Known clubs for what was typed so far; nothing for nothing. */
export async function suggestClubs(ctx: AppContext, tournament: Tournament, typed: string): Promise<store.Club[]> {
  const search = nameKey(typed)
  return search === '' ? [] : store.listClubs(ctx.db.read, tournament.id, { search, limit: SUGGESTIONS_MAX })
}

/** How many teams the club has entered, whatever its spelling's case and spacing. */
export async function countClubTeams(ctx: AppContext, tournament: Tournament, name: string): Promise<number> {
  return (await store.findClub(ctx.db.read, tournament.id, nameKey(name)))?.liveTeams ?? 0
}
