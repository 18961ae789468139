import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { errorAt } from './error-at.ts'
import { EmailField } from './fields.tsx'
import { PasskeyForm } from './passkey-form.tsx'

export type SignInProps = {
  site: string
  /** Where it leads afterwards. */
  next: string
  /** Browsers use passkeys at this address. */
  hasPasskeys?: boolean
  email?: string
  errors?: SummaryError[]
  /** Too many wrong guesses: seconds until the next one counts. */
  waitSeconds?: number
  /** The second step came too late. */
  isExpired?: boolean
  /** A new password was just chosen. */
  isReset?: boolean
  /** Whether a link to choose another password can be mailed. */
  canMail?: boolean
}

/** The door of the staff area. */
export function SignInPage(props: SignInProps) {
  const { site, next, hasPasskeys, email, errors = [], waitSeconds, isExpired, isReset, canMail } = props
  return (
    <Page title={m.auth_sign_in_title()} tournamentName={site} isPrivate>
      <Heading title={m.auth_sign_in_title()} lead={m.auth_sign_in_lead()} />
      {isReset && <Flash kind="success" text={m.accounts_reset_done()} />}
      {isExpired && <Flash kind="warning" text={m.factor_expired()} />}
      {waitSeconds !== undefined && <Flash kind="error" text={m.auth_wait({ count: waitSeconds })} />}
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action="/sign-in">
          <input type="hidden" name="next" value={next} />
          <EmailField value={email} />
          <Field
            name="password"
            label={m.auth_password()}
            type="password"
            autocomplete="current-password"
            error={errorAt(errors, 'password')}
            required
          />
          <Button type="submit" kind="primary" isBlock>
            {m.auth_sign_in()}
          </Button>
        </form>
      </Card>
      <p>{canMail ? <a href="/password-reset">{m.accounts_forgot()}</a> : m.accounts_forgot_ask()}</p>
      {hasPasskeys && (
        <Card id="passkey">
          <PasskeyForm action="/sign-in/passkey" does="get" label={m.passkey_sign_in()} fields={{ next }} />
        </Card>
      )}
    </Page>
  )
}
