import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { Button } from '#views/parts/button.tsx'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import type { Theme } from './document.tsx'
import { Document } from './document.tsx'
import { Masthead } from './masthead.tsx'
import { Footer } from './page.tsx'

/** The staff pages that have an entry in the navigation, in its order. */
export type StaffSection = 'dashboard' | 'registrations' | 'mail' | 'keys' | 'staff' | 'system' | 'audit'

export type StaffPageProps = {
  title: string
  tournamentName?: string
  /** Which entry of the navigation is the present one. */
  section?: StaffSection
  /** Who is signed in. */
  staffName: string
  /** The session's token for the sign-out form. */
  csrf: string
  /** Stand above everything until they are mended: served without https, say. */
  warnings?: readonly string[]
  /** That a second factor is to be set up, and by when. */
  enrolment?: string
  /** The page where that is done, which needs no link to itself. */
  isEnrolment?: boolean
  /** What the server tells of itself, to those who may open its System page. */
  notices?: readonly string[]
  /** Whether the person may open the System page. */
  hasSystem?: boolean
  /** Whether the person may see the audit log. */
  hasAudit?: boolean
  /** Whether the person may see the mail log. */
  hasMail?: boolean
  /** Whether the person may make keys for programs. */
  hasKeys?: boolean
  /** Whether the person may invite others. */
  hasStaff?: boolean
  flash?: FlashMessage
  lang?: string
  theme?: Theme
  children: ComponentChildren
}

/** A page behind the sign-in: the navigation of staff, who is signed in, and the way out. */
export function StaffPage(props: StaffPageProps) {
  const site = props.tournamentName ?? m.app_name()
  const nav = [
    { href: '/admin', label: m.layout_nav_dashboard(), isCurrent: props.section === 'dashboard' },
    { href: '/admin/registrations', label: m.layout_nav_registrations(), isCurrent: props.section === 'registrations' },
    ...(props.hasMail
      ? [{ href: '/admin/mail', label: m.layout_nav_mail(), isCurrent: props.section === 'mail' }]
      : []),
    ...(props.hasKeys ? [{ href: '/admin/keys', label: m.keys_title(), isCurrent: props.section === 'keys' }] : []),
    ...(props.hasStaff
      ? [{ href: '/admin/staff', label: m.layout_nav_staff(), isCurrent: props.section === 'staff' }]
      : []),
    ...(props.hasSystem
      ? [{ href: '/admin/system', label: m.layout_nav_system(), isCurrent: props.section === 'system' }]
      : []),
    ...(props.hasAudit
      ? [{ href: '/admin/audit', label: m.layout_nav_audit(), isCurrent: props.section === 'audit' }]
      : []),
  ]
  return (
    <Document title={props.title} site={site} lang={props.lang} theme={props.theme} isPrivate>
      <Masthead name={site} note={m.layout_staff_area()} href="/admin" nav={nav} navLabel={m.layout_navigation_staff()}>
        <form class="masthead-sign-out" method="post" action="/sign-out">
          <input type="hidden" name="csrf" value={props.csrf} />
          <a class="masthead-person inline-flex min-h-11 items-center underline" href="/account">
            {props.staffName}
          </a>
          <Button type="submit" kind="quiet">
            {m.layout_sign_out()}
          </Button>
        </form>
      </Masthead>
      <main id="main" tabIndex={-1} class="page page-wide">
        {props.warnings?.map((text) => (
          <Flash kind="warning" text={text} />
        ))}
        {props.enrolment && (
          <Flash kind="warning" text={props.enrolment}>
            {!props.isEnrolment && <a href="/account/second-factor">{m.factor_reminder_link()}</a>}
          </Flash>
        )}
        {props.notices?.map((text) => (
          <Flash kind="warning" text={text}>
            <a href="/admin/system#notices">{m.system_notice_see()}</a>
          </Flash>
        ))}
        {props.flash && <Flash {...props.flash} />}
        {props.children}
      </main>
      <Footer />
    </Document>
  )
}
