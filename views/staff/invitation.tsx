import { m } from '#messages'
import { errorAt } from '#views/auth/error-at.ts'
import { NameField, NewPasswordField } from '#views/auth/fields.tsx'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type InvitationProps = {
  site: string
  token: string
  email: string
  name: string
  passwordMin: number
  errors: SummaryError[]
}

/** Where somebody who was invited says their name and chooses a password. */
export function InvitationPage({ site, token, email, name, passwordMin, errors }: InvitationProps) {
  return (
    <Page title={m.accounts_accept_title()} tournamentName={site} isPrivate>
      <Heading title={m.accounts_accept_title()} lead={m.accounts_accept_lead({ email })} />
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action={`/invitation/${token}`}>
          <input type="hidden" name="username" autocomplete="username" value={email} />
          <NameField value={name} error={errorAt(errors, 'name')} />
          <NewPasswordField label={m.auth_password()} min={passwordMin} error={errorAt(errors, 'newPassword')} />
          <Button type="submit" kind="primary" isBlock>
            {m.accounts_accept()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
