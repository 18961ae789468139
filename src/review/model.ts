import { type Static, Type as t } from '@sinclair/typebox'
import type { DocumentKind, ErasedFor } from '#src/documents/model.ts'
import type { ContentType } from '#src/files/file-type.ts'
import type { MailKind, MailState } from '#src/mail/model.ts'
import type { Actor } from '#src/permissions.ts'
import { type Contact, TEAM_STATES, type TeamState } from '#src/teams/model.ts'

/** A reason that goes to the captain: a few sentences. */
export const REASON_LENGTH_MAX = 1000

export const REGISTRATION_SORTS = ['newest', 'oldest', 'name', 'club'] as const
export type RegistrationSort = (typeof REGISTRATION_SORTS)[number]

/** `club` is a club's name, `q` words that all have to be found in team, club, captain, team id or reference. */
export type RegistrationFilter = { state?: TeamState; club?: string; q?: string }
export const SEARCH_LENGTH_MAX = 100

/** From where a page of the list goes on: after or before the row with these keys. */
export type Place = { direction: 'after' | 'before'; keys: string[] }

export const isTeamState = (value: unknown): value is TeamState => TEAM_STATES.some((state) => state === value)

/** One line of the list. */
export type RegistrationRow = {
  id: string
  code: string
  name: string
  nameKey: string
  clubName: string
  clubKey: string
  number: number
  state: TeamState
  captainName: string
  captainPhone: string
  captainEmail: string
  playerCount: number
  submittedAt: Date
}

/** A document as those see it who may look at documents; others see its kind only, and when its file was erased. */
export type DocumentLine = {
  id: string
  kind: DocumentKind
  fileName: string | null
  contentType: ContentType | null
  bytes: number | null
  erasedAt: Date | null
  erasedFor: ErasedFor | null
}
export type PlayerLine = {
  id: string
  code: string
  name: string
  role: string | null
  jerseyNumber: number | null
  dateOfBirth: string | null
  documents: DocumentLine[]
}
/** One move of the registration; `by` names staff, and is null for captains and the server itself. */
export type HistoryLine = {
  at: Date
  from: TeamState | null
  to: TeamState
  reason: string | null
  actorKind: Actor['kind']
  by: string | null
}
/** `lastAnswer` is what the mail server said; null for those who may not see contacts, as it may name them. */
export type MailLine = {
  id: string
  kind: MailKind
  state: MailState
  at: Date
  lastAnswer: string | null
  /** Whoever it was to was erased, and it with them. */
  isErased: boolean
}

/** All that staff see of one registration. */
export type Registration = {
  id: string
  code: string
  name: string
  clubName: string
  state: TeamState
  captain: Contact
  viceCaptain: Contact
  paymentReference: string | null
  reference: string
  playerCount: number
  submittedAt: Date
  players: PlayerLine[]
  documents: DocumentLine[]
  history: HistoryLine[]
  mails: MailLine[]
}

const nullable = <Schema extends Parameters<typeof t.Union>[0][number]>(schema: Schema) => t.Union([schema, t.Null()])
const ContactAnswer = t.Object({ name: t.String(), phone: t.String(), email: t.String() })
const DocumentAnswer = t.Object({
  id: t.String({ format: 'uuid' }),
  kind: t.String(),
  fileName: nullable(t.String()),
  contentType: nullable(t.String()),
  bytes: nullable(t.Integer()),
  erasedAt: t.Union([t.String({ format: 'date-time' }), t.Null()], {
    description: 'When its file was deleted: after its time, or with its person.',
  }),
})

const SUMMARY = {
  id: t.String({ format: 'uuid' }),
  teamId: t.String(),
  teamName: t.String(),
  clubName: t.String(),
  state: t.Union(TEAM_STATES.map((state) => t.Literal(state))),
  captain: ContactAnswer,
  playerCount: t.Integer(),
  submittedAt: t.String({ format: 'date-time' }),
}

/** One item of the list as the API gives it; phones and e-mails are masked for viewers. */
export const RegistrationSummary = t.Object(SUMMARY, { title: 'RegistrationSummary' })
export type RegistrationSummary = Static<typeof RegistrationSummary>

/** One registration as the API gives it. */
export const RegistrationDetail = t.Object(
  {
    ...SUMMARY,
    captain: t.Object({ ...ContactAnswer.properties, whatsapp: t.String() }),
    viceCaptain: t.Object({ ...ContactAnswer.properties, whatsapp: t.String() }),
    players: t.Array(
      t.Object({
        id: t.String({ format: 'uuid' }),
        playerId: t.String(),
        name: t.String(),
        role: nullable(t.String()),
        jerseyNumber: nullable(t.Integer()),
        dateOfBirth: nullable(t.String({ format: 'date' })),
        documents: t.Array(DocumentAnswer),
      }),
    ),
    documents: t.Array(DocumentAnswer),
    reference: t.String(),
    paymentReference: nullable(t.String()),
    history: t.Array(
      t.Object({
        at: t.String({ format: 'date-time' }),
        from: nullable(t.String()),
        to: t.String(),
        reason: nullable(t.String()),
        by: t.Object({ kind: t.String(), name: nullable(t.String()) }),
      }),
    ),
  },
  { title: 'RegistrationDetail' },
)
export type RegistrationDetail = Static<typeof RegistrationDetail>

export const RegistrationList = t.Object(
  { items: t.Array(RegistrationSummary), nextCursor: nullable(t.String()) },
  { title: 'RegistrationList' },
)

/** Where a document can be fetched by whoever has the address. */
export const DocumentAddress = t.Object({ url: t.String({ format: 'uri' }) }, { title: 'DocumentAddress' })
