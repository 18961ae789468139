import { m } from '#messages'
import type { FieldError } from '#src/errors.ts'
import type { MailKind } from '../model.ts'
import { LETTERS, type Placeholder, type Template } from './kinds.ts'

export const SUBJECT_LENGTH_MAX = 150
export const BODY_LENGTH_MAX = 5000
/** All others are of one line, whatever they hold. */
const HAS_LINES: ReadonlySet<Placeholder> = new Set(['squad', 'reason', 'changes', 'notices'])
const PLACEHOLDER = /\{([^{}\n]*)\}/g

/** Where the link goes, which is made as the message is sent. */
export const LINK: unique symbol = Symbol('link')
/** One line of a message; the link stands in it as itself. */
export type Line = (string | typeof LINK)[]
/** What a message says, before it is made text or HTML: paragraphs of lines. */
export type Said = { subject: string; paragraphs: Line[][] }
export type Values = Partial<Record<Placeholder, string>>

/** As it is kept: composed, with plain line ends, without space around it. */
export const tidyTemplate = ({ subject, body }: Template): Template => ({
  subject: subject.normalize('NFC').trim(),
  body: body.normalize('NFC').replace(/\r\n?/g, '\n').trim(),
})

/** Everything that is wrong with a tournament's own words for a message, by field. */
export function checkTemplate(kind: MailKind, { subject, body }: Template): FieldError[] {
  const { placeholders, needsLink } = LETTERS[kind]
  const known = placeholders.map((name) => `{${name}}`).join(', ')
  const errors: FieldError[] = []
  const add = (field: string, code: string, message: string) => errors.push({ field, code, message })
  for (const [field, text, max] of [
    ['subject', subject, SUBJECT_LENGTH_MAX],
    ['body', body, BODY_LENGTH_MAX],
  ] as const) {
    const unknown = [...text.matchAll(PLACEHOLDER)]
      .map(([, name]) => name!)
      .find((name) => !isOneOf(placeholders, name))
    if (text === '') add(field, 'required', m.letters_required())
    else if ([...text].length > max) add(field, 'length', m.letters_length({ max }))
    else if (/[^\P{Cc}\n\t]/u.test(text) || (field === 'subject' && /[\n\t]/.test(text)))
      add(field, 'characters', m.letters_characters())
    else if (unknown !== undefined) add(field, 'placeholder', m.letters_unknown({ name: `{${unknown}}`, known }))
    else if (/[{}]/.test(text.replace(PLACEHOLDER, ''))) add(field, 'braces', m.letters_braces({ known }))
  }
  if (subject.includes('{link}')) add('subject', 'link', m.letters_link_in_subject())
  if (needsLink && errors.length === 0 && !body.includes('{link}'))
    add('body', 'link', m.letters_needs_link({ link: '{link}' }))
  return errors
}

const isOneOf = (placeholders: readonly Placeholder[], name: string): name is Placeholder =>
  placeholders.some((placeholder) => placeholder === name)

/**
 * Puts the values in. A line that names something there is nothing of is left out; what a value says is never taken for a placeholder.
 */
export function fillTemplate({ subject, body }: Template, values: Values): Said {
  const blocks = body.split(/\n\s*\n/).map((block) => block.split('\n').flatMap((line) => fillLine(line, values)))
  return {
    subject: subject.replace(PLACEHOLDER, (_, name: Placeholder) => oneLine(values[name] ?? '')).trim(),
    paragraphs: blocks.filter((lines) => lines.length > 0),
  }
}

/** The line, or several where a value has several, or none. */
function fillLine(line: string, values: Values): Line[] {
  // Text and names of placeholders take turns.
  const pieces = line.split(PLACEHOLDER).map((piece, index): Line[number] | undefined => {
    if (index % 2 === 0) return piece
    return piece === 'link' ? LINK : readable(values, piece as Placeholder)
  })
  if (pieces.includes(undefined)) return []
  const lines: Line[] = [[]]
  for (const piece of pieces as Line) {
    const parts: Line = piece === LINK ? [LINK] : piece.split('\n')
    lines.at(-1)!.push(parts[0]!)
    lines.push(...parts.slice(1).map((part): Line => [part]))
  }
  return lines.map((pieces) => pieces.filter((piece) => piece !== ''))
}

/** Without control characters, but for the line ends of what has lines; nothing is undefined. */
function readable(values: Values, name: Placeholder): string | undefined {
  const value = values[name] ?? ''
  return (HAS_LINES.has(name) ? value.replace(/[^\P{Cc}\n]+/gu, ' ').trim() : oneLine(value)) || undefined
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim()
