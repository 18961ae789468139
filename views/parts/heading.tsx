import type { ComponentChildren } from 'preact'

export type HeadingProps = {
  title: string
  /** A word above the title: where one is. */
  eyebrow?: string
  /** One or two sentences under it. */
  lead?: string
  /** Beside the title: a state, the step to take. */
  actions?: ComponentChildren
}

/** The top of a page: its one `h1`. */
export function Heading({ title, eyebrow, lead, actions }: HeadingProps) {
  return (
    <div class="heading">
      <div class="heading-words">
        {eyebrow && <p class="heading-eyebrow">{eyebrow}</p>}
        <h1>{title}</h1>
        {lead && <p class="heading-lead">{lead}</p>}
      </div>
      {actions && <div class="heading-actions">{actions}</div>}
    </div>
  )
}
