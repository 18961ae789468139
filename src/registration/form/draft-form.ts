import type { Tournament } from '#src/context.ts'
import { DOCUMENT_KINDS, type DocumentKind, isDocumentKind } from '#src/documents/model.ts'
import type { FieldError } from '#src/errors.ts'

const TEXT_LENGTH_MAX = 300
const ROW_KEY = /^p\d{1,3}$/
const CONTACT_FIELDS = ['name', 'phone', 'email', 'whatsapp'] as const
const ROW_FIELDS = ['name', 'role', 'jerseyNumber', 'dateOfBirth'] as const

export type DraftContact = Record<(typeof CONTACT_FIELDS)[number], string>
/** A player's row; its key stays when rows above it go, so that its files stay its own. */
export type DraftRow = { key: string } & Record<(typeof ROW_FIELDS)[number], string>

/** What was typed so far, as it was typed. */
export type DraftForm = {
  teamName: string
  clubName: string
  paymentReference: string
  captain: DraftContact
  viceCaptain: DraftContact
  rows: DraftRow[]
}

const EMPTY_CONTACT: DraftContact = { name: '', phone: '', email: '', whatsapp: '' }
const emptyRow = (key: string): DraftRow => ({ key, name: '', role: '', jerseyNumber: '', dateOfBirth: '' })

export const emptyForm = (tournament: Tournament): DraftForm => ({
  teamName: '',
  clubName: '',
  paymentReference: '',
  captain: EMPTY_CONTACT,
  viceCaptain: EMPTY_CONTACT,
  rows: Array.from({ length: tournament.squadMin }, (_, index) => emptyRow(`p${index + 1}`)),
})

/** Reads what a browser posted: `captain.name`, `players.p3.name`, and `row` once for each row, in their order. Unknown names are left out. */
export function readDraftForm(
  tournament: Tournament,
  fields: readonly (readonly [name: string, value: string])[],
): DraftForm {
  const values = new Map(fields)
  const text = (name: string) => (values.get(name) ?? '').slice(0, TEXT_LENGTH_MAX).toWellFormed()
  const contact = (whose: string) =>
    Object.fromEntries(CONTACT_FIELDS.map((field) => [field, text(`${whose}.${field}`)])) as DraftContact
  const keys = [...new Set(fields.flatMap(([name, value]) => (name === 'row' && ROW_KEY.test(value) ? [value] : [])))]
  if (keys.length === 0) keys.push(...emptyForm(tournament).rows.map((row) => row.key))
  return {
    teamName: text('teamName'),
    clubName: text('clubName'),
    paymentReference: text('paymentReference'),
    captain: contact('captain'),
    viceCaptain: contact('viceCaptain'),
    rows: keys.slice(0, tournament.squadMax).map(
      (key) =>
        ({
          key,
          ...Object.fromEntries(ROW_FIELDS.map((field) => [field, text(`players.${key}.${field}`)])),
        }) as DraftRow,
    ),
  }
}

/** One more row, where the squad has room for it; its key was never used in this form. */
export function addRow(tournament: Tournament, form: DraftForm): DraftForm {
  if (form.rows.length >= tournament.squadMax) return form
  const highest = Math.max(0, ...form.rows.map((row) => Number(row.key.slice(1))))
  return { ...form, rows: [...form.rows, emptyRow(`p${highest + 1}`)] }
}

export const removeRow = (form: DraftForm, key: string): DraftForm => ({
  ...form,
  rows: form.rows.filter((row) => row.key !== key),
})

/** Where a file of the form lies: `team.<kind>` or `players.<row key>.<kind>`. */
export const slotOf = (kind: DocumentKind, rowKey?: string) =>
  rowKey === undefined ? `team.${kind}` : `players.${rowKey}.${kind}`

/** The kind and the row of a slot; undefined for what the tournament's form does not have. */
export function readSlot(tournament: Tournament, slot: string): { kind: DocumentKind; rowKey?: string } | undefined {
  const parts = slot.split('.')
  const kind = parts.at(-1)
  if (!isDocumentKind(kind) || !tournament.documents.some((asked) => asked.kind === kind)) return undefined
  if (DOCUMENT_KINDS[kind].subject === 'team') return slot === slotOf(kind) ? { kind } : undefined
  const rowKey = parts[1] ?? ''
  return ROW_KEY.test(rowKey) && slot === slotOf(kind, rowKey) ? { kind, rowKey } : undefined
}

/** Rows that count: those beyond the smallest squad in which nothing was entered are no players. */
export function filledRows(tournament: Tournament, form: DraftForm, slots: ReadonlySet<string>): DraftRow[] {
  const isBlank = (row: DraftRow) =>
    ROW_FIELDS.every((field) => row[field].trim() === '') &&
    ![...slots].some((slot) => slot.startsWith(`players.${row.key}.`))
  const rows = [...form.rows]
  while (rows.length > tournament.squadMin && isBlank(rows.at(-1)!)) rows.pop()
  return rows
}

/** The registration that the form describes, as the API's body. */
export const bodyOf = (form: DraftForm, rows: readonly DraftRow[]) => ({
  teamName: form.teamName,
  clubName: form.clubName,
  captain: form.captain,
  viceCaptain: form.viceCaptain,
  paymentReference: form.paymentReference,
  players: rows.map((row) => ({
    name: row.name,
    role: row.role,
    jerseyNumber: row.jerseyNumber.trim() === '' ? null : Number(row.jerseyNumber),
    dateOfBirth: row.dateOfBirth,
  })),
})

/** Errors as the body names them, by the form's own names: `players[2].name` is `players.p3.name` while the third row's key is `p3`. */
export const errorsByField = (errors: readonly FieldError[], rows: readonly DraftRow[]): FieldError[] =>
  errors.map((error) => ({
    ...error,
    field: error.field.replace(/^players\[(\d+)\]/, (_, index: string) => `players.${rows[Number(index)]?.key}`),
  }))

/** Which section a field stands in: each player's row is one. */
export function sectionOf(field: string): string {
  if (field.startsWith('captain.')) return 'captain'
  if (field.startsWith('viceCaptain.')) return 'viceCaptain'
  if (field.startsWith('players.')) return field.split('.').slice(0, 2).join('.')
  if (field === 'players') return 'players'
  return field.startsWith('team.') || field === 'paymentReference' ? 'documents' : 'team'
}
