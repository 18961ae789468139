import { m } from '#messages'
import { LinkButton } from './button.tsx'

export type PaginationProps = { newerHref?: string; olderHref?: string; label?: string }

/** Through a long list, by keyset: towards the newer, towards the older. Renders nothing where there is one page only. */
export function Pagination({ newerHref, olderHref, label }: PaginationProps) {
  if (!newerHref && !olderHref) return null
  return (
    <nav class="pagination" aria-label={label ?? m.parts_pages_label()}>
      {newerHref && (
        <LinkButton href={newerHref} icon="arrowLeft" attributes={{ rel: 'prev' }}>
          {m.parts_pages_newer()}
        </LinkButton>
      )}
      {olderHref && (
        <span class="pagination-older">
          <LinkButton href={olderHref} icon="arrowRight" attributes={{ rel: 'next' }}>
            {m.parts_pages_older()}
          </LinkButton>
        </span>
      )}
    </nav>
  )
}
