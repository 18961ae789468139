import { type Static, Type as t } from '@sinclair/typebox'
import { EMAIL_LENGTH_MAX, PERSON_NAME_LENGTH, TEAM_NAME_LENGTH } from '#src/lib/names.ts'

export const DOCUMENTS_OF_TEAM_MAX = 10
export const DOCUMENTS_OF_PLAYER_MAX = 5
export const PAYMENT_REFERENCE_LENGTH_MAX = 80

const PersonName = t.String({
  minLength: PERSON_NAME_LENGTH.min,
  maxLength: PERSON_NAME_LENGTH.max,
  description: "Letters of any script, spaces, - ' ’ .",
})
const TeamName = t.String({
  minLength: TEAM_NAME_LENGTH.min,
  maxLength: TEAM_NAME_LENGTH.max,
  description: "Letters of any script, digits, spaces, - ' ’ . & , ( )",
})
const UploadId = t.String({ description: 'The id that POST /uploads answered.', maxLength: 64 })

const ContactBody = t.Object(
  {
    name: PersonName,
    phone: t.String({ description: 'National or E.164.' }),
    email: t.String({ format: 'email', maxLength: EMAIL_LENGTH_MAX }),
    whatsapp: t.Optional(t.Union([t.String(), t.Null()], { description: 'Empty: the phone.' })),
  },
  { title: 'Contact' },
)

const PlayerBody = t.Object(
  {
    name: PersonName,
    role: t.Optional(t.Union([t.String(), t.Null()], { description: 'One of the tournament’s roles, or empty.' })),
    jerseyNumber: t.Optional(t.Union([t.Integer({ minimum: 0, maximum: 999 }), t.Null()])),
    dateOfBirth: t.Optional(t.Union([t.String({ format: 'date' }), t.Null()])),
    documents: t.Optional(t.Array(UploadId, { maxItems: DOCUMENTS_OF_PLAYER_MAX })),
  },
  { title: 'Player' },
)

/** A registration as the API takes it. */
export const RegistrationBody = t.Object(
  {
    teamName: TeamName,
    clubName: TeamName,
    captain: ContactBody,
    viceCaptain: ContactBody,
    players: t.Array(PlayerBody, { description: 'As many as the tournament’s squad size allows.' }),
    documents: t.Optional(t.Array(UploadId, { maxItems: DOCUMENTS_OF_TEAM_MAX })),
    paymentReference: t.Optional(t.Union([t.String({ maxLength: PAYMENT_REFERENCE_LENGTH_MAX }), t.Null()])),
  },
  { title: 'Registration' },
)
export type RegistrationBody = Static<typeof RegistrationBody>

/** What a captain gets; `pin` is shown this once. `teamId` is null until the tournament reveals it. */
export const RegistrationAnswer = t.Object(
  {
    id: t.String({ format: 'uuid' }),
    teamId: t.Union([t.String(), t.Null()]),
    state: t.String(),
    reference: t.String(),
    pin: t.String(),
    statusUrl: t.String(),
  },
  { title: 'RegistrationAnswer' },
)
export type RegistrationAnswer = Static<typeof RegistrationAnswer>
