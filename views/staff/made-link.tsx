import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { CopyButton, CopyStatus } from '#views/parts/copy-button.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type MadeLinkProps = {
  frame: StaffFrame
  kind: 'invitation' | 'reset'
  /** The whole address, with its token. */
  address: string
  /** Whom it is for. */
  to: string
  backHref: string
}

const LINK_ID = 'link'
const TITLES = { invitation: m.accounts_link_invitation, reset: m.accounts_link_reset }
const LEADS = { invitation: m.accounts_link_invitation_lead, reset: m.accounts_link_reset_lead }

/** An address to pass on by hand, shown once. */
export function MadeLinkPage({ frame, kind, address, to, backHref }: MadeLinkProps) {
  return (
    <StaffPage title={TITLES[kind]()} section="staff" {...frame}>
      <Heading eyebrow={to} title={TITLES[kind]()} lead={LEADS[kind]()} />
      <Flash kind="warning" text={m.accounts_link_once()} />
      <Card>
        <div class="flex flex-col gap-4">
          <Field name={LINK_ID} label={m.accounts_link_label()} type="textarea" rows={3} value={address} readOnly />
          <div class="button-row">
            <CopyButton of={LINK_ID} kind="primary">
              {m.mail_copy()}
            </CopyButton>
          </div>
          <CopyStatus />
        </div>
      </Card>
      <p>
        <LinkButton href={backHref} icon="arrowLeft">
          {m.accounts_back()}
        </LinkButton>
      </p>
    </StaffPage>
  )
}
