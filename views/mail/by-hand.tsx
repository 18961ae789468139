import { m } from '#messages'
import { LinkButton } from '#views/parts/button.tsx'
import { CopyButton, CopyStatus } from '#views/parts/copy-button.tsx'
import { Field } from '#views/parts/field.tsx'

export type ByHandProps = {
  text: string
  whatsapp?: string
  mailto?: string
}

const TEXT_ID = 'message'

/** A text to pass on: marked and copied, or opened where it is to be sent. The button to copy comes with the script that does it. */
export function ByHand({ text, whatsapp, mailto }: ByHandProps) {
  return (
    <div class="flex flex-col gap-4">
      <Field name={TEXT_ID} label={m.mail_text()} type="textarea" rows={12} value={text} readOnly />
      <div class="button-row">
        <CopyButton of={TEXT_ID} kind="primary">
          {m.mail_copy()}
        </CopyButton>
        {whatsapp && <OpenWhatsapp href={whatsapp} />}
        {mailto && <LinkButton href={mailto}>{m.mail_mailto()}</LinkButton>}
      </div>
      <CopyStatus />
    </div>
  )
}

export function OpenWhatsapp({ href }: { href: string }) {
  return (
    <LinkButton href={href} attributes={{ target: '_blank', rel: 'noopener noreferrer' }}>
      {m.mail_whatsapp()}
    </LinkButton>
  )
}
