import { m } from '#messages'
import type { ListedAccount } from '#src/auth/accounts/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { errorAt } from '#views/auth/error-at.ts'
import { EmailField } from '#views/auth/fields.tsx'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { Pagination } from '#views/parts/pagination.tsx'
import { ConfirmFirst } from './confirm-first.tsx'
import { type Giving, RoleFields } from './role-fields.tsx'
import { ACCOUNT_STATES, roleText } from './words.ts'

export type TypedInvitation = { email: string; name: string; role: string; tournament: string }
export type AccountsPageProps = {
  frame: StaffFrame
  rows: ListedAccount[]
  timeZone: string
  newerHref?: string
  olderHref?: string
  invitation: Giving & { canMail: boolean; isConfirmed: boolean; typed?: TypedInvitation }
  errors: SummaryError[]
  flash?: FlashMessage
}

/** Everybody who signs in, and an invitation for somebody else. */
export function AccountsPage({
  frame,
  rows,
  timeZone,
  newerHref,
  olderHref,
  invitation,
  errors,
  flash,
}: AccountsPageProps) {
  return (
    <StaffPage title={m.accounts_title()} section="staff" flash={flash} {...frame}>
      <Heading
        title={m.accounts_title()}
        lead={m.accounts_lead()}
        actions={
          <LinkButton href="#invite" kind="primary" icon="plus">
            {m.accounts_invite()}
          </LinkButton>
        }
      />
      <ErrorSummary errors={errors} />
      <Card>
        <DataTable
          caption={m.accounts_table({ zone: timeZone })}
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(timeZone)}
        />
        <Pagination newerHref={newerHref} olderHref={olderHref} />
      </Card>
      <Card id="invite" title={m.accounts_invite()} lead={m.accounts_invite_lead()}>
        {invitation.isConfirmed ? (
          <InvitationForm csrf={frame.csrf} errors={errors} {...invitation} />
        ) : (
          <ConfirmFirst next="/admin/staff" />
        )}
      </Card>
    </StaffPage>
  )
}

function InvitationForm({
  csrf,
  errors,
  canMail,
  typed,
  ...giving
}: Giving & { csrf: string; errors: SummaryError[]; canMail: boolean; typed?: TypedInvitation }) {
  return (
    <form class="form-stack" method="post" action="/admin/staff">
      <input type="hidden" name="csrf" value={csrf} />
      <div class="field-grid">
        <EmailField autocomplete="off" value={typed?.email} error={errorAt(errors, 'email')} />
        <Field
          name="name"
          label={m.accounts_name()}
          autocomplete="off"
          value={typed?.name}
          error={errorAt(errors, 'name')}
          optional
        />
        <RoleFields {...giving} role={typed?.role} tournament={typed?.tournament} error={errorAt(errors, 'role')} />
      </div>
      <div class="button-row">
        {canMail && (
          <Button type="submit" kind="primary" name="sending" value="mail" busyLabel={m.accounts_sending()}>
            {m.accounts_invite_by_mail()}
          </Button>
        )}
        <Button type="submit" kind={canMail ? 'secondary' : 'primary'} name="sending" value="link">
          {m.accounts_invite_by_link()}
        </Button>
      </div>
    </form>
  )
}

const columns = (timeZone: string): Column<ListedAccount>[] => [
  {
    key: 'name',
    label: m.accounts_column_name(),
    isHeading: true,
    cell: ({ id, name, email }) => (
      <>
        <a class="wrap-anywhere" href={`/admin/staff/${id}`}>
          {name || email}
        </a>
        {name !== '' && <div class="wrap-anywhere font-normal">{email}</div>}
      </>
    ),
  },
  {
    key: 'roles',
    label: m.accounts_column_roles(),
    cell: ({ roles }) =>
      roles.length === 0 ? m.accounts_no_role() : roles.map((one) => <div>{roleText(one.role, one.tournament)}</div>),
  },
  {
    key: 'state',
    label: m.accounts_column_state(),
    cell: ({ state }) => {
      const { tone, icon, label } = ACCOUNT_STATES[state]
      return <Badge tone={tone} icon={icon} label={label()} />
    },
  },
  {
    key: 'factor',
    label: m.accounts_column_factor(),
    cell: ({ hasFactor }) => (hasFactor ? m.accounts_yes() : m.accounts_no()),
  },
  {
    key: 'used',
    label: m.accounts_column_used(),
    cell: ({ lastSeenAt }) =>
      lastSeenAt === null ? m.accounts_not_signed_in() : <Moment at={lastSeenAt} timeZone={timeZone} />,
  },
]
