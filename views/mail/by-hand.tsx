import { m } from '#messages'
import { Button, LinkButton } from '#views/parts/button.tsx'
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
        <Button
          kind="primary"
          attributes={{
            hidden: true,
            'data-copy': TEXT_ID,
            'data-copied': m.mail_copied(),
            'data-copy-failed': m.mail_copy_failed(),
          }}
        >
          {m.mail_copy()}
        </Button>
        {whatsapp && <OpenWhatsapp href={whatsapp} />}
        {mailto && <LinkButton href={mailto}>{m.mail_mailto()}</LinkButton>}
      </div>
      <p role="status" data-copy-status />
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
