import { m } from '#messages'
import type { AuditRecord, AuditRow, AuditSubject } from '#src/audit/model.ts'

/** Every event that is recorded, in the order of the product's parts. */
const EVENTS: Record<string, () => string> = {
  'staff.added': m.audit_event_staff_added,
  'staff.invited': m.audit_event_staff_invited,
  'staff.invited-again': m.audit_event_staff_invited_again,
  'staff.invitation-accepted': m.audit_event_staff_invitation_accepted,
  'staff.invitation-withdrawn': m.audit_event_staff_invitation_withdrawn,
  'staff.role-changed': m.audit_event_staff_role_changed,
  'staff.renamed': m.audit_event_staff_renamed,
  'staff.disabled': m.audit_event_staff_disabled,
  'staff.enabled': m.audit_event_staff_enabled,
  'staff.password-changed': m.audit_event_staff_password_changed,
  'staff.reset-issued': m.audit_event_staff_reset_issued,
  'staff.reset-requested': m.audit_event_staff_reset_requested,
  'staff.email-change-requested': m.audit_event_staff_email_change_requested,
  'staff.email-change-cancelled': m.audit_event_staff_email_change_cancelled,
  'staff.email-confirmed': m.audit_event_staff_email_confirmed,
  'staff.email-changed': m.audit_event_staff_email_changed,
  'setup.claimed': m.audit_event_setup_claimed,
  'session.started': m.audit_event_session_started,
  'session.ended': m.audit_event_session_ended,
  'session.confirmed': m.audit_event_session_confirmed,
  'session.reuse-ended': m.audit_event_session_reuse_ended,
  'sessions.ended': m.audit_event_sessions_ended,
  'factor.totp-enabled': m.audit_event_factor_totp_enabled,
  'factor.totp-disabled': m.audit_event_factor_totp_disabled,
  'factor.recovery-codes-made': m.audit_event_factor_recovery_codes_made,
  'factor.recovery-code-used': m.audit_event_factor_recovery_code_used,
  'factor.removed': m.audit_event_factor_removed,
  'passkey.added': m.audit_event_passkey_added,
  'passkey.renamed': m.audit_event_passkey_renamed,
  'passkey.removed': m.audit_event_passkey_removed,
  'key.made': m.audit_event_key_made,
  'key.revoked': m.audit_event_key_revoked,
  'registration.received': m.audit_event_registration_received,
  'registration.approved': m.audit_event_registration_approved,
  'registration.rejected': m.audit_event_registration_rejected,
  'registration.withdrawn': m.audit_event_registration_withdrawn,
  'registration.reminded': m.audit_event_registration_reminded,
  'document.viewed': m.audit_event_document_viewed,
  'document.erased': m.audit_event_document_erased,
  'entry-link.issued': m.audit_event_entry_link_issued,
  'entry-link.mailed': m.audit_event_entry_link_mailed,
  'entry-link.requested': m.audit_event_entry_link_requested,
  'entry-link.revoked': m.audit_event_entry_link_revoked,
  'mail.held': m.audit_event_mail_held,
  'mail.released': m.audit_event_mail_released,
  'mail.sent-again': m.audit_event_mail_sent_again,
  'mail.tested': m.audit_event_mail_tested,
  'mail.settings-changed': m.audit_event_mail_settings_changed,
  'message.changed': m.audit_event_message_changed,
  'message.reset': m.audit_event_message_reset,
  'person.erased': m.audit_event_person_erased,
  'person.traces-removed': m.audit_event_person_traces_removed,
  'system.task-started': m.audit_event_system_task_started,
  'system.dependency-reset': m.audit_event_system_dependency_reset,
  'system.notice-dismissed': m.audit_event_system_notice_dismissed,
  'audit.exported': m.audit_event_audit_exported,
}
const ACTORS = {
  system: m.audit_by_system,
  captain: m.audit_by_captain,
  nobody: m.audit_by_nobody,
  staff: m.audit_by_unknown_staff,
  key: m.audit_by_unknown_key,
}

/** Events to choose from, by their words. */
export const listEvents = (): { value: string; label: string }[] =>
  Object.entries(EVENTS)
    .map(([value, words]) => ({ value, label: words() }))
    .toSorted((a, b) => a.label.localeCompare(b.label))

/** What happened, in words; of an event without words, its name. */
export const eventWords = (event: string): string => EVENTS[event]?.() ?? event

export function actorWords({ actorKind, actorName }: Pick<AuditRow, 'actorKind' | 'actorName'>): string {
  if (actorName === null) return ACTORS[actorKind]()
  return actorKind === 'key' ? m.audit_by_key({ name: actorName }) : actorName
}

/** What it is about; the name of what has one. */
export function subjectWords({ kind, name }: AuditSubject): string {
  if (kind === 'document') return m.audit_about_document({ team: name })
  if (kind === 'mail') return m.audit_about_mail()
  if (kind === 'staff' && name === '') return m.audit_about_nameless()
  return kind === 'key' ? m.audit_about_key({ name }) : name
}

/** What became of it, field by field, then what else is told. */
export function detailWords({ data, before, after }: Pick<AuditRow, 'data' | 'before' | 'after'>): string[] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const changes = fields
    .map((field) => ({ field, before: valueIn(before, field), after: valueIn(after, field) }))
    .filter((change) => change.before !== change.after)
    .map((change) => m.audit_changed({ ...change, field: fieldWords(change.field) }))
  return [
    ...changes,
    ...Object.keys(data).map((field) => m.audit_value({ field: fieldWords(field), value: valueIn(data, field) })),
  ]
}

/** `mailReplyTo`: mail reply to. */
const fieldWords = (field: string) => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

function valueIn(record: AuditRecord | null, field: string): string {
  const value = record?.[field] ?? ''
  if (typeof value === 'boolean') return value ? m.audit_yes() : m.audit_no()
  return value === '' ? m.audit_nothing() : String(value)
}
