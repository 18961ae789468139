import type { AppContext, Tournament } from '#src/context.ts'
import { listTeamsOwnDocuments, type TeamsDocument } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may } from '#src/permissions.ts'
import { type Contact, maskEmail, maskPhone, playerCode, type Team } from '#src/teams/model.ts'
import { countTeamsByState, listTeams, type TeamsListing } from '#src/teams/service.ts'
import * as boardStore from './board-store.ts'
import type {
  DocumentLine,
  Place,
  Registration,
  RegistrationFilter,
  RegistrationRow,
  RegistrationSort,
} from './model.ts'
import * as store from './store.ts'

export const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const INTEGER_MAX = 2_147_483_647
const OVERVIEW_DAYS = 30
const NEWEST_COUNT = 10

export type Listing = { sort: RegistrationSort; limit: number; place?: Place }
/** `newer` and `older` are the keys of the places where the neighbouring pages begin, where there are any. */
export type RegistrationsPage = { rows: RegistrationRow[]; newer?: Place; older?: Place }

/** One page of the tournament's registrations; phones and e-mails are masked for actors who may not see them. */
export async function listRegistrations(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  filter: RegistrationFilter,
  { sort, limit, place }: Listing,
): Promise<RegistrationsPage> {
  const found = await boardStore.listRegistrations(ctx.db.read, tournament.id, filter, {
    sort,
    limit: limit + 1,
    place,
  })
  const isBefore = place?.direction === 'before'
  const shown = isBefore ? found.slice(0, limit).toReversed() : found.slice(0, limit)
  const [hasMore, hasCome] = [found.length > limit, place !== undefined]
  const at = (direction: Place['direction'], row: RegistrationRow | undefined) =>
    row && { direction, keys: keysOf(sort, row) }
  return {
    rows: canSeeContacts(actor, tournament) ? shown : shown.map(masked),
    newer: (isBefore ? hasMore : hasCome) ? at('before', shown[0]) : undefined,
    older: (isBefore ? hasCome : hasMore) ? at('after', shown.at(-1)) : undefined,
  }
}

/** A team with the files that it sent itself, where the actor may see them, and how many teams there are in these states. */
export type TeamsPage = { teams: (Team & { documents: TeamsDocument[] })[]; total: number }

/**
 * Teams in these states with their contacts, masked for actors who may not see them, and their own documents, left out for those who may
 * not: three statements, however many teams.
 */
export async function listTeamsWithDocuments(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  listing: TeamsListing,
): Promise<TeamsPage> {
  const [teams, counts] = await Promise.all([
    listTeams(ctx.db.read, tournament.id, listing),
    countTeamsByState(ctx.db.read, tournament.id),
  ])
  const mayOpen = teams.length > 0 && may(actor, 'documents.see', tournament.id)
  const documents = mayOpen
    ? await listTeamsOwnDocuments(
        ctx,
        teams.map(({ id }) => id),
      )
    : []
  const byTeam = Map.groupBy(documents, ({ teamId }) => teamId)
  const contact = canSeeContacts(actor, tournament) ? (given: Contact) => given : maskedContact
  return {
    teams: teams.map((team) => ({
      ...team,
      captain: contact(team.captain),
      viceCaptain: contact(team.viceCaptain),
      documents: byTeam.get(team.id) ?? [],
    })),
    total: listing.states.reduce((sum, state) => sum + (counts[state] ?? 0), 0),
  }
}

const keysOf = (sort: RegistrationSort, row: RegistrationRow): string[] =>
  sort === 'name' ? [row.nameKey, row.id] : sort === 'club' ? [row.clubKey, String(row.number)] : [String(row.number)]

