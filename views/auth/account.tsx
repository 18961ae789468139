import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { Role } from '#src/permissions.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { errorAt } from './error-at.ts'

export type AccountProps = {
  frame: StaffFrame
  email: string
  roles: readonly Role[]
  passwordMin: number
  isChanged?: boolean
  errors?: SummaryError[]
  waitSeconds?: number
}

const ROLE_WORDS: Record<Role, () => string> = {
  viewer: m.staff_role_viewer,
  reviewer: m.staff_role_reviewer,
  admin: m.staff_role_admin,
  owner: m.staff_role_owner,
}

/** Who is signed in, and their password. */
export function AccountPage({ frame, email, roles, passwordMin, isChanged, errors = [], waitSeconds }: AccountProps) {
  const flash =
    waitSeconds !== undefined
      ? ({ kind: 'error', text: m.auth_wait({ count: waitSeconds }) } as const)
      : isChanged
        ? ({ kind: 'success', text: m.auth_password_changed() } as const)
        : undefined
  return (
    <StaffPage title={m.auth_account_title()} flash={flash} {...frame}>
      <Heading title={m.auth_account_title()} />
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <ErrorSummary errors={errors} />
      <Card id="person" title={frame.staffName}>
        <DescriptionList
          items={[
            { term: m.auth_email(), value: email },
            { term: m.auth_role(), value: roles.map((role) => ROLE_WORDS[role]()).join(', ') },
          ]}
        />
      </Card>
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
          <Field
            name="newPassword"
            label={m.auth_new_password()}
            type="password"
            autocomplete="new-password"
            hint={m.auth_password_hint({ min: passwordMin })}
            error={errorAt(errors, 'newPassword')}
            required
          />
          <Button type="submit" kind="primary">
            {m.auth_change_password()}
          </Button>
        </form>
      </Card>
    </StaffPage>
  )
}
