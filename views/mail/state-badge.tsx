import type { MailState } from '#src/mail/model.ts'
import { Badge } from '#views/parts/badge.tsx'
import { MAIL_STATE_LOOKS } from './words.ts'

/** The state of a message: its word, with colour and drawing. */
export function MailStateBadge({ state }: { state: MailState }) {
  const { tone, icon, label } = MAIL_STATE_LOOKS[state]
  return <Badge tone={tone} icon={icon} label={label()} />
}
