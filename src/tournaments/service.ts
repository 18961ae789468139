import type { AppContext, Tournament } from '#src/context.ts'
import type { Database } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { inOwnTime, outsideScope } from '#src/lib/scope.ts'
import type { NewTournament } from './model.ts'
import { PRESETS } from './presets.ts'
import * as store from './store.ts'

export { type MailSettings, updateMailSettings } from './store.ts'
export { daysText, feeText, instantText } from './words.ts'

/** How long a tournament's settings are remembered; the registration function reads its own, under the lock. */
const REMEMBERED_MS = 2000
const REMEMBERED_MAX = 200

type Remembered = { until: number; tournament: Promise<Tournament | undefined> }
const remembered = new WeakMap<Database, Map<string, Remembered>>()

/** Finds tournaments by slug (the default one without), remembering each for two seconds. */
export const tournamentFinder =
  (db: Database, now: () => Date): AppContext['findTournament'] =>
  (slug) =>
    remember(db, now(), `slug ${slug ?? ''}`, () => store.findTournament(db.read, slug))

/** Remembered in the same way. Throws NOT_FOUND. */
export async function getTournament(ctx: AppContext, id: string): Promise<Tournament> {
  const tournament = await remember(ctx.db, ctx.now(), `id ${id}`, () => store.findTournamentById(ctx.db.read, id))
  if (!tournament) throw new AppError('NOT_FOUND')
  return tournament
}

function remember(
  db: Database,
  now: Date,
  key: string,
  read: () => Promise<Tournament | undefined>,
): Remembered['tournament'] {
  const known = remembered.get(db) ?? new Map<string, Remembered>()
  remembered.set(db, known)
  const found = known.get(key)
  if (found && found.until > now.getTime()) return inOwnTime(found.tournament)
  if (known.size >= REMEMBERED_MAX) known.clear()
  const tournament = outsideScope(read)
  known.set(key, { until: now.getTime() + REMEMBERED_MS, tournament })
  tournament.catch(() => known.delete(key))
  return inOwnTime(tournament)
}

/**
 * Makes the first tournament from its preset when there is none; several processes may try at once. Returns what the default one was made
 * from; null where it was made by hand.
 */
export async function makeDefaultTournament(db: Database, preset: keyof typeof PRESETS): Promise<string | null> {
  const known = await store.findTournament(db.read)
  if (known) return known.preset
  await addTournament(db, PRESETS[preset], true)
  return (await store.findTournament(db.read))?.preset ?? null
}

/** The preset whose first client has a door of its own. */
const FIRST_CLIENTS_PRESET = 'icct26'

/** Whether the first client is served, where no setting says so: while the default tournament was made for it. */
export const isForFirstClient = (preset: string | null): boolean => preset === FIRST_CLIENTS_PRESET

/** Returns the new tournament's id, or undefined where its slug (or the default's place) is taken. */
export async function addTournament(
  db: Database,
  tournament: NewTournament,
  isDefault = false,
): Promise<string | undefined> {
  const id = Bun.randomUUIDv7()
  const added = await store.insertTournament(db.orm, id, tournament, isDefault)
  return added ? id : undefined
}

/** Places that may still be taken; undefined without a capacity. */
export async function countPlacesLeft(ctx: AppContext, tournament: Tournament): Promise<number | undefined> {
  if (tournament.capacity === null) return undefined
  return Math.max(0, tournament.capacity - (await store.countHeldPlaces(ctx.db.read, tournament.id)))
}

/** After a change: this process reads the tournaments again; others do within two seconds. */
export const forgetTournaments = (db: Database): boolean => remembered.delete(db)
