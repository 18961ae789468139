import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { CodeField } from './code-field.tsx'
import { PasskeyForm } from './passkey-form.tsx'

export type SecondFactorProps = {
  site: string
  /** Where it leads afterwards. */
  next: string
  hasTotp: boolean
  hasPasskey: boolean
  /** Browsers use passkeys at this address. */
  canPasskey: boolean
  errors?: SummaryError[]
  /** Too many wrong guesses: seconds until the next one counts. */
  waitSeconds?: number
}

/** The second step of a sign-in. */
export function SecondFactorPage(props: SecondFactorProps) {
  const { site, next, hasPasskey, canPasskey, errors = [], waitSeconds } = props
  return (
    <Page title={m.factor_sign_in_title()} tournamentName={site} isPrivate>
      <Heading title={m.factor_sign_in_title()} lead={m.factor_sign_in_lead()} />
      {waitSeconds !== undefined && <Flash kind="error" text={m.auth_wait({ count: waitSeconds })} />}
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action="/sign-in/second-factor">
          <input type="hidden" name="next" value={next} />
          <CodeField errors={errors} hasApp={props.hasTotp} />
          <Button type="submit" kind="primary" isBlock>
            {m.auth_sign_in()}
          </Button>
        </form>
      </Card>
      {hasPasskey && canPasskey && (
        <Card id="passkey">
          <PasskeyForm action="/sign-in/second-factor/passkey" does="get" label={m.passkey_use()} fields={{ next }} />
        </Card>
      )}
      {hasPasskey && !canPasskey && <p>{m.passkey_unsafe_address()}</p>}
      <p class="mt-6">
        <a class="link" href={`/sign-in?next=${encodeURIComponent(next)}`}>
          {m.factor_start_again()}
        </a>
      </p>
    </Page>
  )
}
