import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { MailRow } from '#src/mail/log/model.ts'
import type { ByHand as Message } from '#src/mail/log/pass-on.ts'
import { StaffPage, type StaffSection } from '#views/layouts/staff.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { ByHand } from './by-hand.tsx'
import { mailKindLabel } from './words.ts'

export type PassOnProps = {
  frame: StaffFrame
  message: Message
  section: StaffSection
  backHref: string
  kind: MailRow['kind']
  team: { code: string; name: string } | null
}

/** A message with a link that was made for it, shown once. */
export function PassOnPage({ frame, message, section, backHref, kind, team }: PassOnProps) {
  return (
    <StaffPage title={m.mail_pass_on_title()} section={section} {...frame}>
      <Heading
        eyebrow={team ? `${team.code} ${team.name}` : undefined}
        title={m.mail_pass_on_title()}
        lead={mailKindLabel(kind)}
      />
      <Flash kind="warning" text={m.mail_pass_on_once()} />
      <Card>
        <ByHand text={message.text} whatsapp={message.whatsapp} mailto={message.mailto} />
      </Card>
      <p>
        <LinkButton href={backHref} icon="arrowLeft">
          {section === 'mail' ? m.mail_back() : m.links_back_to_links()}
        </LinkButton>
      </p>
    </StaffPage>
  )
}
