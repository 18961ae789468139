import { m } from '#messages'
import { errorAt } from '#views/auth/error-at.ts'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
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
          <Field
            name="name"
            label={m.auth_name()}
            autocomplete="name"
            value={name}
            error={errorAt(errors, 'name')}
            required
          />
          <Field
            name="newPassword"
            label={m.auth_password()}
            type="password"
            autocomplete="new-password"
            hint={m.auth_password_hint({ min: passwordMin })}
            error={errorAt(errors, 'newPassword')}
            required
          />
          <Button type="submit" kind="primary" isBlock>
            {m.accounts_accept()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
