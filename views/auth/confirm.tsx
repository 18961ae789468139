import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { CodeField } from './code-field.tsx'
import { errorAt } from './error-at.ts'
import { PasskeyForm } from './passkey-form.tsx'

export type ConfirmProps = {
  frame: StaffFrame
  email: string
  /** Asks for a code, a recovery code at least; without it for the password. */
  hasFactor: boolean
  hasTotp: boolean
  /** One that can be used at this address. */
  hasPasskey: boolean
  /** Where it leads afterwards. */
  next: string
  errors?: SummaryError[]
  waitSeconds?: number
}

/** Asks again who it is, before what cannot be taken back. */
export function ConfirmPage({
  frame,
  email,
  hasFactor,
  hasTotp,
  hasPasskey,
  next,
  errors = [],
  waitSeconds,
}: ConfirmProps) {
  const flash =
    waitSeconds === undefined ? undefined : { kind: 'error' as const, text: m.auth_wait({ count: waitSeconds }) }
  return (
    <StaffPage title={m.confirm_title()} flash={flash} {...frame}>
      <Heading title={m.confirm_title()} lead={m.confirm_lead()} />
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action="/confirm">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <input type="hidden" name="next" value={next} />
          {hasFactor ? (
            <CodeField errors={errors} hasApp={hasTotp} />
          ) : (
            <>
              <input type="hidden" name="username" autocomplete="username" value={email} />
              <Field
                name="password"
                label={m.auth_password()}
                type="password"
                autocomplete="current-password"
                error={errorAt(errors, 'password')}
                required
              />
            </>
          )}
          <Button type="submit" kind="primary">
            {m.confirm_go()}
          </Button>
        </form>
      </Card>
      {hasPasskey && (
        <Card id="passkey">
          <PasskeyForm
            action="/confirm/passkey"
            does="get"
            label={m.passkey_use()}
            fields={{ csrf: frame.csrf, next }}
          />
        </Card>
      )}
    </StaffPage>
  )
}
