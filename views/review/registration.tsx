import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { Registration } from '#src/review/model.ts'
import type { Contact } from '#src/teams/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { mailKindLabel } from '#views/mail/words.ts'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { StateBadge } from '#views/parts/state-badge.tsx'
import { DecisionForm } from './decision-form.tsx'
import { DocumentList, type ShownDocument } from './document-list.tsx'
import { HistoryTable, MailTable } from './history.tsx'

export type RegistrationPageProps = {
  frame: StaffFrame
  registration: Registration
  clubLabel: string
  timeZone: string
  documents: ShownDocument[]
  /** Whether phones and e-mails are whole, so that one can call and write. */
  maySeeContacts: boolean
  /** Where links to the team's own page are issued and revoked, for those who may. */
  linksHref?: string
  /** Required documents that were not sent, in words. */
  missing: string[]
  /** Whether this person may ask the captain for them. */
  canRemind: boolean
  /** Where a person of the team is erased, for those who may. */
  erasureHref?: string
  /** Whether this person may see documents at all. */
  maySeeDocuments: boolean
  /** What this person may decide as things stand. */
  outcomes: ('approved' | 'rejected')[]
  flash?: FlashMessage
  errors?: SummaryError[]
  /** Characters at most. */
  reasonMax: number
  /** The reason as it was typed. */
  reason?: string
}

/** One registration with everything that belongs to it, and the decision about it. */
export function RegistrationPage(props: RegistrationPageProps) {
  const { frame, registration, clubLabel, timeZone, documents, maySeeDocuments, outcomes, flash, errors = [] } = props
  const { code, name, state } = registration
  return (
    <StaffPage title={`${code} ${name}`} section="registrations" flash={flash} {...frame}>
      <Heading eyebrow={code} title={name} lead={registration.clubName} actions={<StateBadge state={state} />} />
      <ErrorSummary errors={errors} />
      <Undelivered mails={registration.mails} />
      {outcomes.length > 0 && (
        <Card id="decision" title={m.review_decision()} lead={m.review_decision_lead()}>
          <DecisionForm
            address={`/admin/registrations/${registration.id}`}
            csrf={frame.csrf}
            state={state}
            outcomes={outcomes}
            reasonMax={props.reasonMax}
            reason={props.reason}
            error={errors.find((error) => error.field === 'reason')?.message}
          />
        </Card>
      )}
      <Card id="registration" title={m.review_registration()}>
        <DescriptionList
          items={[
            { term: clubLabel, value: registration.clubName },
            { term: m.board_received(), value: <Moment at={registration.submittedAt} timeZone={timeZone} hasZone /> },
            { term: m.review_reference(), value: registration.reference },
            { term: m.review_payment_reference(), value: registration.paymentReference },
          ]}
        />
      </Card>
      <Card id="contacts" title={m.review_contacts()}>
        <div class="grid gap-6 md:grid-cols-2">
          <ContactList label={m.board_captain()} contact={registration.captain} isWhole={props.maySeeContacts} />
          <ContactList
            label={m.review_vice_captain()}
            contact={registration.viceCaptain}
            isWhole={props.maySeeContacts}
          />
        </div>
        {props.linksHref !== undefined && (
          <p class="mt-4">
            <a class="link inline-flex min-h-11 items-center" href={props.linksHref}>
              {m.links_title()}
            </a>
          </p>
        )}
      </Card>
      <Card id="squad" title={m.review_squad({ count: registration.playerCount })}>
        <SquadTable players={registration.players} />
        {props.erasureHref !== undefined && (
          <p class="mt-4">
            <a class="link inline-flex min-h-11 items-center" href={props.erasureHref}>
              {m.erasure_team_link()}
            </a>
          </p>
        )}
      </Card>
      <Card id="documents" title={m.review_documents()} lead={maySeeDocuments ? m.review_documents_lead() : undefined}>
        {props.missing.length > 0 && <Missing {...props} />}
        <DocumentList documents={documents} />
      </Card>
      <Card id="history" title={m.review_history()}>
        <HistoryTable history={registration.history} timeZone={timeZone} />
      </Card>
      <Card id="mails" title={m.review_mails()}>
        <MailTable mails={registration.mails} timeZone={timeZone} hasMail={frame.hasMail} />
      </Card>
    </StaffPage>
  )
}

/** Says that a message to the captain did not arrive; one of its kind that was sent later makes up for it. */
function Undelivered({ mails }: Pick<Registration, 'mails'>) {
  const failed = mails.filter(
    ({ kind, state, isErased }, index) =>
      state === 'failed' &&
      !isErased &&
      !mails.slice(index + 1).some((later) => later.kind === kind && later.state === 'sent'),
  )
  if (failed.length === 0) return null
  const kinds = failed.map(({ kind }) => mailKindLabel(kind)).join(', ')
  return (
    <Flash kind="warning" text={m.review_undelivered({ kinds })}>
      <a href="#mails">{m.review_mails()}</a>
    </Flash>
  )
}

function Missing({ missing, canRemind, registration, frame }: RegistrationPageProps) {
  return (
    <Flash kind="warning" text={m.entry_missing({ documents: missing.join(', ') })}>
      {canRemind && (
        <form method="post" action={`/admin/registrations/${registration.id}/reminder`} class="mt-2">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <Button type="submit" busyLabel={m.mail_sending_now()}>
            {m.review_remind()}
          </Button>
        </form>
      )}
    </Flash>
  )
}

function ContactList({ label, contact, isWhole }: { label: string; contact: Contact; isWhole: boolean }) {
  const link = (scheme: 'tel' | 'mailto', address: string) =>
    isWhole ? <a href={`${scheme}:${scheme === 'tel' ? address : mailAddress(address)}`}>{address}</a> : address
  return (
    <section>
      <h3 class="mb-2 font-semibold">{label}</h3>
      <DescriptionList
        items={[
          { term: m.review_name(), value: contact.name },
          { term: m.review_phone(), value: contact.phone && link('tel', contact.phone) },
          { term: m.review_whatsapp(), value: contact.whatsapp === contact.phone ? undefined : contact.whatsapp },
          { term: m.auth_email(), value: contact.email && link('mailto', contact.email) },
        ]}
      />
    </section>
  )
}

/** For a `mailto:` address (RFC 6068): a `?` in a name must not begin its headers. */
const mailAddress = (email: string) => email.split('@').map(encodeURIComponent).join('@')

function SquadTable({ players }: { players: Registration['players'] }) {
  const asks = (key: 'dateOfBirth' | 'jerseyNumber') => players.some((player) => player[key] !== null)
  return (
    <DataTable
      caption={m.review_squad({ count: players.length })}
      rows={players}
      rowKey={(player) => player.id}
      columns={[
        { key: 'name', label: m.review_name(), isHeading: true, cell: (player) => player.name },
        { key: 'code', label: m.review_player_id(), cell: (player) => player.code },
        { key: 'role', label: m.review_player_role(), cell: (player) => player.role ?? '–' },
        ...(asks('jerseyNumber')
          ? [
              {
                key: 'jersey',
                label: m.review_jersey(),
                isNumeric: true,
                cell: (player: Player) => player.jerseyNumber ?? '–',
              },
            ]
          : []),
        ...(asks('dateOfBirth')
          ? [{ key: 'birth', label: m.review_birth_date(), cell: (player: Player) => player.dateOfBirth ?? '–' }]
          : []),
        { key: 'documents', label: m.review_documents(), isNumeric: true, cell: (player) => player.documents.length },
      ]}
    />
  )
}

type Player = Registration['players'][number]
