import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type EntryDoorProps = {
  site: string
  reference: string
  /** As it was typed to have the link sent. */
  email: string
  /** Whether this server sends mail; else the organisers pass the link on. */
  canMail: boolean
  errors: SummaryError[]
  /** The link was asked for just now. */
  isAsked?: boolean
  /** Too many wrong guesses: seconds until the next one counts. */
  waitSeconds?: number
}

/** The ways to a team's own page: by its reference and PIN, or by a link that goes to the captain. */
export function EntryDoorPage(props: EntryDoorProps) {
  const { site, errors, canMail, waitSeconds } = props
  return (
    <Page title={m.entry_door_title()} tournamentName={site} isPrivate>
      <Heading title={m.entry_door_title()} lead={m.entry_door_lead()} />
      {props.isAsked && <Flash kind="info" text={canMail ? m.entry_link_asked() : m.entry_link_asked_by_hand()} />}
      <ErrorSummary errors={errors} />
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <Card>
        <ReferenceForm {...props} />
      </Card>
      <Card id="link" title={m.entry_link_title()} lead={canMail ? m.entry_link_lead() : m.entry_link_lead_by_hand()}>
        <form class="form-stack" method="post" action="/entry/link" noValidate>
          <Field
            name="email"
            label={m.entry_link_email()}
            type="email"
            value={props.email}
            error={errorOf(errors, 'email')}
            required
            maxLength={254}
            autocomplete="email"
            autocapitalize="none"
            spellcheck={false}
          />
          <Button type="submit" isBlock busyLabel={m.entry_link_asking()}>
            {canMail ? m.entry_link_ask() : m.entry_link_ask_by_hand()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}

function ReferenceForm({ reference, errors }: EntryDoorProps) {
  return (
    <form class="form-stack" method="post" action="/entry" noValidate>
      <Field
        name="reference"
        label={m.entry_reference()}
        hint={m.entry_reference_hint()}
        value={reference}
        error={errorOf(errors, 'reference')}
        required
        maxLength={20}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
      />
      <Field
        name="pin"
        label={m.entry_pin()}
        hint={m.entry_pin_hint()}
        type="password"
        inputMode="numeric"
        error={errorOf(errors, 'pin')}
        required
        maxLength={12}
        autocomplete="off"
      />
      <Button type="submit" kind="primary" isBlock busyLabel={m.entry_opening()}>
        {m.entry_open()}
      </Button>
    </form>
  )
}

const errorOf = (errors: SummaryError[], field: string) => errors.find((error) => error.field === field)?.message
