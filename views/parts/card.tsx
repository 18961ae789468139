import type { ComponentChildren } from 'preact'

export type CardProps = {
  title?: string
  /** A sentence under the title. */
  lead?: string
  id?: string
  /** To the right of the title: a badge, a button. */
  actions?: ComponentChildren
  /** Further attributes of the section, `data-section` or `hx-…`. */
  attributes?: Record<string, string | boolean | undefined>
  children: ComponentChildren
}

/** One subject on a page, under its own `h2`. */
export function Card({ title, lead, id, actions, attributes, children }: CardProps) {
  const titleId = title && id ? `${id}-title` : undefined
  return (
    <section class="card-box" id={id} aria-labelledby={titleId} {...attributes}>
      {(title || actions) && (
        <div class="card-head">
          <div>
            {title && (
              <h2 class="card-heading" id={titleId}>
                {title}
              </h2>
            )}
            {lead && <p class="card-lead">{lead}</p>}
          </div>
          {actions && <div class="card-actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  )
}
