import type { Marks, PersonRow } from '#src/teams/service.ts'

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

/** Everything by which these people may stand elsewhere; of somebody without a name or a number, nothing. */
export function marksOf(people: readonly Person[]): Marks {
  const distinct = (texts: readonly (string | null | undefined)[]) => [
    ...new Set(
      texts.map((text) => (text ?? '').trim().toLowerCase()).filter((text) => text.length >= SEARCH_LENGTH.min),
    ),
  ]
  return {
    emails: distinct(people.map(({ email }) => email)),
    numbers: distinct(people.flatMap(({ phone, whatsapp }) => [phone, whatsapp].map(nationalDigits))),
    names: distinct(people.map(({ name }) => name)),
    births: distinct(people.map(({ dateOfBirth }) => dateOfBirth)),
    teamIds: distinct(people.map(({ team }) => team?.id)),
  }
}

/**
 * Whether two places are of one person as far as can be told: a like name, and a number, an address, the birth date or the team in common.
 * A number alone tells nothing: people share one.
 */
export function isSamePerson(one: Person, other: Person): boolean {
  const [a, b] = [marksOf([one]), marksOf([other])]
  const shares = (mark: keyof Marks) => a[mark].some((value) => b[mark].includes(value))
  if (shares('names')) return shares('emails') || shares('numbers') || shares('births') || shares('teamIds')
  return (shares('emails') || shares('numbers')) && isLikeName(a.names[0], b.names[0])
}

/** `Karthik V` and `Karthik Velmurugan`: each word of the shorter begins one of the longer. */
function isLikeName(one = '', other = ''): boolean {
  const [shorter, longer] = [one.split(' '), other.split(' ')].sort((a, b) => a.length - b.length) as [
    string[],
    string[],
  ]
  return shorter.every(
    (word) => word !== '' && longer.some((whole) => whole.startsWith(word) || word.startsWith(whole)),
  )
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

/**
 * A POSIX regular expression (PostgreSQL) that finds what is known of the people in any text: names however their words are joined,
 * addresses, numbers however they are grouped. Of people of whom nothing is known it finds nothing.
 */
export function patternOf(people: readonly Person[]): string {
  const { emails, numbers, names } = marksOf(people)
  // The longest first: a name may begin another.
  const words = [
    ...emails.map(literally),
    ...names.map((name) =>
      name
        .split(/[\s_.-]+/)
        .map(literally)
        .join(JOINED),
    ),
  ]
  const known = [...words.sort((a, b) => b.length - a.length), ...numbers.map(inGroups)]
  // Whole words: a short name may stand in many longer ones.
  return known.length === 0 ? '(?!)' : `(?<![[:alnum:]])(?:${known.join('|')})(?![[:alnum:]])`
}

const JOINED = '[[:space:]_.-]*'
/** What may stand before and between the digits of a number. */
const ABROAD = '(?:[+]?[0-9]{1,4}[ ()./-]*)?'
const GROUPED = '[ ()./-]*'

const literally = (text: string) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
const inGroups = (digits: string) => `${ABROAD}[(]?${[...digits].join(GROUPED)}`

function nationalDigits(number: string): string | undefined {
  const digits = number.replace(/\D/g, '').slice(-NATIONAL_DIGITS)
  return digits.length >= DIGITS_MIN ? digits : undefined
}
