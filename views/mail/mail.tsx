import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { LoggedMail } from '#src/mail/log/model.ts'
import type { ByHand as Message } from '#src/mail/log/pass-on.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { ByHand } from './by-hand.tsx'
import { LetterFrame } from './letter-frame.tsx'
import { MailStateBadge } from './state-badge.tsx'
import { mailKindLabel, mailStateLabel } from './words.ts'

export type MailPageProps = {
  frame: StaffFrame
  mail: LoggedMail
  message: Message
  /** Whether this person may put a link to the team's page into it. */
  canIssueLink: boolean
  hasWhatsapp: boolean
  timeZone: string
  /** Why nothing is sent from here. */
  unable?: string
  flash?: FlashMessage
}

/** One message: what became of it, how it reads, and what can be done about it. */
export function MailPage(props: MailPageProps) {
  const { frame, mail, message, timeZone, unable, flash } = props
  const address = `/admin/mail/${mail.id}`
  const { team } = mail
  return (
    <StaffPage title={mailKindLabel(mail.kind)} section="mail" flash={flash} {...frame}>
      <Heading
        eyebrow={team ? `${team.code} ${team.name}` : m.mail_to_staff()}
        title={mailKindLabel(mail.kind)}
        actions={<MailStateBadge state={mail.state} />}
      />
      {unable && <Flash kind="warning" text={unable} />}
      <Card id="facts" title={m.mail_facts()}>
        <Facts mail={mail} timeZone={timeZone} />
        {unable === undefined && <Actions address={address} csrf={frame.csrf} state={mail.state} />}
        <Tries history={mail.history} timeZone={timeZone} />
      </Card>
      <Card
        id="by-hand"
        title={m.mail_by_hand()}
        lead={props.canIssueLink ? m.mail_by_hand_link_lead() : m.mail_by_hand_lead()}
      >
        {props.canIssueLink ? (
          <LinkedByHand address={address} csrf={frame.csrf} text={message.text} hasWhatsapp={props.hasWhatsapp} />
        ) : (
          <ByHand text={message.text} whatsapp={message.whatsapp} mailto={message.mailto} />
        )}
      </Card>
      <Card id="preview" title={m.mail_preview()} lead={m.mail_preview_lead()}>
        <p>
          <strong>{m.mail_subject()}:</strong> {message.subject}
        </p>
        <LetterFrame src={`${address}/letter`} />
      </Card>
    </StaffPage>
  )
}

function Facts({ mail, timeZone }: { mail: LoggedMail; timeZone: string }) {
  const { team } = mail
  const waits = mail.state === 'queued' || mail.state === 'retrying'
  const moment = (at: Date | null) => at && <Moment at={at} timeZone={timeZone} hasZone />
  return (
    <DescriptionList
      items={[
        { term: m.mail_column_to(), value: `${mail.toName}, ${mail.toAddress}` },
        {
          term: m.mail_column_team(),
          value: team && <a href={`/admin/registrations/${team.id}#mails`}>{team.name}</a>,
        },
        { term: m.mail_column_written(), value: moment(mail.createdAt) },
        { term: m.mail_sent_at(), value: moment(mail.sentAt) },
        { term: m.mail_attempts(), value: mail.attempts },
        { term: m.mail_last_answer(), value: mail.lastAnswer ?? m.mail_no_answer() },
        { term: m.mail_next_try(), value: waits ? moment(mail.nextTryAt) : undefined },
        { term: m.mail_give_up_at(), value: waits ? moment(mail.giveUpAt) : undefined },
      ]}
    />
  )
}

function Actions({ address, csrf, state }: { address: string; csrf: string; state: LoggedMail['state'] }) {
  if (state === 'sending') return null
  const waits = state === 'queued' || state === 'retrying'
  return (
    <form method="post" action={`${address}/sending`} class="mt-6">
      <input type="hidden" name="csrf" value={csrf} />
      <div class="button-row">
        <Button type="submit" kind={state === 'sent' ? 'secondary' : 'primary'} busyLabel={m.mail_sending_now()}>
          {waits || state === 'held' ? m.mail_send_now() : m.mail_send_again()}
        </Button>
        {waits && (
          <Button type="submit" formaction={`${address}/holding`} busyLabel={m.mail_holding()}>
            {m.mail_hold()}
          </Button>
        )}
      </div>
    </form>
  )
}

function Tries({ history, timeZone }: { history: LoggedMail['history']; timeZone: string }) {
  return (
    <>
      <h3 class="card-subheading">{m.mail_tries()}</h3>
      <DataTable
        caption={m.mail_tries_table({ zone: timeZone })}
        rows={history}
        rowKey={(tried) => tried.at.toISOString()}
        empty={<EmptyState title={m.mail_tries_none()} icon="clock" />}
        columns={[
          {
            key: 'at',
            label: m.mail_when(),
            isHeading: true,
            cell: (tried) => <Moment at={tried.at} timeZone={timeZone} />,
          },
          { key: 'how', label: m.mail_how(), cell: (tried) => mailStateLabel(tried.state) },
          {
            key: 'answer',
            label: m.mail_answer(),
            cell: (tried) => <span class="wrap-anywhere">{tried.answer}</span>,
          },
        ]}
      />
    </>
  )
}

type LinkedProps = { address: string; csrf: string; text: string; hasWhatsapp: boolean }

/** The text before its link is made: each way to pass it on makes one. */
function LinkedByHand({ address, csrf, text, hasWhatsapp }: LinkedProps) {
  return (
    <form method="post" action={`${address}/passing`} class="flex flex-col gap-4">
      <input type="hidden" name="csrf" value={csrf} />
      <Field name="message" label={m.mail_text()} type="textarea" rows={10} value={text} readOnly />
      <div class="button-row">
        {hasWhatsapp && (
          <Button type="submit" kind="primary" name="by" value="whatsapp" attributes={{ formtarget: '_blank' }}>
            {m.mail_whatsapp()}
          </Button>
        )}
        <Button type="submit" name="by" value="text" busyLabel={m.mail_making_link()}>
          {m.mail_make_link()}
        </Button>
      </div>
    </form>
  )
}
