import { m } from '#messages'
import type { MailKind } from '../model.ts'

/** Of every message to a team. */
const TEAM = [
  'captain_name',
  'team_name',
  'team_id',
  'reference',
  'club_label',
  'club_name',
  'squad',
  'squad_count',
  'sent_documents',
  'missing_documents',
  'tournament_name',
  'dates',
  'venue',
  'link',
] as const
/** Of every message to staff. */
const STAFF = ['staff_name', 'site_name', 'tournament_name'] as const
const OWN = [
  'reason',
  'changes',
  'reserved_until',
  'inviter_name',
  'new_email',
  'role',
  'valid_until',
  'sign_in_time',
  'sign_in_browser',
  'sign_in_address',
  'codes_left',
  'notices',
] as const

export type Placeholder = (typeof TEAM | typeof STAFF | typeof OWN)[number]
/**
 * What a message's link opens: the team's own page, where somebody chooses a password or confirms an address, the staff pages, or the
 * owner's System page.
 */
export type LinkKind = 'entry' | 'invitation' | 'password' | 'email' | 'staff' | 'system'

export type Letter = {
  to: 'team' | 'staff'
  /** It answers something that its reader is doing, or time is running: quiet hours do not hold it up. */
  isUrgent: boolean
  placeholders: readonly Placeholder[]
  link?: LinkKind
  /** Without its link the message is of no use. */
  needsLink?: true
  /** What the link's button says. */
  linkLabel?: () => string
  /** Our own words, where the tournament has none. */
  subject: (words: Record<Placeholder, string>) => string
  body: (words: Record<Placeholder, string>) => string
}

const toTeam = (own: readonly Placeholder[] = []) =>
  ({ to: 'team', placeholders: [...TEAM, ...own], link: 'entry', linkLabel: m.letter_open_entry }) as const
const toStaff = (own: readonly Placeholder[] = []) => ({ to: 'staff', placeholders: [...STAFF, ...own] }) as const

export const LETTERS: Record<MailKind, Letter> = {
  received: { ...toTeam(), isUrgent: true, subject: m.letter_received_subject, body: m.letter_received_body },
  waiting_list: {
    ...toTeam(),
    isUrgent: true,
    subject: m.letter_waiting_list_subject,
    body: m.letter_waiting_list_body,
  },
  promoted: {
    ...toTeam(['reserved_until']),
    isUrgent: true,
    needsLink: true,
    subject: m.letter_promoted_subject,
    body: m.letter_promoted_body,
  },
  changes_requested: {
    ...toTeam(['changes', 'reason']),
    isUrgent: false,
    needsLink: true,
    linkLabel: m.letter_open_changes,
    subject: m.letter_changes_requested_subject,
    body: m.letter_changes_requested_body,
  },
  approved: {
    ...toTeam(['reason']),
    isUrgent: false,
    subject: m.letter_approved_subject,
    body: m.letter_approved_body,
  },
  rejected: {
    ...toTeam(['reason']),
    isUrgent: false,
    subject: m.letter_rejected_subject,
    body: m.letter_rejected_body,
  },
  withdrawn: {
    ...toTeam(['reason']),
    isUrgent: false,
    subject: m.letter_withdrawn_subject,
    body: m.letter_withdrawn_body,
  },
  reminder: { ...toTeam(), isUrgent: false, subject: m.letter_reminder_subject, body: m.letter_reminder_body },
  link: { ...toTeam(), isUrgent: true, needsLink: true, subject: m.letter_link_subject, body: m.letter_link_body },
  staff_invited: {
    ...toStaff(['inviter_name', 'role', 'valid_until', 'link']),
    isUrgent: true,
    link: 'invitation',
    needsLink: true,
    linkLabel: m.letter_open_invitation,
    subject: m.letter_staff_invited_subject,
    body: m.letter_staff_invited_body,
  },
  staff_role_given: {
    ...toStaff(['inviter_name', 'role', 'link']),
    isUrgent: true,
    link: 'staff',
    linkLabel: m.letter_open_staff,
    subject: m.letter_staff_role_given_subject,
    body: m.letter_staff_role_given_body,
  },
  password_reset: {
    ...toStaff(['valid_until', 'link']),
    isUrgent: true,
    link: 'password',
    needsLink: true,
    linkLabel: m.letter_open_password,
    subject: m.letter_password_reset_subject,
    body: m.letter_password_reset_body,
  },
  email_change: {
    ...toStaff(['new_email', 'valid_until', 'link']),
    isUrgent: true,
    link: 'email',
    needsLink: true,
    linkLabel: m.letter_open_email_change,
    subject: m.letter_email_change_subject,
    body: m.letter_email_change_body,
  },
  email_confirm: {
    ...toStaff(['valid_until', 'link']),
    isUrgent: true,
    link: 'email',
    needsLink: true,
    linkLabel: m.letter_open_email_confirm,
    subject: m.letter_email_confirm_subject,
    body: m.letter_email_confirm_body,
  },
  email_taken: {
    ...toStaff(),
    isUrgent: true,
    subject: m.letter_email_taken_subject,
    body: m.letter_email_taken_body,
  },
  email_changed: {
    ...toStaff(['new_email']),
    isUrgent: true,
    subject: m.letter_email_changed_subject,
    body: m.letter_email_changed_body,
  },
  new_sign_in: {
    ...toStaff(['sign_in_time', 'sign_in_browser', 'sign_in_address']),
    isUrgent: true,
    subject: m.letter_new_sign_in_subject,
    body: m.letter_new_sign_in_body,
  },
  recovery_code_used: {
    ...toStaff(['codes_left']),
    isUrgent: true,
    subject: m.letter_recovery_code_used_subject,
    body: m.letter_recovery_code_used_body,
  },
  token_reused: {
    ...toStaff(['sign_in_time', 'sign_in_browser']),
    isUrgent: true,
    subject: m.letter_token_reused_subject,
    body: m.letter_token_reused_body,
  },
  notice: {
    ...toStaff(['notices', 'link']),
    isUrgent: true,
    link: 'system',
    linkLabel: m.letter_open_system,
    subject: m.letter_notice_subject,
    body: m.letter_notice_body,
  },
  test: { ...toStaff(), isUrgent: true, subject: m.letter_test_subject, body: m.letter_test_body },
}

/** Each placeholder as it stands in a template. */
const AS_WRITTEN = Object.fromEntries([...TEAM, ...STAFF, ...OWN].map((name) => [name, `{${name}}`])) as Record<
  Placeholder,
  string
>

/** A message's subject and body, with placeholders. */
export type Template = { subject: string; body: string }

export const defaultTemplate = (kind: MailKind): Template => ({
  subject: LETTERS[kind].subject(AS_WRITTEN),
  body: LETTERS[kind].body(AS_WRITTEN),
})
