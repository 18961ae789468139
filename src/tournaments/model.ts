import { type Static, Type as t } from '@sinclair/typebox'
import type { Tournament } from '#src/context.ts'

export type { Tournament }

/** Playing roles as the first client spells them. */
export const CRICKET_ROLES = ['Batsman', 'Bowler', 'All-Rounder', 'Wicket-Keeper'] as const

export type NewTournament = Pick<
  Tournament,
  | 'slug'
  | 'name'
  | 'preset'
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
  documents: readonly { kind: string; required: boolean; retentionDays: number | null }[]
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

const nullable = <Schema extends Parameters<typeof t.Union>[0][number]>(schema: Schema) => t.Union([schema, t.Null()])

/** A tournament as the API tells it. */
export const TournamentAnswer = t.Object(
  {
    id: t.String({ format: 'uuid' }),
    slug: t.String(),
    name: t.String(),
    sport: t.String(),
    venue: nullable(t.String()),
    startsOn: nullable(t.String({ format: 'date' })),
    endsOn: nullable(t.String({ format: 'date' })),
    timeZone: t.String({ description: 'A name of the IANA time zone database.' }),
    country: t.String({ description: 'ISO 3166-1 alpha-2.' }),
    fee: t.Object({
      amountMinor: t.Integer({ minimum: 0, description: 'In the smallest unit of the currency.' }),
      currency: t.String({ description: 'ISO 4217.' }),
    }),
    opensAt: nullable(t.String({ format: 'date-time' })),
    closesAt: nullable(t.String({ format: 'date-time' })),
    registration: t.Union([t.Literal('open'), t.Literal('not_yet'), t.Literal('over')]),
    capacity: nullable(t.Integer({ minimum: 1 })),
    placesLeft: t.Union([t.Integer({ minimum: 0 }), t.Null()], { description: 'Null where there is no limit.' }),
    keepsWaitingList: t.Boolean(),
    clubLabel: t.String({ description: 'What a club is called here.' }),
    teamsPerClub: nullable(t.Integer({ minimum: 1 })),
    squad: t.Object({ min: t.Integer({ minimum: 1 }), max: t.Integer({ minimum: 1 }) }),
    playerRoles: t.Array(t.String()),
    idsRevealed: t.Union([t.Literal('at_once'), t.Literal('after_approval')]),
    documents: t.Array(t.Object({ kind: t.String(), required: t.Boolean() })),
  },
  { title: 'Tournament' },
)
export type TournamentAnswer = Static<typeof TournamentAnswer>
