/**
 * Who may ask for what, by route. `everybody`, `signed-in` (any member of staff), or the least role; `key <scope>` where a key with that
 * scope (`any`: every key) may as well; `confirmed` where a second factor of the last ten minutes is needed; `enrols` where somebody may
 * who has nothing left to do but to set one up. What stands below `/t/:slug` and `/api/v1/tournaments/:slug` is for the same people as what stands above it.
 */
export const TABLE: Readonly<Record<string, string>> = {
  'GET /': 'everybody',
  'GET /register': 'everybody',
  'POST /register': 'everybody',
  'POST /register/draft': 'everybody',
  'POST /register/sections/:section': 'everybody',
  'GET /register/clubs': 'everybody',
  'POST /register/players': 'everybody',
  'POST /register/players/removal': 'everybody',
  'POST /register/files': 'everybody',
  'POST /register/files/removal': 'everybody',
  'GET /draft/:token': 'everybody',
  'POST /draft/:token/choice': 'everybody',
  'GET /entry': 'everybody',
  'POST /entry': 'everybody',
  'POST /entry/link': 'everybody',
  'GET /entry/:token': 'everybody',
  'POST /entry/:token/withdrawal': 'everybody',
  'GET /files/:token/:name': 'everybody',

  'POST /api/register/team': 'everybody',
  'GET /api/churches/availability': 'everybody',
  'GET /api/teams': 'everybody',
  'GET /api/teams/:team_id': 'everybody',
  'GET /admin/teams': 'viewer, key registrations.see',
  'GET /admin/teams/:teamId': 'viewer, key registrations.see',
  'GET /admin/players/:playerId': 'viewer, key registrations.see',
  'PUT /admin/teams/:teamId/confirm': 'reviewer, key registrations.decide',
  'PUT /admin/teams/:teamId/reject': 'reviewer, key registrations.decide',
  'GET /admin/sequence/current': 'viewer, key registrations.see',
  'POST /admin/sequence/sync': 'viewer, key registrations.see',
  'GET /health': 'everybody',
  'GET /status': 'everybody',
  'GET /queue/status': 'everybody',
  'GET /docs': 'everybody',

  'GET /healthz': 'everybody',
  'GET /readyz': 'everybody',
  'GET /metrics': 'everybody',
  'GET /assets/:hash/:name': 'everybody',
  'GET /api/openapi.json': 'everybody',
  'GET /api/docs': 'everybody',

  'GET /api/v1/tournaments/current': 'everybody',
  'GET /api/v1/teams': 'everybody',
  'GET /api/v1/teams/:id': 'everybody',
  'GET /api/v1/clubs/availability': 'everybody',
  'POST /api/v1/uploads': 'everybody',
  'POST /api/v1/registrations': 'everybody',
  'GET /api/v1/registrations': 'viewer, key registrations.see',
  'GET /api/v1/registrations/:id': 'viewer, key registrations.see',
  'GET /api/v1/registrations/:id/documents/:documentId': 'reviewer, key documents.see',

  'POST /api/v1/auth/login': 'everybody',
  'POST /api/v1/auth/2fa/verify': 'everybody',
  'POST /api/v1/auth/refresh': 'everybody',
  'POST /api/v1/auth/logout': 'signed-in, enrols',
  'GET /api/v1/auth/me': 'signed-in, key any',
  'POST /api/v1/auth/register': 'signed-in, confirmed',
  'POST /api/v1/auth/confirm': 'signed-in, enrols',
  'POST /api/v1/auth/2fa/setup': 'signed-in, confirmed, enrols',
  'POST /api/v1/auth/2fa/enable': 'signed-in, confirmed, enrols',
  'POST /api/v1/auth/2fa/disable': 'signed-in, confirmed',

  'GET /sign-in': 'everybody',
  'POST /sign-in': 'everybody',
  'GET /sign-in/second-factor': 'everybody',
  'POST /sign-in/second-factor': 'everybody',
  'POST /sign-in/passkey/challenge': 'everybody',
  'POST /sign-in/passkey': 'everybody',
  'POST /sign-in/second-factor/passkey/challenge': 'everybody',
  'POST /sign-in/second-factor/passkey': 'everybody',
  'GET /confirm': 'signed-in, enrols',
  'POST /confirm': 'signed-in, enrols',
  'POST /confirm/passkey/challenge': 'signed-in, enrols',
  'POST /confirm/passkey': 'signed-in, enrols',
  'POST /sign-out': 'everybody',
  'GET /setup/:token': 'everybody',
  'POST /setup/:token': 'everybody',

  'GET /invitation/:token': 'everybody',
  'POST /invitation/:token': 'everybody',
  'GET /password-reset': 'everybody',
  'POST /password-reset': 'everybody',
  'GET /password-reset/sent': 'everybody',
  'GET /password-reset/:token': 'everybody',
  'POST /password-reset/:token': 'everybody',
  'GET /email-change/:token': 'everybody',
  'POST /email-change/:token': 'everybody',
  'POST /email-change/:token/refusal': 'everybody',

  'GET /account': 'signed-in',
  'POST /account/name': 'signed-in',
  'POST /account/password': 'signed-in',
  'GET /account/second-factor': 'signed-in, enrols',
  'POST /account/second-factor/app': 'signed-in, confirmed, enrols',
  'GET /account/second-factor/app': 'signed-in, confirmed, enrols',
  'POST /account/second-factor/app/code': 'signed-in, confirmed, enrols',
  'POST /account/second-factor/app/removal': 'signed-in, confirmed',
  'POST /account/second-factor/recovery-codes': 'signed-in, confirmed',
  'POST /account/passkeys/challenge': 'signed-in, confirmed, enrols',
  'POST /account/passkeys': 'signed-in, confirmed, enrols',
  'POST /account/passkeys/:id/name': 'signed-in',
  'POST /account/passkeys/:id/removal': 'signed-in, confirmed',
  'POST /account/email': 'signed-in, confirmed',
  'POST /account/email/cancellation': 'signed-in',
  'GET /account/sessions': 'signed-in',
  'POST /account/sessions/ending': 'signed-in, confirmed',
  'POST /account/sessions/:id/ending': 'signed-in, confirmed',

  'GET /admin/staff': 'admin',
  'POST /admin/staff': 'admin, confirmed',
  'GET /admin/staff/:id': 'admin',
  'POST /admin/staff/:id/roles': 'admin, confirmed',
  'POST /admin/staff/:id/roles/removal': 'admin, confirmed',
  'POST /admin/staff/:id/invitation': 'admin, confirmed',
  'POST /admin/staff/:id/invitation/withdrawal': 'admin, confirmed',
  'POST /admin/staff/:id/reset': 'owner, confirmed',
  'POST /admin/staff/:id/disabling': 'owner, confirmed',
  'POST /admin/staff/:id/enabling': 'owner, confirmed',
  'POST /admin/staff/:id/second-factor/removal': 'owner, confirmed',
  'POST /admin/staff/:id/sessions/ending': 'owner, confirmed',

  'GET /admin': 'viewer',
  'GET /admin/registrations': 'viewer',
  'GET /admin/registrations/:id': 'viewer',
  'GET /admin/registrations/:id/documents/:documentId': 'reviewer',
  'GET /admin/registrations/:id/documents/:documentId/picture': 'reviewer',
  'POST /admin/registrations/:id/approval': 'reviewer',
  'POST /admin/registrations/:id/rejection': 'reviewer',
  'POST /admin/registrations/:id/reminder': 'reviewer',
  'GET /admin/registrations/:id/links': 'admin',
  'POST /admin/registrations/:id/links': 'admin',
  'POST /admin/registrations/:id/links/mail': 'admin',
  'POST /admin/registrations/:id/links/revocation': 'admin',
  'POST /admin/registrations/:id/links/:linkId/revocation': 'admin',

  'GET /admin/mail': 'admin',
  'GET /admin/mail/:id': 'admin',
  'GET /admin/mail/:id/letter': 'admin',
  'POST /admin/mail/release': 'admin',
  'POST /admin/mail/test': 'admin',
  'POST /admin/mail/:id/sending': 'admin',
  'POST /admin/mail/:id/holding': 'admin',
  'POST /admin/mail/:id/passing': 'admin',
  'GET /admin/mail/messages': 'admin',
  'GET /admin/mail/messages/:kind': 'admin',
  'GET /admin/mail/messages/:kind/letter': 'admin',
  'POST /admin/mail/messages/:kind/preview': 'admin',
  'POST /admin/mail/messages/:kind': 'admin',
  'POST /admin/mail/messages/:kind/default': 'admin',
  'GET /admin/settings/mail': 'admin',
  'POST /admin/settings/mail': 'admin',

  'GET /admin/keys': 'admin',
  'GET /admin/keys/new': 'admin, confirmed',
  'POST /admin/keys': 'admin, confirmed',
  'GET /admin/keys/:id/revocation': 'admin, confirmed',
  'POST /admin/keys/:id/revocation': 'admin, confirmed',

  'GET /admin/system': 'owner',
  'POST /admin/system/dependencies/:name/reset': 'owner',
  'POST /admin/system/tasks/:name/run': 'owner',
  'POST /admin/system/notices/:id/dismissal': 'owner',
  'GET /admin/audit': 'owner',
  'GET /admin/audit/export.csv': 'owner, confirmed',
  'GET /admin/erasure': 'owner, confirmed',
  'POST /admin/erasure/search': 'owner',
  'GET /admin/erasure/confirmation': 'owner, confirmed',
  'POST /admin/erasure': 'owner, confirmed',
}

const ROLES = ['viewer', 'reviewer', 'admin', 'owner'] as const

export type Row = {
  /** `everybody` and `signed-in`, or the least role. */
  who: 'everybody' | 'signed-in' | (typeof ROLES)[number]
  /** Of the key that may as well. */
  scope?: string
  isConfirmed: boolean
  enrols: boolean
}

/** Undefined for a route that has no row. */
export function rowOf(route: string): Row | undefined {
  const [who, ...more] = TABLE[route]?.split(', ') ?? []
  if (who === undefined) return undefined
  const scope = more.find((one) => one.startsWith('key '))?.slice('key '.length)
  return { who: who as Row['who'], scope, isConfirmed: more.includes('confirmed'), enrols: more.includes('enrols') }
}

/** Whether this role is at least that one. */
export const reaches = (role: (typeof ROLES)[number], least: Row['who']): boolean =>
  least === 'everybody' || least === 'signed-in' || ROLES.indexOf(role) >= ROLES.indexOf(least)
