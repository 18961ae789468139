import { m } from '#messages'
import type { Tournament } from '#src/context.ts'
import type { FieldError } from '#src/errors.ts'
import { checkEmail, checkPersonName, checkTeamName, tidy, type Wrong } from '#src/lib/names.ts'
import { readPhone } from '#src/lib/phone.ts'
import type { Contact, Player } from '#src/teams/model.ts'
import { checkDateOfBirth, checkSquad } from './check-squad.ts'
import { DOCUMENTS_OF_PLAYER_MAX, DOCUMENTS_OF_TEAM_MAX, PAYMENT_REFERENCE_LENGTH_MAX } from './model.ts'

/** A form as it is stored: tidied, numbers in E.164, nothing empty but what may be. */
export type RegistrationForm = {
  teamName: string
  clubName: string
  captain: Contact
  viceCaptain: Contact
  players: (Player & { documents: string[] })[]
  documents: string[]
  paymentReference: string | null
}

const UPLOAD_ID_LENGTH_MAX = 64
const JERSEY_MAX = 999

/**
 * Reads a registration as any door gives it and says everything that is wrong with it at once, each by its field in the body
 * (`captain.phone`, `players[2].name`). The form is meaningful only when there are no errors.
 */
export function checkForm(tournament: Tournament, body: unknown): { form: RegistrationForm; errors: FieldError[] } {
  const errors: FieldError[] = []
  const read = reader(errors)
  const root = read.object(body, '')
  const form: RegistrationForm = {
    teamName: read.checked(root.teamName, 'teamName', checkTeamName),
    clubName: read.checked(root.clubName, 'clubName', checkTeamName),
    captain: readContact(read, root.captain, 'captain', tournament.country),
    viceCaptain: readContact(read, root.viceCaptain, 'viceCaptain', tournament.country),
    players: read
      .list(root.players, 'players')
      .map((player, index) => readPlayer(read, player, `players[${index}]`, tournament)),
    documents: readUploadIds(read, root.documents, 'documents', DOCUMENTS_OF_TEAM_MAX),
    paymentReference: read.optional(root.paymentReference, 'paymentReference', checkPaymentReference),
  }
  errors.push(...checkSquad(tournament, form.players, errors))
  return { form, errors }
}

function readContact(read: Reader, value: unknown, field: string, country: string): Contact {
  const contact = read.object(value, field)
  /** Reading a number is the dearest of all checks, so each is read once. */
  const numbers = { phone: '', whatsapp: '' }
  const readInto = (which: keyof typeof numbers) => (written: string) => {
    numbers[which] = readPhone(written, country) ?? ''
    return numbers[which] === '' ? { code: 'phone', message: m.rules_phone() } : undefined
  }
  const name = read.checked(contact.name, `${field}.name`, checkPersonName)
  read.checked(contact.phone, `${field}.phone`, (written) =>
    written === '' ? { code: 'required', message: m.rules_phone_required() } : readInto('phone')(written),
  )
  const email = read.checked(contact.email, `${field}.email`, checkEmail)
  read.optional(contact.whatsapp, `${field}.whatsapp`, readInto('whatsapp'))
  return { name, email, phone: numbers.phone, whatsapp: numbers.whatsapp || numbers.phone }
}

function readPlayer(
  read: Reader,
  value: unknown,
  field: string,
  tournament: Tournament,
): RegistrationForm['players'][number] {
  const player = read.object(value, field)
  const name = read.checked(player.name, `${field}.name`, checkPersonName)
  const role = read.optional(player.role, `${field}.role`, (given) =>
    tournament.playerRoles.includes(given)
      ? undefined
      : { code: 'choice', message: m.rules_role({ roles: tournament.playerRoles.join(', ') }) },
  )
  const jerseyNumber = read.number(player.jerseyNumber, `${field}.jerseyNumber`, JERSEY_MAX)
  if (tournament.asksJerseyNumber && (player.jerseyNumber ?? null) === null)
    read.refuse(`${field}.jerseyNumber`, { code: 'required', message: m.rules_jersey_required() })
  const dateOfBirth = read.optional(player.dateOfBirth, `${field}.dateOfBirth`, (given) =>
    checkDateOfBirth(tournament, given),
  )
  if (tournament.asksDateOfBirth && dateOfBirth === null)
    read.refuse(`${field}.dateOfBirth`, { code: 'required', message: m.rules_birth_date_required() })
  return {
    name,
    role,
    jerseyNumber,
    dateOfBirth,
    documents: readUploadIds(read, player.documents, `${field}.documents`, DOCUMENTS_OF_PLAYER_MAX),
  }
}

function readUploadIds(read: Reader, value: unknown, field: string, max: number): string[] {
  if (value === undefined || value === null) return []
  const ids = read.list(value, field)
  if (ids.length > max) read.refuse(field, { code: 'length', message: m.rules_documents_max({ max }) })
  const isUploadId = (id: unknown): id is string =>
    typeof id === 'string' && id.length > 0 && id.length <= UPLOAD_ID_LENGTH_MAX
  ids.slice(0, max).forEach((id, index) => {
    if (!isUploadId(id)) read.refuse(`${field}[${index}]`, { code: 'upload', message: m.rules_upload() })
  })
  return ids.slice(0, max).filter(isUploadId)
}

const CONTROL = /\p{Cc}/u
const checkPaymentReference = (given: string): Wrong | undefined =>
  CONTROL.test(given) || !given.isWellFormed() || given.length > PAYMENT_REFERENCE_LENGTH_MAX
    ? {
        code: given.length > PAYMENT_REFERENCE_LENGTH_MAX ? 'length' : 'characters',
        message: m.rules_payment_reference({ max: PAYMENT_REFERENCE_LENGTH_MAX }),
      }
    : undefined

type Reader = ReturnType<typeof reader>

/** Reads values of any type as what they should be, noting what is not. */
function reader(errors: FieldError[]) {
  const refuse = (field: string, wrong: Wrong) => void errors.push({ field, ...wrong })
  const required = (field: string) => refuse(field, { code: 'required', message: m.rules_required() })
  const text = (value: unknown, field: string) => {
    if (typeof value === 'string') return tidy(value)
    refuse(field, { code: 'type', message: m.rules_text() })
    return undefined
  }
  return {
    refuse,
    object(value: unknown, field: string): Record<string, unknown> {
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
      if (value !== undefined && value !== null) refuse(field, { code: 'type', message: m.rules_object() })
      return {}
    },
    list(value: unknown, field: string): unknown[] {
      if (Array.isArray(value)) return value.slice(0, LIST_MAX)
      if (value === undefined || value === null) required(field)
      else refuse(field, { code: 'type', message: m.rules_list() })
      return []
    },
    /** A text that a rule must hold for; a missing one is an empty one. */
    checked(value: unknown, field: string, check: (text: string) => Wrong | undefined): string {
      const given = text(value ?? '', field)
      const wrong = given === undefined ? undefined : check(given)
      if (wrong) refuse(field, wrong)
      return given ?? ''
    },
    optional(value: unknown, field: string, check: (text: string) => Wrong | undefined): string | null {
      if (value === undefined || value === null) return null
      const given = text(value, field)
      if (given === undefined || given === '') return null
      const wrong = check(given)
      if (wrong) refuse(field, wrong)
      return given
    },
    number(value: unknown, field: string, max: number): number | null {
      if (value === undefined || value === null) return null
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value
      refuse(field, { code: 'range', message: m.rules_jersey({ max }) })
      return null
    },
  }
}

/** More than any squad: what stands behind is not read. */
const LIST_MAX = 100
