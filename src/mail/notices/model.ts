import type { Notice } from '#src/vitals/notices.ts'

/** What a mail to owners tells of a notice. */
export type TellableNotice = Pick<Notice, 'kind' | 'subject' | 'since'>

/** As a mail's data keeps them. */
export const writeNotices = (notices: readonly TellableNotice[]): string =>
  JSON.stringify(notices.map(({ kind, subject, since }) => ({ kind, subject, since: since.toISOString() })))

/** None where nothing was kept. */
export function readNotices(kept: unknown): TellableNotice[] {
  if (typeof kept !== 'string') return []
  const notices: (Omit<TellableNotice, 'since'> & { since: string })[] = JSON.parse(kept)
  return notices.map(({ kind, subject, since }) => ({ kind, subject, since: new Date(since) }))
}

export const isSame = (one: TellableNotice, other: TellableNotice) =>
  one.kind === other.kind && one.subject === other.subject
