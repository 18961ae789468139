import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { may, type Role, type StaffActor } from '#src/permissions.ts'
import { checkStaff, mayGive, type NewStaff, tidyStaff } from '#src/staff/model.ts'
import { insertStaff, prepareStaff } from '#src/staff/service.ts'
import { lockRights } from '../accounts/rights.ts'
import type { RegisterAnswer } from './model.ts'

/**
 * Makes an account for somebody else, with a password and one role: what inviting them to it needs. `tournament` is where the role counts
 * unless the body says otherwise. Throws FORBIDDEN, and VALIDATION_FAILED with every wrong field.
 */
export async function registerStaff(
  ctx: AppContext,
  actor: StaffActor,
  body: unknown,
  tournament: Tournament,
): Promise<RegisterAnswer> {
  if (!may(actor, 'staff.invite')) throw new AppError('FORBIDDEN')
  const given = readStaff(body)
  const errors = checkStaff(tidyStaff(given.staff), ctx.config.appTitle)
  const place = given.staff.role === 'owner' ? null : await findPlace(ctx, given.tournament, tournament)
  if (place === undefined) errors.push({ field: 'tournament', code: 'choice', message: m.register_no_tournament() })
  if (errors.length > 0 || place === undefined) throw new AppError('VALIDATION_FAILED', { errors })
  const tournamentId = place?.id ?? null
  const { role } = given.staff
  if (!mayGive(actor, role, tournamentId)) throw new AppError('FORBIDDEN')
  const prepared = await prepareStaff(ctx, given.staff)
  await ctx.db.write.begin(async (tx) => {
    if (!mayGive(await lockRights(tx, actor), role, tournamentId)) throw new AppError('FORBIDDEN')
    await insertStaff(tx, prepared, actor, tournamentId)
  })
  const { id, name, email } = prepared
  ctx.log.info({ staffId: id, role, actorId: actor.id }, 'staff.added')
  return { id, name, email, role, tournament: place?.slug ?? null }
}

function readStaff(body: unknown): { staff: NewStaff; tournament: unknown } {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : '')
  const staff = { name: text('name'), email: text('email'), password: text('password'), role: text('role') as Role }
  return { staff, tournament: given.tournament }
}

/** Null: everywhere. Undefined where there is no such tournament. */
async function findPlace(ctx: AppContext, asked: unknown, own: Tournament): Promise<Tournament | null | undefined> {
  if (asked === undefined) return own
  if (asked === null) return null
  return typeof asked === 'string' && asked !== '' ? ctx.findTournament(asked) : undefined
}
