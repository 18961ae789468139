/** `files-waiting`: they should be at their host by now, or are many; `files-leaving`: they should be deleted there by now. */
export type NoticeKind = 'dependency-open' | 'error-rate' | 'files-waiting' | 'files-leaving'

export type Notice = {
  /** Its kind and what it is about: `dependency-open mail`. */
  id: string
  kind: NoticeKind
  /** The name of a dependency; empty where the notice is about all. */
  subject: string
  since: Date
}

export type NoticeBoard = {
  /** Nothing where it stands already, dismissed or not. */
  raise(kind: NoticeKind, subject?: string): void
  resolve(kind: NoticeKind, subject?: string): void
  /** Hides it until it is raised again after it was resolved. Gives the notice that was shown. */
  dismiss(id: string): Notice | undefined
  shown(): Notice[]
}

/** Notices to staff in this process's memory. There are as many at most as there are kinds and dependencies. */
export function noticeBoard(now: () => Date, onRaised: (notice: Notice) => void): NoticeBoard {
  const standing = new Map<string, Notice & { isDismissed: boolean }>()
  const idOf = (kind: NoticeKind, subject: string) => (subject ? `${kind} ${subject}` : kind)
  return {
    raise(kind, subject = '') {
      const id = idOf(kind, subject)
      if (standing.has(id)) return
      const notice = { id, kind, subject, since: now(), isDismissed: false }
      standing.set(id, notice)
      onRaised(notice)
    },
    resolve(kind, subject = '') {
      standing.delete(idOf(kind, subject))
    },
    dismiss(id) {
      const notice = standing.get(id)
      if (!notice || notice.isDismissed) return undefined
      notice.isDismissed = true
      return notice
    },
    shown: () => [...standing.values()].filter(({ isDismissed }) => !isDismissed),
  }
}
