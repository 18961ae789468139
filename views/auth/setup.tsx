import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { errorAt } from './error-at.ts'

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
          <Field
            name="name"
            label={m.auth_name()}
            autocomplete="name"
            value={name}
            error={errorAt(errors, 'name')}
            required
          />
          <Field
            name="email"
            label={m.auth_email()}
            type="email"
            inputMode="email"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            value={email}
            error={errorAt(errors, 'email')}
            required
          />
          <Field
            name="password"
            label={m.auth_password()}
            type="password"
            autocomplete="new-password"
            hint={m.auth_password_hint({ min: passwordMin })}
            error={errorAt(errors, 'password')}
            required
          />
          <Button type="submit" kind="primary" isBlock>
            {m.auth_setup_claim()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
