import type { PersonRow } from '#src/teams/service.ts'

export const PEOPLE_AT_ONCE_MAX = 100
export const SEARCH_LENGTH = { min: 2, max: 254 } as const
/** Fewer digits stand in too many numbers. */
const DIGITS_MIN = 6
/** Of a national number: what is before them is written in many ways. */
const NATIONAL_DIGITS = 10

const UUID = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'
const REF = new RegExp(`^(?:(?:captain|vice_captain|player):${UUID}|draft:${UUID}:(?:captain|viceCaptain|p\\d{1,6}))$`)

/** Where somebody stands: `captain:<team>`, `vice_captain:<team>`, `player:<player>`, `draft:<draft>:<captain, viceCaptain or row>`. */
export const isRef = (text: string): boolean => REF.test(text)

/** Somebody in a registration or in a form that is not sent. */
export type Person = Pick<PersonRow, 'tournamentId' | 'name' | 'phone' | 'email' | 'whatsapp' | 'documents'> & {
  ref: string
  part: PersonRow['part']
  tournamentName: string
  dateOfBirth: string | null
  /** Undefined in a form that is not sent. */
  team?: { id: string; code: string; name: string }
}

/** What is looked for in names and addresses (in lower case), and in numbers. */
export type Search = { texts: string[]; digits: string[] }

export function readSearch(typed: string): Search {
  const text = typed.normalize('NFC').trim().replace(/\s+/g, ' ').slice(0, SEARCH_LENGTH.max).toLowerCase()
  const digits = /^[\d ()+./-]+$/.test(text) ? nationalDigits(text) : undefined
  return {
    texts: text.length >= SEARCH_LENGTH.min && digits === undefined ? [text] : [],
    digits: digits === undefined ? [] : [digits],
  }
}

/** Everything by which somebody may stand elsewhere. */
export function searchOf({
  name,
  email,
  phone,
  whatsapp,
}: Pick<Person, 'name' | 'email' | 'phone' | 'whatsapp'>): Search {
  const texts = [name, email]
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text.length >= SEARCH_LENGTH.min)
  const digits = [phone, whatsapp].map(nationalDigits).filter((number) => number !== undefined)
  return { texts: [...new Set(texts)], digits: [...new Set(digits)] }
}

/** Whether two places are of one person as far as can be told: a number or an address in common, or name and birth date. */
export function isSamePerson(one: Person, other: Person): boolean {
  const [a, b] = [searchOf(one), searchOf(other)]
  const isNamesake = a.texts[0] === b.texts[0]
  const hasSameEmail = one.email !== '' && one.email.toLowerCase() === other.email.toLowerCase()
  const hasSameNumber = a.digits.some((number) => b.digits.includes(number))
  const hasSameBirth = Boolean(one.dateOfBirth) && one.dateOfBirth === other.dateOfBirth
  const isInOneTeam = one.team !== undefined && one.team.id === other.team?.id
  return hasSameEmail || hasSameNumber || (isNamesake && (hasSameBirth || isInOneTeam))
}

/** Whether a place fits what is looked for. */
export function fits({ texts, digits }: Search, person: Person): boolean {
  const words = [person.name, person.email].map((text) => text.toLowerCase())
  const numbers = [person.phone, person.whatsapp].map((number) => number.replace(/\D/g, ''))
  return (
    texts.some((text) => words.some((word) => word.includes(text))) ||
    digits.some((digit) => numbers.some((number) => number.includes(digit)))
  )
}

/** A POSIX regular expression (PostgreSQL) that finds what is known of the people in any text: names, addresses, numbers. */
export function patternOf(people: readonly Person[]): string {
  const words = people.flatMap(({ name, email, phone, whatsapp }) => {
    const numbers = [phone, whatsapp].flatMap((number) => [number, nationalDigits(number) ?? ''])
    return [name, email, ...numbers]
  })
  const known = [...new Set(words.map((word) => word.trim()).filter((word) => word.length >= SEARCH_LENGTH.min))]
  // The longest first: a name may begin another.
  const escaped = known.sort((a, b) => b.length - a.length).map((word) => word.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
  // Whole words: a short name may stand in many longer ones.
  return `(?<![[:alnum:]])(?:${escaped.join('|')})(?![[:alnum:]])`
}

function nationalDigits(number: string): string | undefined {
  const digits = number.replace(/\D/g, '').slice(-NATIONAL_DIGITS)
  return digits.length >= DIGITS_MIN ? digits : undefined
}
