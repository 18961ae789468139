/** Who may do what: PRODUCT.md's table as data. A route names one permission; `may` answers for an actor and a tournament. */
export const PERMISSIONS = [
  'registrations.see',
  'contacts.see',
  'documents.see',
  'registrations.decide',
  'escalations.decide',
  'registrations.edit',
  'fixtures.edit',
  'gallery.edit',
  'tournament.configure',
  'exports.make',
  'mail.see',
  'staff.invite',
  'keys.manage',
  'staff.manage',
  'audit.see',
  'system.see',
  'backups.make',
  'people.erase',
  'tournaments.add',
] as const
export type Permission = (typeof PERMISSIONS)[number]

const VIEWER: readonly Permission[] = ['registrations.see']
const REVIEWER: readonly Permission[] = [
  ...VIEWER,
  'contacts.see',
  'documents.see',
  'registrations.decide',
  'fixtures.edit',
  'gallery.edit',
]
const ADMIN: readonly Permission[] = [
  ...REVIEWER,
  'escalations.decide',
  'registrations.edit',
  'tournament.configure',
  'exports.make',
  'mail.see',
  'staff.invite',
  'keys.manage',
]

export const ROLES = { viewer: VIEWER, reviewer: REVIEWER, admin: ADMIN, owner: PERMISSIONS } as const
export type Role = keyof typeof ROLES
export const ROLE_NAMES = ['viewer', 'reviewer', 'admin', 'owner'] as const satisfies readonly Role[]

/** A role held for one tournament, or for all where `tournamentId` is null (always so for an owner). */
export type Grant = { role: Role; tournamentId: string | null }

/** Whoever acts. `captain` acts for one team only, by its link. */
export type Actor =
  | { kind: 'nobody' }
  | { kind: 'staff'; id: string; name: string; email: string; grants: readonly Grant[]; sessionId: string }
  | { kind: 'captain'; teamId: string }
  | { kind: 'system' }

/** Of a member of staff; the others have none, or one of their own kind. */
export const idOf = (actor: Actor): string | undefined => (actor.kind === 'staff' ? actor.id : undefined)

export const NOBODY: Actor = { kind: 'nobody' }
export const SYSTEM: Actor = { kind: 'system' }

/** Whether the actor holds the permission for the tournament; without one, for any tournament at all. */
export function may(actor: Actor, permission: Permission, tournamentId?: string): boolean {
  if (actor.kind !== 'staff') return false
  return actor.grants.some(
    (grant) =>
      (tournamentId === undefined || grant.tournamentId === null || grant.tournamentId === tournamentId) &&
      ROLES[grant.role].includes(permission),
  )
}
