import { type Static, Type as t } from '@sinclair/typebox'
import { CONTENT_TYPES } from '#src/files/file-type.ts'
import { multipartBody } from '#src/http/openapi.ts'
import { FILE_FIELDS, FILE_FIELDS_OF_PLAYER, TEXT_FIELDS, TEXT_FIELDS_OF_PLAYER } from './fields.ts'
import { STATUSES } from './states.ts'

/** The shapes this client knows, as the API's description tells them and the handlers answer. */
export const TAGS = ['icct26']

const Status = t.Union(STATUSES.map((status) => t.Literal(status)))
const nullable = <Schema extends Parameters<typeof t.Union>[0][number]>(schema: Schema) => t.Union([schema, t.Null()])
const Instant = t.String({ format: 'date-time' })
const Address = t.String({ description: 'Where the file is for a quarter of an hour; empty where there is none.' })
const MaybeAddress = nullable(t.String({ description: 'As for staff; null for everybody else.' }))
const succeeded = { success: t.Literal(true) }

const ofPlayer = (name: string) => `player_{i}_${name}`
const File = t.String({ format: 'binary' })
const fileFields = [...FILE_FIELDS, ...FILE_FIELDS_OF_PLAYER.map(ofPlayer)]

/** The form: `{i}` counts players from 0 without gaps. */
export const formBody = multipartBody(
  t.Object(
    {
      ...Object.fromEntries([...TEXT_FIELDS, ...TEXT_FIELDS_OF_PLAYER.map(ofPlayer)].map((name) => [name, t.String()])),
      ...Object.fromEntries(fileFields.map((name) => [name, name === 'pastor_letter' ? File : t.Optional(File)])),
    },
    { title: 'Icct26Registration' },
  ),
  Object.fromEntries(fileFields.map((name) => [name, Object.keys(CONTENT_TYPES)])),
)

export const RegisteredAnswer = t.Object({
  ...succeeded,
  team_name: t.String(),
  message: t.String({ description: 'Ends with reference and PIN while no mail goes out.' }),
  player_count: t.Integer(),
  registration_status: Status,
  reference: t.String(),
  pin: t.String(),
  team_id: t.Optional(t.String({ description: 'Only where the tournament reveals ids at once.' })),
})
export type RegisteredAnswer = Static<typeof RegisteredAnswer>

export const AvailabilityAnswer = t.Object({
  churches: t.Array(t.Object({ church_name: t.String(), team_count: t.Integer(), locked: t.Boolean() })),
  summary: t.Object({
    total_churches: t.Integer(),
    locked_churches: t.Integer(),
    available_churches: t.Integer(),
  }),
})
export type AvailabilityAnswer = Static<typeof AvailabilityAnswer>

const TeamLine = t.Object({
  team_id: t.String(),
  team_name: t.String(),
  church_name: t.String(),
  captain_name: t.String(),
  pastor_letter: MaybeAddress,
  payment_receipt: MaybeAddress,
  group_photo: MaybeAddress,
  registration_date: Instant,
})
export type TeamLine = Static<typeof TeamLine>

export const TeamsAnswer = t.Object({
  ...succeeded,
  total_teams: t.Integer(),
  returned: t.Integer(),
  teams: t.Array(TeamLine),
  data: t.Array(TeamLine),
})
export type TeamsAnswer = Static<typeof TeamsAnswer>

const Person = t.Object({
  name: t.String(),
  phone: nullable(t.String()),
  email: nullable(t.String()),
  whatsapp: nullable(t.String()),
})

export const TeamAnswer = t.Object({
  ...succeeded,
  team: t.Object({
    team_id: t.String(),
    team_name: t.String(),
    church_name: t.String(),
    captain: Person,
    viceCaptain: Person,
    pastor_letter: MaybeAddress,
    payment_receipt: MaybeAddress,
    group_photo: MaybeAddress,
    registration_date: Instant,
  }),
  players: t.Array(
    t.Object({
      player_id: t.String(),
      playerId: t.String(),
      name: t.String(),
      role: t.String(),
      aadhar_file: MaybeAddress,
      subscription_file: MaybeAddress,
    }),
  ),
})
export type TeamAnswer = Static<typeof TeamAnswer>

