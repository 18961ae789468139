import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger'

const CLASSES: Record<ButtonKind, string> = {
  primary: 'btn btn-primary',
  secondary: 'btn button-secondary',
  quiet: 'btn button-quiet',
  danger: 'btn button-danger',
}

type Shared = {
  kind?: ButtonKind
  icon?: IconName
  /** As wide as its place on a phone. */
  isBlock?: boolean
  /** Further attributes, `hx-…` or `data-…`. */
  attributes?: Record<string, string | boolean | undefined>
  children: ComponentChildren
}

export type ButtonProps = Shared & {
  type?: 'submit' | 'button'
  name?: string
  value?: string
  /** Where this button sends its form instead. */
  formaction?: string
  /** Sends without the browser's own checks: adding a row, saving a draft. */
  formnovalidate?: boolean
  disabled?: boolean
  /** Shown by `submit-once` while the form is under way. */
  busyLabel?: string
}

export function Button({
  kind = 'secondary',
  type = 'button',
  icon,
  isBlock,
  busyLabel,
  attributes,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button type={type} class={classOf(kind, isBlock)} data-busy-label={busyLabel} {...rest} {...attributes}>
      {icon && <Icon name={icon} />}
      <span data-button-label>{children}</span>
    </button>
  )
}

export type LinkButtonProps = Shared & { href: string }

/** Leads somewhere, and looks like the step to take. */
export function LinkButton({ kind = 'secondary', icon, isBlock, attributes, children, href }: LinkButtonProps) {
  return (
    <a href={href} class={classOf(kind, isBlock)} {...attributes}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </a>
  )
}

const classOf = (kind: ButtonKind, isBlock = false) => (isBlock ? `${CLASSES[kind]} button-block` : CLASSES[kind])
