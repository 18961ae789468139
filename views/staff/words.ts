import { m } from '#messages'
import type { AccountState } from '#src/auth/accounts/model.ts'
import type { Role } from '#src/permissions.ts'
import type { Tone } from '#views/parts/badge.tsx'
import type { IconName } from '#views/parts/icon.tsx'

const ROLES: Record<Role, () => string> = {
  viewer: m.staff_role_viewer,
  reviewer: m.staff_role_reviewer,
  admin: m.staff_role_admin,
  owner: m.staff_role_owner,
}

export const ACCOUNT_STATES: Record<AccountState, { tone: Tone; icon: IconName; label: () => string }> = {
  invited: { tone: 'info', icon: 'clock', label: m.accounts_state_invited },
  active: { tone: 'success', icon: 'check', label: m.accounts_state_active },
  disabled: { tone: 'neutral', icon: 'cross', label: m.accounts_state_disabled },
}

export const roleWord = (role: Role): string => ROLES[role]()

/** `Reviewer: Autumn Cup`; an owner is one everywhere. */
export const roleText = (role: Role, tournament: string | null | undefined): string =>
  role === 'owner' ? roleWord(role) : `${roleWord(role)}: ${tournament ?? m.accounts_all_tournaments()}`
