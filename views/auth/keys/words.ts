import { m } from '#messages'
import type { Life } from '#src/auth/keys/model.ts'
import type { Permission } from '#src/permissions.ts'

const SCOPES: Partial<Record<Permission, () => string>> = {
  'registrations.see': m.keys_scope_registrations_see,
  'contacts.see': m.keys_scope_contacts_see,
  'documents.see': m.keys_scope_documents_see,
  'registrations.decide': m.keys_scope_registrations_decide,
  'escalations.decide': m.keys_scope_escalations_decide,
  'registrations.edit': m.keys_scope_registrations_edit,
  'fixtures.edit': m.keys_scope_fixtures_edit,
  'gallery.edit': m.keys_scope_gallery_edit,
  'tournament.configure': m.keys_scope_tournament_configure,
  'mail.see': m.keys_scope_mail_see,
  'audit.see': m.keys_scope_audit_see,
  'system.see': m.keys_scope_system_see,
}

/** What a scope lets a program do, in words. */
export const scopeWords = (scope: Permission): string => SCOPES[scope]?.() ?? scope

const LIVES: Record<Life, () => string> = {
  '90': m.keys_life_90,
  '365': m.keys_life_365,
  none: m.keys_life_none,
}

/** How long a key is good, in words. */
export const lifeWords = (life: Life): string => LIVES[life]()
