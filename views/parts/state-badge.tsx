import { m } from '#messages'
import { Badge, type Tone } from './badge.tsx'
import type { IconName } from './icon.tsx'

const LOOKS = {
  draft: { tone: 'neutral', icon: 'edit', label: m.parts_state_draft },
  submitted: { tone: 'info', icon: 'inbox', label: m.parts_state_submitted },
  in_review: { tone: 'info', icon: 'search', label: m.parts_state_in_review },
  changes_requested: { tone: 'warning', icon: 'alert', label: m.parts_state_changes_requested },
  waitlisted: { tone: 'warning', icon: 'clock', label: m.parts_state_waitlisted },
  reserved: { tone: 'warning', icon: 'hourglass', label: m.parts_state_reserved },
  approved: { tone: 'success', icon: 'check', label: m.parts_state_approved },
  rejected: { tone: 'error', icon: 'cross', label: m.parts_state_rejected },
  withdrawn: { tone: 'neutral', icon: 'arrowLeft', label: m.parts_state_withdrawn },
} as const satisfies Record<string, { tone: Tone; icon: IconName; label: () => string }>

/** The states of a registration that a person may see (PRODUCT.md, *States of a registration*). */
export type RegistrationState = keyof typeof LOOKS
export const REGISTRATION_STATES = Object.keys(LOOKS) as RegistrationState[]

export function StateBadge({ state }: { state: RegistrationState }) {
  const { tone, icon, label } = LOOKS[state]
  return <Badge tone={tone} icon={icon} label={label()} />
}

/** The state's word alone: for filters, sentences and exports. */
export function stateLabel(state: RegistrationState): string {
  return LOOKS[state].label()
}
