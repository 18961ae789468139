import { Icon, type IconName } from './icon.tsx'

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'error'

const CLASSES: Record<Tone, string> = {
  neutral: 'state state-neutral',
  info: 'state state-info',
  success: 'state state-success',
  warning: 'state state-warning',
  error: 'state state-error',
}

export type BadgeProps = { tone?: Tone; icon?: IconName; label: string }

/** A short word of state: its text tells, colour and drawing only help. */
export function Badge({ tone = 'neutral', icon, label }: BadgeProps) {
  return (
    <span class={CLASSES[tone]}>
      {icon && <Icon name={icon} class="icon icon-small" />}
      {label}
    </span>
  )
}
