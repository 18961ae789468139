import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may, type StaffActor } from '#src/permissions.ts'
import { noticeWords } from '#views/system/words.ts'
import { hasUntrustedProxy } from './client-address.ts'
import { isHttps } from './cookies.ts'
import { csrfToken } from './csrf.ts'

export type { StaffActor }

/** The person who is signed in. Throws UNAUTHORIZED where nobody is, FORBIDDEN for a program's key. */
export function staffOf(actor: Actor): StaffActor {
  if (actor.kind === 'key') throw new AppError('FORBIDDEN')
  if (actor.kind !== 'staff') throw new AppError('UNAUTHORIZED')
  return actor
}

/** What every staff page shows around its content, as `StaffPage` takes it. */
export const staffFrame = (ctx: AppContext, actor: StaffActor, tournament?: Tournament) => ({
  staffName: actor.name,
  csrf: csrfToken(ctx, actor),
  tournamentName: tournament?.name ?? ctx.config.appTitle,
  warnings: warningsOf(ctx),
  ...(actor.enrolBy && { enrolment: enrolmentWords(actor, actor.enrolBy, tournament) }),
  hasMail: may(actor, 'mail.see', tournament?.id),
  hasStaff: may(actor, 'staff.invite', tournament?.id),
  hasKeys: may(actor, 'keys.manage', tournament?.id),
  hasAudit: may(actor, 'audit.see'),
  ...(may(actor, 'system.see') && { hasSystem: true, notices: noticesOf(ctx, tournament) }),
})

/** While there is time a reminder; afterwards why nothing else opens. */
function enrolmentWords({ mustEnrol }: StaffActor, by: Date, tournament?: Tournament): string {
  if (mustEnrol) return m.factor_required()
  const date = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: tournament?.timeZone ?? 'UTC' }).format(by)
  return m.factor_reminder({ date })
}

/** In the tournament's zone, as all times on staff pages. */
const noticesOf = (ctx: AppContext, tournament?: Tournament): string[] =>
  ctx.vitals.notices().map((notice) => noticeWords(notice, tournament?.timeZone ?? 'UTC'))

/** What is to be mended, gravest first; each has a line here and stands on every staff page until it is. */
const warningsOf = (ctx: AppContext): string[] => [
  ...(isHttps(ctx) ? [] : [m.staff_plain_http()]),
  ...(ctx.config.enableRateLimiting ? [] : [m.staff_rate_limiting_off()]),
  ...(hasUntrustedProxy(ctx) ? [m.staff_untrusted_proxy()] : []),
]

/** For the props of views of staff pages. */
export type StaffFrame = ReturnType<typeof staffFrame>
