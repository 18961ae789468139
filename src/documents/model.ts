import { type Static, Type as t } from '@sinclair/typebox'
import { m } from '#messages'
import { CONTENT_TYPES, type ContentType } from '#src/files/file-type.ts'

/** Every kind of document there is, and of whom it is asked; which of them a tournament asks for is its own setting. */
export const DOCUMENT_KINDS = {
  pastor_letter: { subject: 'team' },
  payment_receipt: { subject: 'team' },
  group_photo: { subject: 'team' },
  aadhar: { subject: 'player' },
  subscription: { subject: 'player' },
} as const satisfies Record<string, { subject: 'team' | 'player' }>
export type DocumentKind = keyof typeof DOCUMENT_KINDS

export const isDocumentKind = (value: unknown): value is DocumentKind =>
  typeof value === 'string' && Object.hasOwn(DOCUMENT_KINDS, value)

const literals = <T extends string>(values: T[]) => t.Union(values.map((value) => t.Literal(value)))

const Kind = literals(Object.keys(DOCUMENT_KINDS) as DocumentKind[])

/** A file sent on its own. */
export const UploadBody = t.Object({ file: t.String({ format: 'binary' }), kind: Kind }, { title: 'Upload' })

/** The answer to a file sent on its own. */
export const UploadAnswer = t.Object({
  id: t.String({ description: 'Names the file in a registration, within 24 hours; whoever knows it may use it.' }),
  kind: Kind,
  bytes: t.Integer({ minimum: 1 }),
  contentType: literals(Object.keys(CONTENT_TYPES) as ContentType[]),
  sha256: t.String({ pattern: '^[0-9a-f]{64}$' }),
})
export type UploadAnswer = Static<typeof UploadAnswer>

type StoredFile = { kind: DocumentKind; fileId: string; originalName: string; bytes: number; contentType: ContentType }

/** A file sent over the API that no registration has named yet: `id` is its capability, `uploadId` its row, which binding names. */
export type Upload = StoredFile & { id: string; uploadId: string }
/** A file in a slot of a draft: `team.pastor_letter`, `players.<row key>.aadhar`. */
export type DraftFile = StoredFile & { slot: string; uploadId: string }
/** Why a document has no file any more: its time after the decision was over, or its person was erased. */
export type ErasedFor = 'retention' | 'request'
type Gone<T> = { [Key in keyof T]: null }
type Held = Pick<StoredFile, 'fileId' | 'bytes' | 'contentType'>
/** A document of a registered team, or of one of its players; once its file was erased, that it was there. */
export type Document = Pick<StoredFile, 'kind' | 'originalName'> & {
  id: string
  playerId: string | null
  position: number
} & ((Held & { erasedAt: null; erasedFor: null }) | (Gone<Held> & { erasedAt: Date; erasedFor: ErasedFor }))

/** What people call it. */
export const documentLabel = (kind: DocumentKind): string => m[`documents_${kind}`]()

/** What became of a document whose file was erased: the day and why, in the tournament's zone. Undefined while it has its file. */
export function erasedText(
  { timeZone }: { timeZone: string },
  { erasedAt, erasedFor }: { erasedAt: Date | null; erasedFor: ErasedFor | null },
): string | undefined {
  if (erasedAt === null || erasedFor === null) return undefined
  const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone }).format(erasedAt)
  return m[`documents_erased_${erasedFor}`]({ date })
}
