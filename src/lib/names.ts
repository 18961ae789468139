import { m } from '#messages'

/** A rule's refusal of one value: a machine code and the sentence shown beside the field. */
export type Wrong = { code: string; message: string }

export const PERSON_NAME_LENGTH = { min: 2, max: 80 } as const
export const TEAM_NAME_LENGTH = { min: 3, max: 80 } as const
export const EMAIL_LENGTH_MAX = 254

const PERSON = /^[\p{L}\p{M} \-'’.\u200c\u200d]+$/u
const TEAM = /^[\p{L}\p{M}\p{Nd} \-'’.&,()\u200c\u200d]+$/u
const LETTER = /\p{L}/u
const LETTER_OR_DIGIT = /[\p{L}\p{Nd}]/u
/** HTML Standard, "valid e-mail address", with the lengths of RFC 5321 for a label. */
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** As it is stored: composed (NFC), without surrounding space, one space between words. */
export const tidy = (text: string) =>
  text
    .normalize('NFC')
    .trim()
    .replace(/[ \t]+/g, ' ')

/** What two names are compared by: ignoring case, width and spacing. */
export const nameKey = (name: string) => name.normalize('NFKC').toLowerCase().replace(/\s+/g, '')

/** What an e-mail address is compared by. */
export const emailKey = (email: string) => email.toLowerCase()

const lengthOf = (text: string) => [...text].length

/** Letters of any script with their marks, spaces, hyphen, apostrophes and full stop. */
export function checkPersonName(name: string): Wrong | undefined {
  const { min, max } = PERSON_NAME_LENGTH
  if (name === '') return { code: 'required', message: m.rules_name_required() }
  if (!PERSON.test(name) || !LETTER.test(name)) return { code: 'characters', message: m.rules_person_name_characters() }
  if (lengthOf(name) < min || lengthOf(name) > max) return { code: 'length', message: m.rules_length({ min, max }) }
  return undefined
}

/** The same plus digits, `&`, `,` and brackets: teams and clubs. */
export function checkTeamName(name: string): Wrong | undefined {
  const { min, max } = TEAM_NAME_LENGTH
  if (name === '') return { code: 'required', message: m.rules_name_required() }
  if (!TEAM.test(name) || !LETTER_OR_DIGIT.test(name))
    return { code: 'characters', message: m.rules_team_name_characters() }
  if (lengthOf(name) < min || lengthOf(name) > max) return { code: 'length', message: m.rules_length({ min, max }) }
  return undefined
}

export function checkEmail(email: string): Wrong | undefined {
  if (email === '') return { code: 'required', message: m.rules_email_required() }
  if (email.length > EMAIL_LENGTH_MAX || !EMAIL.test(email)) return { code: 'email', message: m.rules_email() }
  return undefined
}
