import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

export type EmptyStateProps = { title: string; text?: string; icon?: IconName; children?: ComponentChildren }

/** Says why there is nothing here, and what would fill it (as children). */
export function EmptyState({ title, text, icon = 'inbox', children }: EmptyStateProps) {
  return (
    <div class="empty-state">
      <Icon name={icon} class="icon icon-large" />
      <p class="empty-state-title">{title}</p>
      {text && <p class="empty-state-text">{text}</p>}
      {children && <div class="empty-state-actions">{children}</div>}
    </div>
  )
}
