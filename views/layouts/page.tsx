import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import { Document, type Theme } from './document.tsx'
import { Masthead, type NavItem } from './masthead.tsx'

export type PageProps = {
  /** The page's own title, for the browser's tab; the `h1` is the page's business. */
  title: string
  /** Whose page this is; the product's name where no tournament is meant. */
  tournamentName?: string
  /** Under the tournament's name: dates and venue, say. */
  tournamentNote?: string
  /** Where the tournament's name leads. */
  homeHref?: string
  nav?: NavItem[]
  flash?: FlashMessage
  lang?: string
  theme?: Theme
  isPrivate?: boolean
  /** A page of tables takes the whole width; one of text and forms stays readable. */
  isWide?: boolean
  children: ComponentChildren
}

/** A page for captains, players and everybody. */
export function Page(props: PageProps) {
  const site = props.tournamentName ?? m.app_name()
  return (
    <Document title={props.title} site={site} lang={props.lang} theme={props.theme} isPrivate={props.isPrivate}>
      <Masthead name={site} note={props.tournamentNote} href={props.homeHref ?? '/'} nav={props.nav} />
      <main id="main" tabIndex={-1} class={props.isWide ? 'page page-wide' : 'page'}>
        {props.flash && <Flash {...props.flash} />}
        {props.children}
      </main>
      <Footer />
    </Document>
  )
}

/** The quiet end of every page. */
export function Footer() {
  return (
    <footer class="page-footer">
      <p>{m.layout_footer({ name: m.app_name() })}</p>
    </footer>
  )
}
