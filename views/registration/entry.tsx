import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { CheckboxField } from '#views/parts/checkbox-field.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { formatBytes } from '#views/parts/file-field.tsx'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Picture } from '#views/parts/picture.tsx'
import { type RegistrationState, StateBadge } from '#views/parts/state-badge.tsx'

/** With the address of a small picture of it, where it is one; or what became of it. */
export type EntryDocument = { id: string; label: string } & (
  | { name: string; bytes: number; href: string; pictureHref?: string; erased?: undefined }
  | { erased: string }
)
export type EntryPlayer = { name: string; role: string | null; code: string | null; documents: EntryDocument[] }
export type EntryProps = {
  tournamentName: string
  tournamentHref: string
  /** Address of this page itself; what is sent goes below it. */
  address: string
  flash?: FlashMessage
  errors: SummaryError[]
  /** Of the withdrawal, as it was typed. */
  reason: string
  teamName: string
  clubLabel: string
  clubName: string
  state: RegistrationState
  teamId: string | null
  reference: string
  submittedText: string
  /** What was said with the decision. */
  decisionReason: string | null
  captain: string
  viceCaptain: string
  players: EntryPlayer[]
  documents: EntryDocument[]
  missing: string[]
  mayWithdraw: boolean
}

/** A team's own page: where it stands, what was received, what is missing, and the way out. */
export function EntryPage(props: EntryProps) {
  return (
    <Page title={props.teamName} tournamentName={props.tournamentName} homeHref={props.tournamentHref} isPrivate>
      <Heading
        eyebrow={m.entry_eyebrow()}
        title={props.teamName}
        lead={stateSentence(props.state)}
        actions={<StateBadge state={props.state} />}
      />
      {props.flash && <Flash {...props.flash} />}
      <ErrorSummary errors={props.errors} />
      {props.missing.length > 0 && (
        <Flash kind="warning" text={m.entry_missing({ documents: props.missing.join(', ') })} />
      )}
      <Card id="received" title={m.entry_received()}>
        <DescriptionList
          items={[
            { term: m.entry_team_id(), value: props.teamId },
            { term: m.entry_reference(), value: props.reference },
            { term: props.clubLabel, value: props.clubName },
            { term: m.entry_reason(), value: props.decisionReason },
            { term: m.entry_submitted(), value: props.submittedText },
            { term: m.form_captain(), value: props.captain },
            { term: m.form_vice_captain(), value: props.viceCaptain },
          ]}
        />
        {props.documents.length > 0 && (
          <>
            <h3 class="card-subheading">{m.form_documents()}</h3>
            <Documents documents={props.documents} />
          </>
        )}
      </Card>
      <Card id="squad" title={m.form_players()}>
        <ol class="squad-list">
          {props.players.map((player) => (
            <li key={player.code ?? player.name}>
              <p class="squad-name">
                <strong>{player.name}</strong>
                {player.role && <span class="squad-note"> {player.role}</span>}
                {player.code && <span class="squad-note"> {player.code}</span>}
              </p>
              <Documents documents={player.documents} />
            </li>
          ))}
        </ol>
      </Card>
      {props.mayWithdraw && (
        <Withdrawal
          address={props.address}
          reason={props.reason}
          error={props.errors.find((error) => error.field === 'confirmed')?.message}
        />
      )}
    </Page>
  )
}

function Documents({ documents }: { documents: EntryDocument[] }) {
  if (documents.length === 0) return null
  return (
    <ul class="document-list">
      {documents.map((document) => (
        <li key={document.id}>
          {document.erased === undefined ? <HeldDocument {...document} /> : `${document.label}: ${document.erased}`}
        </li>
      ))}
    </ul>
  )
}

function HeldDocument({ label, name, bytes, href, pictureHref }: Extract<EntryDocument, { erased?: undefined }>) {
  return (
    <>
      {label}: <a href={href}>{name}</a> <small>{formatBytes(bytes)}</small>
      {pictureHref !== undefined && <Picture src={pictureHref} label={label} class="document-picture" href={href} />}
    </>
  )
}

function Withdrawal({ address, reason, error }: { address: string; reason: string; error: string | undefined }) {
  return (
    <Card id="withdraw" title={m.entry_withdraw()} lead={m.entry_withdraw_lead()}>
      <form class="form-stack" method="post" action={`${address}/withdrawal`} noValidate>
        <Field
          name="reason"
          label={m.entry_withdraw_reason()}
          type="textarea"
          value={reason}
          rows={2}
          optional
          maxLength={500}
        />
        <CheckboxField name="confirmed" label={m.entry_withdraw_confirm()} error={error} required />
        <Button type="submit" kind="danger" isBlock busyLabel={m.entry_withdrawing()}>
          {m.entry_withdraw()}
        </Button>
      </form>
    </Card>
  )
}

function stateSentence(state: RegistrationState): string {
  switch (state) {
    case 'approved':
      return m.entry_state_approved()
    case 'rejected':
      return m.entry_state_rejected()
    case 'withdrawn':
      return m.entry_state_withdrawn()
    case 'waitlisted':
      return m.entry_state_waitlisted()
    case 'reserved':
      return m.entry_state_reserved()
    case 'changes_requested':
      return m.entry_state_changes_requested()
    case 'in_review':
      return m.entry_state_in_review()
    default:
      return m.entry_state_submitted()
  }
}
