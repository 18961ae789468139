import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { FieldGroup } from '#views/parts/field-group.tsx'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type MailSettingsProps = {
  frame: StaffFrame
  /** As kept, or as they were typed. */
  settings: Record<'mailFromName' | 'mailReplyTo' | 'quietFrom' | 'quietTo', string>
  /** The sender where none is given. */
  defaultName: string
  senderMax: number
  /** The server's own address, which every message is from. */
  fromAddress: string | undefined
  timeZone: string
  /** Why nothing is sent from here. */
  unable?: string
  errors: SummaryError[]
  flash?: FlashMessage
}

/** How the tournament's messages are sent. */
export function MailSettingsPage(props: MailSettingsProps) {
  const { frame, settings, errors, unable, fromAddress } = props
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <StaffPage title={m.mail_settings_title()} section="mail" flash={props.flash} {...frame}>
      <Heading
        eyebrow={m.mail_title()}
        title={m.mail_settings_title()}
        lead={fromAddress === undefined ? undefined : m.mail_settings_lead({ address: fromAddress })}
        actions={
          <LinkButton href="/admin/mail" icon="arrowLeft">
            {m.mail_log()}
          </LinkButton>
        }
      />
      {unable && <Flash kind="warning" text={unable} />}
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action="/admin/settings/mail" noValidate>
          <input type="hidden" name="csrf" value={frame.csrf} />
          <Field
            name="mailFromName"
            label={m.mail_settings_from()}
            hint={m.mail_settings_from_hint({ name: props.defaultName })}
            value={settings.mailFromName}
            maxLength={props.senderMax}
            error={errorOf('mailFromName')}
            autocomplete="off"
            optional
          />
          <Field
            name="mailReplyTo"
            label={m.mail_settings_reply_to()}
            hint={m.mail_settings_reply_to_hint()}
            type="email"
            value={settings.mailReplyTo}
            maxLength={254}
            error={errorOf('mailReplyTo')}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            optional
          />
          <FieldGroup legend={m.mail_settings_quiet()} hint={m.mail_settings_quiet_hint({ zone: props.timeZone })}>
            <TimeField
              name="quietFrom"
              label={m.mail_settings_quiet_from()}
              value={settings.quietFrom}
              error={errorOf('quietFrom')}
            />
            <TimeField
              name="quietTo"
              label={m.mail_settings_quiet_to()}
              value={settings.quietTo}
              error={errorOf('quietTo')}
            />
          </FieldGroup>
          <Button type="submit" kind="primary" busyLabel={m.letters_saving()}>
            {m.letters_save()}
          </Button>
        </form>
      </Card>
    </StaffPage>
  )
}

type TimeFieldProps = { name: string; label: string; value: string; error: string | undefined }

const TimeField = (field: TimeFieldProps) => <Field {...field} type="time" optional />
