import { m } from '#messages'
import { errorAt } from '#views/auth/error-at.ts'
import { EmailField, NewPasswordField } from '#views/auth/fields.tsx'
import { Page } from '#views/layouts/page.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type RequestResetProps = {
  site: string
  canMail: boolean
  email?: string
  errors?: SummaryError[]
  /** Why it was refused. */
  refused?: string
  isSent?: boolean
}

/** Where somebody who forgot their password asks for another. */
export function RequestResetPage({ site, canMail, email, errors = [], refused, isSent }: RequestResetProps) {
  const flash: FlashMessage | undefined = refused === undefined ? undefined : { kind: 'error', text: refused }
  return (
    <Page title={m.accounts_forgot_title()} tournamentName={site} flash={flash} isPrivate>
      <Heading
        title={m.accounts_forgot_title()}
        lead={isSent ? m.accounts_forgot_sent() : canMail ? m.accounts_forgot_lead() : m.accounts_forgot_no_mail()}
      />
      <ErrorSummary errors={errors} />
      {!isSent && canMail && (
        <Card>
          <form class="form-stack" method="post" action="/password-reset">
            <EmailField value={email} error={errorAt(errors, 'email')} />
            <Button type="submit" kind="primary" isBlock>
              {m.accounts_forgot_send()}
            </Button>
          </form>
        </Card>
      )}
      <p>
        <LinkButton href="/sign-in" icon="arrowLeft">
          {m.accounts_to_sign_in()}
        </LinkButton>
      </p>
    </Page>
  )
}

export type NewPasswordProps = {
  site: string
  token: string
  email: string
  passwordMin: number
  errors: SummaryError[]
}

/** Where they choose it. */
export function NewPasswordPage({ site, token, email, passwordMin, errors }: NewPasswordProps) {
  return (
    <Page title={m.accounts_reset_title()} tournamentName={site} isPrivate>
      <Heading title={m.accounts_reset_title()} lead={m.accounts_reset_lead({ email })} />
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action={`/password-reset/${token}`}>
          <input type="hidden" name="username" autocomplete="username" value={email} />
          <NewPasswordField min={passwordMin} error={errorAt(errors, 'newPassword')} />
          <Button type="submit" kind="primary" isBlock>
            {m.auth_change_password()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
