import type { Tournament } from '#src/context.ts'

export type { Tournament }

/** Playing roles as the first client spells them. */
export const CRICKET_ROLES = ['Batsman', 'Bowler', 'All-Rounder', 'Wicket-Keeper'] as const

/** Slugs that are the first segment of a route of ours, and `current`. */
export const RESERVED_SLUGS = [
  'account',
  'admin',
  'api',
  'assets',
  'current',
  'dev',
  'docs',
  'draft',
  'entry',
  'files',
  'health',
  'healthz',
  'metrics',
  'queue',
  'readyz',
  'register',
  'setup',
  'sign-in',
  'sign-out',
  'status',
  't',
] as const

export type NewTournament = Pick<
  Tournament,
  | 'slug'
  | 'name'
  | 'sport'
  | 'idPrefix'
  | 'timeZone'
  | 'country'
  | 'currency'
  | 'feeMinor'
  | 'capacity'
  | 'keepsWaitingList'
  | 'teamsPerClub'
  | 'squadMin'
  | 'squadMax'
  | 'clubLabel'
  | 'idsRevealed'
> & {
  playerRoles: readonly string[]
  documents: readonly { kind: string; required: boolean; retentionDays: number }[]
}

/** Whether a team's id may be told to its captain and the public in this state. */
export const isIdRevealed = (tournament: Tournament, state: string) =>
  tournament.idsRevealed === 'at_once' || state === 'approved'

const MINUTE_MS = 60_000

/** Whether entries are taken now. Deadlines are whole minutes, inclusive. */
export function registrationWindow(tournament: Tournament, now: Date): 'open' | 'not_yet' | 'over' {
  if (tournament.opensAt && now < tournament.opensAt) return 'not_yet'
  if (tournament.closesAt && now.getTime() >= tournament.closesAt.getTime() + MINUTE_MS) return 'over'
  return 'open'
}
