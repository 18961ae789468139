import { m } from '#messages'
import type { ListedSession } from '#src/auth/accounts/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { ConfirmFirst } from './confirm-first.tsx'

export type SessionsPageProps = {
  frame: StaffFrame
  sessions: ListedSession[]
  timeZone: string
  /** Whoever has only a stolen cookie signs nobody out (OWASP ASVS 5, 7.5.2). */
  isConfirmed: boolean
  flash?: FlashMessage
}

/** Where one is signed in, and the ends of it. */
export function SessionsPage({ frame, sessions, timeZone, isConfirmed, flash }: SessionsPageProps) {
  return (
    <StaffPage title={m.accounts_sessions_title()} {...frame} flash={flash}>
      <Heading
        eyebrow={m.auth_account_title()}
        title={m.accounts_sessions_title()}
        lead={m.accounts_sessions_lead()}
        actions={
          <LinkButton href="/account" icon="arrowLeft">
            {m.accounts_back_to_account()}
          </LinkButton>
        }
      />
      <Card>
        <DataTable
          caption={m.accounts_sessions_table({ zone: timeZone })}
          rows={sessions}
          rowKey={({ id }) => id}
          columns={columns(frame.csrf, timeZone, isConfirmed)}
        />
        {sessions.length > 1 && !isConfirmed && <ConfirmFirst next="/account/sessions" />}
        {sessions.length > 1 && isConfirmed && (
          <form class="mt-6" method="post" action="/account/sessions/ending">
            <input type="hidden" name="csrf" value={frame.csrf} />
            <Button type="submit" kind="danger">
              {m.accounts_end_others()}
            </Button>
          </form>
        )}
      </Card>
    </StaffPage>
  )
}

const deviceText = ({ device, kind }: ListedSession) =>
  device || (kind === 'api' ? m.accounts_some_program() : m.accounts_some_browser())

const columns = (csrf: string, timeZone: string, isConfirmed: boolean): Column<ListedSession>[] => [
  {
    key: 'device',
    label: m.accounts_device(),
    isHeading: true,
    cell: (session) => (
      <>
        {deviceText(session)}
        {session.kind === 'api' && <> ({m.accounts_by_api()})</>}
      </>
    ),
  },
  {
    key: 'begun',
    label: m.accounts_begun(),
    cell: ({ createdAt }) => <Moment at={createdAt} timeZone={timeZone} />,
  },
  {
    key: 'used',
    label: m.accounts_column_used(),
    cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} timeZone={timeZone} />,
  },
  {
    key: 'end',
    label: m.accounts_column_state(),
    cell: (session) =>
      session.isThis ? (
        <Badge tone="success" icon="check" label={m.accounts_this_session()} />
      ) : (
        isConfirmed && (
          <form method="post" action={`/account/sessions/${session.id}/ending`}>
            <input type="hidden" name="csrf" value={csrf} />
            <Button
              type="submit"
              kind="quiet"
              attributes={{ 'aria-label': m.accounts_end_named({ device: deviceText(session) }) }}
            >
              {m.accounts_end()}
            </Button>
          </form>
        )
      ),
  },
]
