import { m } from '#messages'
import type { Side } from '#src/auth/accounts/model.ts'
import { Page } from '#views/layouts/page.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type EmailChangeProps = { site: string; token: string; side: Side; email: string; present: string }

/** Where each of two addresses says yes or no to the change. */
export function EmailChangePage({ site, token, side, email, present }: EmailChangeProps) {
  const lead =
    side === 'present' ? m.accounts_email_present_lead({ email, present }) : m.accounts_email_coming_lead({ email })
  return (
    <Page title={m.accounts_email_title()} tournamentName={site} isPrivate>
      <Heading title={m.accounts_email_title()} lead={lead} />
      <Card>
        <div class="button-row">
          <form method="post" action={`/email-change/${token}`}>
            <Button type="submit" kind="primary">
              {m.accounts_email_confirm()}
            </Button>
          </form>
          <form method="post" action={`/email-change/${token}/refusal`}>
            <Button type="submit">{m.accounts_email_refuse()}</Button>
          </form>
        </div>
      </Card>
    </Page>
  )
}

const OUTCOMES = {
  waiting: m.accounts_email_outcome_waiting,
  changed: m.accounts_email_outcome_changed,
  refused: m.accounts_email_outcome_refused,
}

/** What became of it. */
export function EmailDonePage({ site, outcome }: { site: string; outcome: keyof typeof OUTCOMES }) {
  return (
    <Page title={m.accounts_email_title()} tournamentName={site} isPrivate>
      <Heading title={m.accounts_email_title()} lead={OUTCOMES[outcome]()} />
      <p>
        <LinkButton href="/account">{m.accounts_to_account()}</LinkButton>
      </p>
    </Page>
  )
}
