import { EMAIL, INSTANT, PHONE } from '#src/lib/log-mask.ts'
import type { AuditRecord } from './model.ts'

/** Of a text that somebody wrote; the rest is cut off. */
const TEXT_LENGTH_MAX = 300
const DIGITS_SHOWN = 2
const NAME = /name$/i
const MAIL = /mail$/i
const NUMBER = /phone$|whatsapp$/i

/**
 * What may be kept of a record: names (by the field's name) as initials, e-mail addresses as `a…@example.org`, numbers as their last two
 * digits, also where they stand within other text, which is cut.
 */
export const maskRecord = (record: AuditRecord | undefined): AuditRecord | undefined =>
  record &&
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === 'string' ? maskValue(name, value) : value]),
  )

function maskValue(field: string, value: string): string {
  if (value === '') return value
  if (MAIL.test(field)) return maskEmail(value)
  if (NUMBER.test(field)) return maskNumber(value)
  if (NAME.test(field)) return initialsOf(value)
  const text = value
    .replace(EMAIL, maskEmail)
    .replace(PHONE, (number) => (INSTANT.test(number) ? number : maskNumber(number)))
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text
}

function maskEmail(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '…' : `${firstOf(address)}…${address.slice(at)}`
}

const maskNumber = (number: string) => `…${number.replace(/\D/g, '').slice(-DIGITS_SHOWN)}`

const initialsOf = (name: string) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `${firstOf(word)}.`)
    .join(' ')

const graphemes = new Intl.Segmenter()
/** As people see it: a letter of any script with its marks. */
const firstOf = (word: string) => graphemes.segment(word)[Symbol.iterator]().next().value!.segment
