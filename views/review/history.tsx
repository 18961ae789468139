import { m } from '#messages'
import type { HistoryLine, MailLine } from '#src/review/model.ts'
import { MailStateBadge } from '#views/mail/state-badge.tsx'
import { mailKindLabel } from '#views/mail/words.ts'
import { DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { StateBadge } from '#views/parts/state-badge.tsx'

/** Every move of a registration: when, to which state, by whom and why. */
export function HistoryTable({ history, timeZone }: { history: HistoryLine[]; timeZone: string }) {
  return (
    <DataTable
      caption={m.review_history_table({ zone: timeZone })}
      rows={history}
      rowKey={(line) => `${line.at.toISOString()} ${line.to}`}
      columns={[
        {
          key: 'at',
          label: m.review_when(),
          isHeading: true,
          cell: (line) => <Moment at={line.at} timeZone={timeZone} />,
        },
        { key: 'to', label: m.board_state(), cell: (line) => <StateBadge state={line.to} /> },
        { key: 'by', label: m.review_by(), cell: whoActed },
        {
          key: 'reason',
          label: m.review_reason(),
          cell: (line) => <span class="whitespace-pre-line">{line.reason ?? '–'}</span>,
        },
      ]}
    />
  )
}

function whoActed({ by, actorKind }: HistoryLine): string {
  if (by !== null) return by
  return actorKind === 'captain' ? m.board_captain() : m.review_by_server()
}

type MailTableProps = { mails: MailLine[]; timeZone: string; hasMail: boolean }

/** What was written to the captain, and whether it went. */
export function MailTable({ mails, timeZone, hasMail }: MailTableProps) {
  return (
    <DataTable
      caption={m.review_mails_table({ zone: timeZone })}
      rows={mails}
      rowKey={(mail) => mail.id}
      empty={<EmptyState title={m.review_no_mails()} icon="inbox" />}
      columns={[
        {
          key: 'kind',
          label: m.review_mail(),
          isHeading: true,
          cell: ({ id, kind }) =>
            hasMail ? <a href={`/admin/mail/${id}`}>{mailKindLabel(kind)}</a> : mailKindLabel(kind),
        },
        { key: 'at', label: m.review_when(), cell: (mail) => <Moment at={mail.at} timeZone={timeZone} /> },
        { key: 'state', label: m.board_state(), cell: (mail) => <MailStateBadge state={mail.state} /> },
        {
          key: 'answer',
          label: m.mail_last_answer(),
          cell: (mail) => (
            <span class="wrap-anywhere">{mail.isErased ? m.review_mail_erased() : (mail.lastAnswer ?? '–')}</span>
          ),
        },
      ]}
    />
  )
}
