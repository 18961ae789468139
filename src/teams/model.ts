import { type Static, Type as t } from '@sinclair/typebox'

/** States of a registration (PRODUCT.md). A draft is not yet a team. */
export const TEAM_STATES = [
  'submitted',
  'in_review',
  'changes_requested',
  'waitlisted',
  'reserved',
  'approved',
  'rejected',
  'withdrawn',
] as const
export type TeamState = (typeof TEAM_STATES)[number]

/** Which moves there are; any other is CONFLICT. A decision on a submitted one records claim and decision together. */
export const MOVES: Record<TeamState, readonly TeamState[]> = {
  submitted: ['in_review', 'approved', 'changes_requested', 'rejected', 'waitlisted', 'withdrawn'],
  in_review: ['approved', 'changes_requested', 'rejected', 'waitlisted', 'withdrawn'],
  changes_requested: ['submitted', 'rejected', 'withdrawn'],
  waitlisted: ['reserved', 'rejected', 'withdrawn'],
  reserved: ['in_review', 'waitlisted', 'rejected', 'withdrawn'],
  approved: ['withdrawn'],
  rejected: ['in_review'],
  withdrawn: [],
}

/** Live registrations count for club limits and uniqueness. */
export const isLive = (state: TeamState) => state !== 'rejected' && state !== 'withdrawn'
/** Of the live ones, all but the waiting list hold a place. */
export const holdsPlace = (state: TeamState) => isLive(state) && state !== 'waitlisted'

const CODE_DIGITS_MIN = 3
/** A team's id in words: `ICCT-001`, with as many digits as it takes; src/teams/add-team.sql gives it. */
export const teamCode = (idPrefix: string, number: number) =>
  `${idPrefix}-${String(number).padStart(CODE_DIGITS_MIN, '0')}`

/** A player's id in words: `ICCT-001-P01`. */
export const playerCode = (teamCode: string, position: number) => `${teamCode}-P${String(position).padStart(2, '0')}`

/** How long a captain's link opens the team's page: from the first entries to the last match. */
export const ENTRY_LINK_DAYS = 180

/** What a link to the team's page was made for; `visit` is one opened by reference and PIN. */
export type LinkPurpose = 'registration' | 'mail' | 'staff' | 'visit'
/** A link as staff see it: never the link itself. */
export type EntryLink = {
  id: string
  madeFor: LinkPurpose
  /** A name of staff, where one of them made it. */
  madeBy: string | null
  madeAt: Date
  lastUsedAt: Date | null
  expiresAt: Date
}

export type Contact = { name: string; phone: string; email: string; whatsapp: string }
/** `+91 98•••••210` of a number, `a•••@e•••.org` of an address: enough to tell two people apart, too little to reach one. */
export const maskPhone = (phone: string) =>
  `${phone.slice(0, 3)}${'•'.repeat(Math.max(0, phone.length - 6))}${phone.slice(-3)}`
export function maskEmail(email: string): string {
  if (email === '') return ''
  const [name = '', domain = ''] = email.split('@')
  const dot = domain.lastIndexOf('.')
  return `${name.slice(0, 1)}•••@${domain.slice(0, 1)}•••${dot < 0 ? '' : domain.slice(dot)}`
}

export type Player = { name: string; role: string | null; jerseyNumber: number | null; dateOfBirth: string | null }

export type Team = {
  id: string
  tournamentId: string
  clubId: string
  clubName: string
  number: number
  code: string
  state: TeamState
  name: string
  captain: Contact
  viceCaptain: Contact
  paymentReference: string | null
  playerCount: number
  reference: string
  submittedAt: Date
  stateChangedAt: Date
}

/** What the public may see of a team: nothing personal. */
export type PublicTeam = Pick<Team, 'id' | 'code' | 'name' | 'clubName' | 'playerCount'>

/** An approved team as the API tells it. */
export const TeamAnswer = t.Object(
  {
    id: t.String({ format: 'uuid' }),
    teamId: t.String({ description: 'What people call it, such as ICCT-001.' }),
    teamName: t.String(),
    clubName: t.String(),
    playerCount: t.Integer(),
  },
  { title: 'Team' },
)
export type TeamAnswer = Static<typeof TeamAnswer>