const files = { paymentReceipt: Address, pastorLetter: Address, groupPhoto: Address }

const StaffLine = t.Object({
  teamId: t.String(),
  teamName: t.String(),
  churchName: t.String(),
  captainName: t.String(),
  captainPhone: t.String(),
  captainEmail: t.String(),
  viceCaptainName: t.String(),
  viceCaptainPhone: t.String(),
  viceCaptainEmail: t.String(),
  playerCount: t.Integer(),
  registrationDate: Instant,
  registrationStatus: Status,
  ...files,
})
export type StaffLine = Static<typeof StaffLine>

export const StaffTeamsAnswer = t.Object({ ...succeeded, data: t.Array(StaffLine), teams: t.Array(StaffLine) })
export type StaffTeamsAnswer = Static<typeof StaffTeamsAnswer>

const StaffPerson = t.Object({ name: t.String(), phone: t.String(), email: t.String() })
const StaffPlayer = t.Object({
  playerId: t.String(),
  name: t.String(),
  role: t.String(),
  aadharFile: Address,
  subscriptionFile: Address,
})
export type StaffPlayer = Static<typeof StaffPlayer>

export const StaffTeamAnswer = t.Object({
  ...succeeded,
  data: t.Object({
    team: t.Object({
      teamId: t.String(),
      teamName: t.String(),
      churchName: t.String(),
      captain: StaffPerson,
      viceCaptain: StaffPerson,
      ...files,
      registrationDate: Instant,
      registrationStatus: Status,
    }),
    players: t.Array(StaffPlayer),
  }),
})
export type StaffTeamAnswer = Static<typeof StaffTeamAnswer>

const names = { teamId: t.String(), teamName: t.String(), churchName: t.String() }
export const StaffPlayerAnswer = t.Object({
  ...succeeded,
  data: t.Object({ ...StaffPlayer.properties, ...names, team: t.Object(names) }),
})
export type StaffPlayerAnswer = Static<typeof StaffPlayerAnswer>

const decided = { ...succeeded, message: t.String() }
export const ConfirmedAnswer = t.Union([
  t.Object({
    ...decided,
    team_id: t.String(),
    registration_status: t.Literal('confirmed'),
    email_notification: t.Literal('queued'),
  }),
  t.Object({
    ...decided,
    data: t.Object({ teamId: t.String(), status: t.Literal('confirmed'), alreadyConfirmed: t.Literal(true) }),
  }),
])
export type ConfirmedAnswer = Static<typeof ConfirmedAnswer>

export const RejectionBody = t.Object({ reason: t.Optional(t.String()) })
export const RejectedAnswer = t.Object({
  ...decided,
  team_id: t.String(),
  registration_status: t.Literal('rejected'),
})
export type RejectedAnswer = Static<typeof RejectedAnswer>

export const SequenceAnswer = t.Object({ ...decided, current_number: t.Integer(), next_team_id: t.String() })
export type SequenceAnswer = Static<typeof SequenceAnswer>

export const HealthAnswer = t.Object({
  status: t.Union([t.Literal('healthy'), t.Literal('unhealthy')]),
  service: t.String(),
  timestamp: Instant,
  version: t.String(),
})
export type HealthAnswer = Static<typeof HealthAnswer>

export const StatusAnswer = t.Object({
  status: t.Literal('operational'),
  api_version: t.String(),
  database: t.Union([t.Literal('connected'), t.Literal('disconnected')]),
  email_service: t.Union([t.Literal('configured'), t.Literal('not configured')]),
  tournament: nullable(t.String({ description: 'Null while the database is away.' })),
  timestamp: Instant,
})
export type StatusAnswer = Static<typeof StatusAnswer>

export const QueueAnswer = t.Object({
  status: t.Literal('operational'),
  pending_registrations: t.Integer(),
  processed_registrations: t.Integer(),
  message: t.String(),
})
export type QueueAnswer = Static<typeof QueueAnswer>
