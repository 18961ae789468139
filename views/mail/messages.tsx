import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { MailKind } from '#src/mail/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { mailKindLabel } from './words.ts'

type Message = { kind: MailKind; to: 'team' | 'staff'; subject: string; changedAt: Date | undefined }

/** Every kind of message that whoever looks may word, and whose words it has. */
export function MessagesPage({
  frame,
  messages,
  timeZone,
}: {
  frame: StaffFrame
  messages: Message[]
  timeZone: string
}) {
  const toTeams = messages.filter(({ to }) => to === 'team')
  const toStaff = messages.filter(({ to }) => to === 'staff')
  return (
    <StaffPage title={m.mail_messages()} section="mail" {...frame}>
      <Heading
        eyebrow={m.mail_title()}
        title={m.mail_messages()}
        lead={m.letters_lead()}
        actions={
          <LinkButton href="/admin/mail" icon="arrowLeft">
            {m.mail_log()}
          </LinkButton>
        }
      />
      <MessageTable id="teams" title={m.letters_to_teams()} messages={toTeams} timeZone={timeZone} />
      {toStaff.length > 0 && (
        <MessageTable id="staff" title={m.letters_to_staff()} messages={toStaff} timeZone={timeZone} />
      )}
    </StaffPage>
  )
}

type MessageTableProps = { id: string; title: string; messages: Message[]; timeZone: string }

function MessageTable({ id, title, messages, timeZone }: MessageTableProps) {
  return (
    <Card id={id} title={title}>
      <DataTable
        caption={title}
        rows={messages}
        rowKey={({ kind }) => kind}
        columns={[
          {
            key: 'kind',
            label: m.mail_column_message(),
            isHeading: true,
            cell: ({ kind }) => <a href={`/admin/mail/messages/${kind}`}>{mailKindLabel(kind)}</a>,
          },
          {
            key: 'subject',
            label: m.mail_subject(),
            cell: ({ subject }) => <span class="wrap-anywhere">{subject}</span>,
          },
          {
            key: 'words',
            label: m.letters_words(),
            cell: ({ changedAt }) =>
              changedAt === undefined ? (
                m.letters_words_default()
              ) : (
                <span class="inline-flex flex-wrap items-center gap-2">
                  <Badge tone="info" icon="check" label={m.letters_words_own()} />
                  <Moment at={changedAt} timeZone={timeZone} />
                </span>
              ),
          },
        ]}
      />
    </Card>
  )
}
