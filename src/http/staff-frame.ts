import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import type { Actor } from '#src/permissions.ts'
import { isHttps } from './cookies.ts'
import { csrfToken } from './csrf.ts'

export type StaffActor = Extract<Actor, { kind: 'staff' }>

/** The person who is signed in. Throws UNAUTHORIZED where nobody is. */
export function staffOf(actor: Actor): StaffActor {
  if (actor.kind !== 'staff') throw new AppError('UNAUTHORIZED')
  return actor
}

/** What every staff page shows around its content, as `StaffPage` takes it. */
export const staffFrame = (ctx: AppContext, actor: StaffActor, tournament?: Tournament) => ({
  staffName: actor.name,
  csrf: csrfToken(ctx, actor),
  tournamentName: tournament?.name ?? ctx.config.appTitle,
  warning: isHttps(ctx) ? undefined : m.staff_plain_http(),
})

/** For the props of views of staff pages. */
export type StaffFrame = ReturnType<typeof staffFrame>
