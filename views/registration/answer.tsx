import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { type RegistrationState, StateBadge } from '#views/parts/state-badge.tsx'

export type AnswerProps = {
  tournamentName: string
  base: string
  teamName: string
  teamId: string | null
  state: RegistrationState
  reference: string
  /** Known for ten minutes after sending; then only the captain has it. */
  secrets: { pin: string; entryUrl: string } | undefined
}

/** After sending: what was received, how to follow it, what happens next. The same however often it is sent. */
export function AnswerPage(props: AnswerProps) {
  const { secrets, state } = props
  return (
    <Page title={m.answer_title()} tournamentName={props.tournamentName} homeHref={`${props.base}/`} isPrivate>
      <Heading
        title={m.answer_title()}
        lead={
          state === 'waitlisted'
            ? m.answer_waiting_list({ team: props.teamName })
            : m.answer_lead({ team: props.teamName })
        }
        actions={<StateBadge state={state} />}
      />
      <Card id="keep" title={m.answer_keep()} lead={secrets ? m.answer_keep_lead() : m.answer_pin_gone()}>
        <DescriptionList
          items={[
            { term: m.entry_reference(), value: <strong class="code-words">{props.reference}</strong> },
            { term: m.entry_pin(), value: secrets && <strong class="code-words">{secrets.pin}</strong> },
            { term: m.entry_team_id(), value: props.teamId },
          ]}
        />
        <div class="form-actions">
          <LinkButton kind="primary" href={secrets?.entryUrl ?? '/entry'}>
            {m.answer_open_entry()}
          </LinkButton>
        </div>
        {secrets && (
          <p class="field-hint">
            {m.answer_link()} <a href={secrets.entryUrl}>{secrets.entryUrl}</a>
          </p>
        )}
      </Card>
      <Card id="next" title={m.answer_next()}>
        <ol class="plain-steps">
          <li>{m.answer_next_review()}</li>
          <li>{m.answer_next_told()}</li>
          <li>{m.answer_next_status()}</li>
        </ol>
      </Card>
    </Page>
  )
}

/** Instead of the form while entries are not taken. */
export function ClosedPage({
  tournamentName,
  base,
  sentence,
}: {
  tournamentName: string
  base: string
  sentence: string
}) {
  return (
    <Page title={sentence} tournamentName={tournamentName} homeHref={`${base}/`}>
      <Heading title={m.form_title()} />
      <EmptyState title={sentence} text={m.form_closed_lead()} icon="clock">
        <LinkButton href="/entry">{m.home_entry()}</LinkButton>
      </EmptyState>
    </Page>
  )
}
