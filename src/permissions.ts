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

/** A member of staff, by a session. */
export type StaffActor = {
  kind: 'staff'
  id: string
  name: string
  email: string
  grants: readonly Grant[]
  sessionId: string
  /** What the session was shown by: a browser's cookie, or an access token. */
  by: 'cookie' | 'token'
  /** When the second factor, or the password where there is none, was last asked for in this session and given. */
  confirmedAt: Date | null
  hasFactor: boolean
  /** Until when a second factor has to be set up; null where there is one, or none is required. */
  enrolBy: Date | null
  /** `enrolBy` has passed: only setting one up is left to do. */
  mustEnrol: boolean
}
/** A program, by a key that somebody with `keys.manage` made. It holds its scopes alone, in one tournament or in all. */
export type KeyActor = {
  kind: 'key'
  id: string
  name: string
  scopes: readonly Permission[]
  tournamentId: string | null
}

/** Whoever acts. `captain` acts for one team only, by its link. */
export type Actor =
  | { kind: 'nobody' }
  | StaffActor
  | KeyActor
  | { kind: 'captain'; teamId: string }
  | { kind: 'system' }

/** Of a member of staff or a key; the others have none, or one of their own kind. */
export const idOf = (actor: Actor): string | undefined =>
  actor.kind === 'staff' || actor.kind === 'key' ? actor.id : undefined

export const NOBODY: Actor = { kind: 'nobody' }
export const SYSTEM: Actor = { kind: 'system' }

/** Whether the actor holds the permission for the tournament; without one, for any tournament at all. */
export function may(actor: Actor, permission: Permission, tournamentId?: string): boolean {
  const isHere = (held: string | null) => tournamentId === undefined || held === null || held === tournamentId
  if (actor.kind === 'key') return isHere(actor.tournamentId) && actor.scopes.includes(permission)
  if (actor.kind !== 'staff' || actor.mustEnrol) return false
  return actor.grants.some((grant) => isHere(grant.tournamentId) && ROLES[grant.role].includes(permission))
}

/** How long a second factor, or a password, counts as just given. */
export const CONFIRMED_MS = 10 * 60_000

/** Whether the person showed within `CONFIRMED_MS` that it is them. A key never can. */
export const isConfirmed = (actor: Actor, now: Date): boolean =>
  actor.kind === 'staff' && actor.confirmedAt !== null && now.getTime() - actor.confirmedAt.getTime() < CONFIRMED_MS

/** What a key may be given: nothing that has to be confirmed by a person, or makes people and keys. */
export const KEY_SCOPES = PERMISSIONS.filter(
  (permission) =>
    ![
      'exports.make',
      'staff.invite',
      'keys.manage',
      'staff.manage',
      'people.erase',
      'tournaments.add',
      'backups.make',
    ].includes(permission),
)
