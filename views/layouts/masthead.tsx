import type { ComponentChildren } from 'preact'
import { m } from '#messages'

export type NavItem = { href: string; label: string; isCurrent?: boolean }

type MastheadProps = {
  name: string
  href: string
  note?: string
  nav?: NavItem[]
  navLabel?: string
  children?: ComponentChildren
}

/** The ink band at the top of every page: whose tournament this is, and where one can go. */
export function Masthead({ name, href, note, nav = [], navLabel, children }: MastheadProps) {
  return (
    <header class="masthead">
      <div class="masthead-row">
        <a class="masthead-name" href={href}>
          <Mark />
          <span>
            {name}
            {note && <span class="masthead-note">{note}</span>}
          </span>
        </a>
        {children}
      </div>
      {nav.length > 0 && (
        <nav class="masthead-nav" aria-label={navLabel ?? m.layout_navigation()}>
          <ul>
            {nav.map((item) => (
              <li key={item.href}>
                <a href={item.href} aria-current={item.isCurrent ? 'page' : undefined}>
                  {item.label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </header>
  )
}

function Mark() {
  return (
    <svg class="masthead-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M6 8.5h20M6 16h11M6 23.5h7" class="masthead-mark-lines" />
      <path d="m18 22.5 3.2 3.2L27 19.5" class="masthead-mark-tick" />
    </svg>
  )
}
