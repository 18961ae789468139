import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { errorAt } from './error-at.ts'
import { EmailField, NameField, NewPasswordField } from './fields.tsx'

export type SetupProps = {
  site: string
  token: string
  passwordMin: number
  name?: string
  email?: string
  errors?: SummaryError[]
}

/** Where the first owner of a new server makes their account. */
export function SetupPage({ site, token, passwordMin, name, email, errors = [] }: SetupProps) {
  return (
    <Page title={m.auth_setup_title()} tournamentName={site} isPrivate>
      <Heading title={m.auth_setup_title()} lead={m.auth_setup_lead()} />
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action={`/setup/${token}`}>
          <NameField value={name} error={errorAt(errors, 'name')} />
          <EmailField value={email} error={errorAt(errors, 'email')} />
          <NewPasswordField
            name="password"
            label={m.auth_password()}
            min={passwordMin}
            error={errorAt(errors, 'password')}
          />
          <Button type="submit" kind="primary" isBlock>
            {m.auth_setup_claim()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
