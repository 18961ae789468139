import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import type { SeenAccount } from '#src/auth/accounts/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { Role } from '#src/permissions.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { AccountActs } from './account-acts.tsx'
import { ConfirmFirst } from './confirm-first.tsx'
import { type Giving, RoleFields } from './role-fields.tsx'
import { ACCOUNT_STATES, roleText } from './words.ts'

type HeldRole = { role: Role; tournamentId: string | null; tournament?: string; canTake: boolean }
export type AccountPageProps = {
  frame: StaffFrame
  account: SeenAccount & { mayAct: boolean }
  roles: HeldRole[]
  giving: Giving
  timeZone: string
  /** Whether every account is theirs to keep. */
  manages: boolean
  isSelf: boolean
  canMail: boolean
  isConfirmed: boolean
  flash?: FlashMessage
}

/** One person's account: who it is, what they may do, and what can be done about it. */
export function AccountPage(props: AccountPageProps) {
  const { frame, account, roles, giving, timeZone, isConfirmed, flash } = props
  const address = `/admin/staff/${account.id}`
  const { tone, icon, label } = ACCOUNT_STATES[account.state]
  const canChange = account.mayAct && isConfirmed
  return (
    <StaffPage title={account.name || account.email} section="staff" flash={flash} {...frame}>
      <Heading
        eyebrow={m.accounts_title()}
        title={account.name || account.email}
        actions={
          <>
            <Badge tone={tone} icon={icon} label={label()} />
            <LinkButton href="/admin/staff" icon="arrowLeft">
              {m.accounts_back()}
            </LinkButton>
          </>
        }
      />
      <Card>
        <Facts account={account} timeZone={timeZone} />
      </Card>
      {account.mayAct && !isConfirmed && (
        <Card id="confirm" title={m.accounts_change()}>
          <ConfirmFirst next={address} />
        </Card>
      )}
      <Card id="roles" title={m.accounts_column_roles()} lead={canChange ? m.accounts_roles_lead() : undefined}>
        <DataTable
          caption={m.accounts_column_roles()}
          rows={roles}
          rowKey={({ tournamentId }) => tournamentId ?? ''}
          empty={<EmptyState title={m.accounts_no_role()} />}
          columns={columns(address, frame.csrf, canChange)}
        />
        {canChange && (
          <form class="form-stack mt-6" method="post" action={`${address}/roles`}>
            <input type="hidden" name="csrf" value={frame.csrf} />
            <div class="field-grid">
              <RoleFields {...giving} />
            </div>
            <div>
              <Button type="submit" kind="primary">
                {m.accounts_give_role()}
              </Button>
            </div>
          </form>
        )}
      </Card>
      {canChange && <AccountActs {...props} address={address} />}
    </StaffPage>
  )
}

const Facts = ({ account, timeZone }: { account: SeenAccount; timeZone: string }) => (
  <DescriptionList
    items={[
      { term: m.auth_email(), value: <span class="wrap-anywhere">{account.email}</span> },
      { term: m.accounts_column_factor(), value: account.hasFactor ? m.accounts_yes() : m.accounts_no() },
      {
        term: m.accounts_column_used(),
        value: account.lastSeenAt ? (
          <Moment at={account.lastSeenAt} timeZone={timeZone} hasZone />
        ) : (
          m.accounts_not_signed_in()
        ),
      },
      {
        term: m.accounts_invited_until(),
        value: account.isInvited ? invitedUntil(account, timeZone) : undefined,
      },
    ]}
  />
)

const invitedUntil = ({ invitationEndsAt }: SeenAccount, timeZone: string): ComponentChildren =>
  invitationEndsAt ? <Moment at={invitationEndsAt} timeZone={timeZone} hasZone /> : m.accounts_invitation_over()

const columns = (address: string, csrf: string, canChange: boolean): Column<HeldRole>[] => [
  {
    key: 'role',
    label: m.auth_role(),
    isHeading: true,
    cell: ({ role, tournament }) => roleText(role, tournament),
  },
  ...(canChange
    ? [
        {
          key: 'take',
          label: m.accounts_change_role(),
          cell: ({ role, tournamentId, tournament, canTake }: HeldRole) =>
            canTake ? (
              <form method="post" action={`${address}/roles/removal`}>
                <input type="hidden" name="csrf" value={csrf} />
                <input type="hidden" name="tournament" value={tournamentId ?? ''} />
                <Button
                  type="submit"
                  kind="quiet"
                  attributes={{ 'aria-label': m.accounts_take_role_named({ role: roleText(role, tournament) }) }}
                >
                  {m.accounts_take_role()}
                </Button>
              </form>
            ) : (
              ''
            ),
        },
      ]
    : []),
]
