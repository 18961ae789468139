import { m } from '#messages'
import type { PendingEmail } from '#src/auth/accounts/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { errorAt } from '#views/auth/error-at.ts'
import { EmailField, NameField, NewPasswordField } from '#views/auth/fields.tsx'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { ConfirmFirst } from './confirm-first.tsx'

export type OwnAccountProps = {
  frame: StaffFrame
  email: string
  /** In words, a line each. */
  roles: string[]
  hasFactor: boolean
  pending?: PendingEmail
  passwordMin: number
  timeZone: string
  canMail: boolean
  isConfirmed: boolean
  /** As it was typed, where it was refused. */
  typed?: { name?: string; email?: string }
  errors?: SummaryError[]
  waitSeconds?: number
  flash?: FlashMessage
}

/** Who is signed in, and what they can change about it. */
export function OwnAccountPage(props: OwnAccountProps) {
  const { frame, email, roles, hasFactor, typed, errors = [], waitSeconds } = props
  const flash =
    waitSeconds === undefined ? props.flash : ({ kind: 'error', text: m.auth_wait({ count: waitSeconds }) } as const)
  return (
    <StaffPage title={m.auth_account_title()} {...frame} flash={flash}>
      <Heading title={m.auth_account_title()} />
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <ErrorSummary errors={errors} />
      <Card id="person" title={frame.staffName}>
        <DescriptionList
          items={[
            { term: m.auth_email(), value: <span class="wrap-anywhere">{email}</span> },
            { term: m.auth_role(), value: roles.map((role) => <div>{role}</div>) },
            { term: m.accounts_column_factor(), value: hasFactor ? m.accounts_yes() : m.accounts_no() },
          ]}
        />
        <div class="button-row mt-6">
          <LinkButton href="/account/second-factor">{m.accounts_column_factor()}</LinkButton>
          <LinkButton href="/account/sessions">{m.accounts_sessions_title()}</LinkButton>
        </div>
      </Card>
      <Card id="name-card" title={m.accounts_change_name()}>
        <form class="form-stack" method="post" action="/account/name">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <NameField value={typed?.name ?? frame.staffName} error={errorAt(errors, 'name')} />
          <div>
            <Button type="submit" kind="primary">
              {m.accounts_change_name()}
            </Button>
          </div>
        </form>
      </Card>
      <EmailCard {...props} />
      <PasswordCard {...props} />
    </StaffPage>
  )
}

function EmailCard({ frame, pending, timeZone, canMail, isConfirmed, typed, errors = [] }: OwnAccountProps) {
  return (
    <Card id="email-card" title={m.accounts_change_email()} lead={m.accounts_change_email_lead()}>
      {pending && <Pending csrf={frame.csrf} pending={pending} timeZone={timeZone} />}
      {!canMail && <p>{m.accounts_email_no_mail()}</p>}
      {canMail && !isConfirmed && <ConfirmFirst next="/account" />}
      {canMail && isConfirmed && (
        <form class="form-stack" method="post" action="/account/email">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <EmailField
            label={m.accounts_new_email()}
            autocomplete="email"
            value={typed?.email}
            error={errorAt(errors, 'email')}
          />
          <div>
            <Button type="submit" kind="primary" busyLabel={m.accounts_sending()}>
              {m.accounts_change_email()}
            </Button>
          </div>
        </form>
      )}
    </Card>
  )
}

function Pending({ csrf, pending, timeZone }: { csrf: string; pending: PendingEmail; timeZone: string }) {
  const said = (at: Date | null) => (at ? m.accounts_email_confirmed() : m.accounts_email_waiting())
  return (
    <form class="form-stack mb-6" method="post" action="/account/email/cancellation">
      <input type="hidden" name="csrf" value={csrf} />
      <DescriptionList
        items={[
          { term: m.accounts_new_email(), value: <span class="wrap-anywhere">{pending.email}</span> },
          { term: m.accounts_email_present_says(), value: said(pending.presentConfirmedAt) },
          { term: m.accounts_email_coming_says(), value: said(pending.comingConfirmedAt) },
          { term: m.accounts_until(), value: <Moment at={pending.expiresAt} timeZone={timeZone} hasZone /> },
        ]}
      />
      <div>
        <Button type="submit">{m.accounts_email_cancel()}</Button>
      </div>
    </form>
  )
}

const PasswordCard = ({ frame, email, passwordMin, errors = [] }: OwnAccountProps) => (
  <Card id="password" title={m.auth_change_password()} lead={m.auth_change_password_lead()}>
    <form class="form-stack" method="post" action="/account/password">
      <input type="hidden" name="csrf" value={frame.csrf} />
      <input type="hidden" name="username" autocomplete="username" value={email} />
      <Field
        name="currentPassword"
        label={m.auth_current_password()}
        type="password"
        autocomplete="current-password"
        error={errorAt(errors, 'currentPassword')}
        required
      />
      <NewPasswordField min={passwordMin} error={errorAt(errors, 'newPassword')} />
      <div>
        <Button type="submit" kind="primary">
          {m.auth_change_password()}
        </Button>
      </div>
    </form>
  </Card>
)