/** The keys of a cursor as a place, or undefined where they were not made by this list. */
export function readPlace(sort: RegistrationSort, given: readonly string[]): Place | undefined {
  const [direction, ...keys] = given
  if (direction !== 'after' && direction !== 'before') return undefined
  const isNumber = (key: string | undefined) =>
    key !== undefined && /^\d{1,10}$/.test(key) && Number(key) <= INTEGER_MAX
  const isWhole =
    sort === 'name'
      ? keys.length === 2 && UUID.test(keys[1]!)
      : sort === 'club'
        ? keys.length === 2 && isNumber(keys[1])
        : keys.length === 1 && isNumber(keys[0])
  return isWhole ? { direction, keys } : undefined
}

/** What the list's own filters offer. */
export const findFilterChoices = (ctx: AppContext, tournament: Tournament) =>
  boardStore.findFilterChoices(ctx.db.read, tournament.id)

/** How a tournament stands: teams by state, arrivals on each of the last thirty days (in its zone), and the newest registrations. */
export async function getOverview(ctx: AppContext, actor: Actor, tournament: Tournament) {
  const today = Temporal.Instant.fromEpochMilliseconds(ctx.now().getTime())
    .toZonedDateTimeISO(tournament.timeZone)
    .toPlainDate()
  const since = today.subtract({ days: OVERVIEW_DAYS - 1 })
  const [{ counts, days }, newest] = await Promise.all([
    boardStore.findOverview(ctx.db.read, tournament.id, since.toString()),
    listRegistrations(ctx, actor, tournament, {}, { sort: 'newest', limit: NEWEST_COUNT }),
  ])
  const arrivals = new Map(days.map(({ day, teams }) => [day, teams]))
  const calendar = Array.from({ length: OVERVIEW_DAYS }, (_, index) => since.add({ days: index }).toString())
  return { counts, days: calendar.map((day) => ({ day, count: arrivals.get(day) ?? 0 })), newest: newest.rows }
}

/**
 * One registration of the tournament with squad, documents, history and mails. Phones and e-mails are masked, and documents shown by
 * kind only, for actors who may not see more. Throws NOT_FOUND.
 */
export async function getRegistration(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  id: string,
): Promise<Registration> {
  const found = UUID.test(id) ? await store.findRegistration(ctx.db.read, tournament.id, id) : undefined
  if (!found) throw new AppError('NOT_FOUND')
  const canSee = canSeeContacts(actor, tournament)
  const contact = (given: Contact) => (canSee ? given : maskedContact(given))
  const mayOpen = may(actor, 'documents.see', tournament.id)
  const line = ({
    playerId: _,
    erasedAt,
    ...document
  }: store.WholeRegistration['documents'][number]): DocumentLine => ({
    ...document,
    ...(mayOpen && erasedAt === null ? {} : { fileName: null, contentType: null, bytes: null }),
    erasedAt: erasedAt === null ? null : new Date(erasedAt),
  })
  const documentsOf = (playerId: string | null) =>
    found.documents.filter((document) => document.playerId === playerId).map(line)
  return {
    ...found,
    captain: contact(found.captain),
    viceCaptain: contact(found.viceCaptain),
    players: found.players.map(({ position, ...player }) => ({
      ...player,
      code: playerCode(found.code, position),
      documents: documentsOf(player.id),
    })),
    documents: documentsOf(null),
    history: found.history.map((move) => ({ ...move, at: new Date(move.at) })),
    mails: found.mails.map((mail) => ({ ...mail, at: new Date(mail.at), lastAnswer: canSee ? mail.lastAnswer : null })),
  }
}

const canSeeContacts = (actor: Actor, tournament: Tournament) => may(actor, 'contacts.see', tournament.id)

const masked = (row: RegistrationRow): RegistrationRow => ({
  ...row,
  captainPhone: maskPhone(row.captainPhone),
  captainEmail: maskEmail(row.captainEmail),
})

const maskedContact = ({ name, phone, email, whatsapp }: Contact): Contact => ({
  name,
  phone: maskPhone(phone),
  email: maskEmail(email),
  whatsapp: maskPhone(whatsapp),
})
