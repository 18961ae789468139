import { m } from '#messages'
import type { MailKind, MailState } from '#src/mail/model.ts'
import type { Tone } from '#views/parts/badge.tsx'
import type { IconName } from '#views/parts/icon.tsx'

const KINDS: Record<MailKind, () => string> = {
  received: m.review_mail_received,
  waiting_list: m.review_mail_waiting_list,
  promoted: m.mail_kind_promoted,
  changes_requested: m.mail_kind_changes_requested,
  approved: m.review_mail_approved,
  rejected: m.review_mail_rejected,
  withdrawn: m.review_mail_withdrawn,
  reminder: m.mail_kind_reminder,
  link: m.mail_kind_link,
  staff_invited: m.mail_kind_staff_invited,
  staff_role_given: m.mail_kind_staff_role_given,
  password_reset: m.mail_kind_password_reset,
  email_change: m.mail_kind_email_change,
  email_confirm: m.mail_kind_email_confirm,
  email_taken: m.mail_kind_email_taken,
  email_changed: m.mail_kind_email_changed,
  new_sign_in: m.mail_kind_new_sign_in,
  recovery_code_used: m.mail_kind_recovery_code_used,
  token_reused: m.mail_kind_token_reused,
  notice: m.mail_kind_notice,
  test: m.mail_kind_test,
}

/** How each state looks and reads. */
export const MAIL_STATE_LOOKS: Record<MailState, { tone: Tone; icon: IconName; label: () => string }> = {
  queued: { tone: 'info', icon: 'clock', label: m.review_mail_queued },
  sending: { tone: 'info', icon: 'arrowRight', label: m.review_mail_sending },
  retrying: { tone: 'warning', icon: 'hourglass', label: m.review_mail_retrying },
  failed: { tone: 'error', icon: 'alert', label: m.review_mail_failed },
  held: { tone: 'neutral', icon: 'inbox', label: m.review_mail_held },
  sent: { tone: 'success', icon: 'check', label: m.review_mail_sent },
}

/** What a message is about, in a word or two. */
export const mailKindLabel = (kind: MailKind): string => KINDS[kind]()
export const mailStateLabel = (state: MailState): string => MAIL_STATE_LOOKS[state].label()
