import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

export type FlashKind = 'info' | 'success' | 'warning' | 'error'
export type FlashMessage = { kind: FlashKind; text: string }

const LOOKS: Record<FlashKind, { class: string; icon: IconName; role: 'status' | 'alert' }> = {
  info: { class: 'notice notice-info', icon: 'info', role: 'status' },
  success: { class: 'notice notice-success', icon: 'check', role: 'status' },
  warning: { class: 'notice notice-warning', icon: 'alert', role: 'alert' },
  error: { class: 'notice notice-error', icon: 'alert', role: 'alert' },
}

/** What just happened, in a sentence; read out at once when it is a warning or an error. */
export function Flash({ kind, text, children }: FlashMessage & { children?: ComponentChildren }) {
  const look = LOOKS[kind]
  return (
    <div class={look.class} role={look.role}>
      <Icon name={look.icon} />
      <div class="notice-text">
        <p>{text}</p>
        {children}
      </div>
    </div>
  )
}
