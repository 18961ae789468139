import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { MailKind } from '#src/mail/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { LetterFrame } from './letter-frame.tsx'
import { mailKindLabel } from './words.ts'

const FRAME = 'letter-preview'
const ROWS = 18

export type MessagePageProps = {
  frame: StaffFrame
  kind: MailKind
  to: 'team' | 'staff'
  /** As kept, or as it was typed. */
  subject: string
  body: string
  /** Where the words are the tournament's own. */
  changedAt: Date | undefined
  /** What may stand in them, with what each becomes in the message shown. */
  placeholders: { name: string; example: string }[]
  subjectMax: number
  bodyMax: number
  timeZone: string
  canTest: boolean
  errors: SummaryError[]
  flash?: FlashMessage
}

/** The words of one kind of message, and how they read. */
export function MessagePage(props: MessagePageProps) {
  const { frame, kind, changedAt, errors, flash } = props
  const address = `/admin/mail/messages/${kind}`
  return (
    <StaffPage title={mailKindLabel(kind)} section="mail" flash={flash} {...frame}>
      <Heading
        eyebrow={props.to === 'team' ? m.letters_to_teams() : m.letters_to_staff()}
        title={mailKindLabel(kind)}
        actions={
          <LinkButton href="/admin/mail/messages" icon="arrowLeft">
            {m.mail_messages()}
          </LinkButton>
        }
      />
      <ErrorSummary errors={errors} />
      <div class="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
        <Card id="words" title={m.letters_words()} lead={m.letters_words_lead()}>
          <Words {...props} address={address} />
        </Card>
        <Card id="preview" title={m.mail_preview()} lead={m.letters_preview_lead()}>
          <LetterFrame src={`${address}/letter`} name={FRAME} />
        </Card>
      </div>
      <Card id="placeholders" title={m.letters_placeholders()} lead={m.letters_placeholders_lead()}>
        <Placeholders placeholders={props.placeholders} />
      </Card>
      {(changedAt || props.canTest) && (
        <Card id="more">
          <div class="flex flex-wrap gap-6">
            {props.canTest && (
              <form method="post" action="/admin/mail/test">
                <input type="hidden" name="csrf" value={frame.csrf} />
                <input type="hidden" name="of" value={kind} />
                <Button type="submit" busyLabel={m.mail_testing()}>
                  {m.letters_test()}
                </Button>
              </form>
            )}
            {changedAt && (
              <form method="post" action={`${address}/default`} class="flex flex-col gap-2">
                <input type="hidden" name="csrf" value={frame.csrf} />
                <Button type="submit" kind="danger" attributes={{ 'aria-describedby': 'reset-hint' }}>
                  {m.letters_reset()}
                </Button>
                <p class="field-hint" id="reset-hint">
                  {m.letters_reset_hint()} <Moment at={changedAt} timeZone={props.timeZone} />
                </p>
              </form>
            )}
          </div>
        </Card>
      )}
    </StaffPage>
  )
}

function Words({ address, frame, subject, body, subjectMax, bodyMax, errors }: MessagePageProps & { address: string }) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <form class="form-stack" method="post" action={address} noValidate>
      <input type="hidden" name="csrf" value={frame.csrf} />
      <Field
        name="subject"
        label={m.mail_subject()}
        value={subject}
        maxLength={subjectMax}
        error={errorOf('subject')}
        autocomplete="off"
        required
      />
      <Field
        name="body"
        label={m.mail_text()}
        type="textarea"
        rows={ROWS}
        value={body}
        maxLength={bodyMax}
        error={errorOf('body')}
        required
      />
      <div class="button-row">
        <Button type="submit" kind="primary" busyLabel={m.letters_saving()}>
          {m.letters_save()}
        </Button>
        <Button type="submit" formaction={`${address}/preview`} attributes={{ formtarget: FRAME }}>
          {m.letters_preview()}
        </Button>
      </div>
    </form>
  )
}

function Placeholders({ placeholders }: Pick<MessagePageProps, 'placeholders'>) {
  return (
    <dl class="descriptions">
      {placeholders.map(({ name, example }) => (
        <div key={name} class="description">
          <dt>
            <code>{`{${name}}`}</code>
          </dt>
          <dd class="whitespace-pre-line wrap-anywhere">{example || m.letters_left_out()}</dd>
        </div>
      ))}
    </dl>
  )
}
