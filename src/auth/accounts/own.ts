import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { checkPersonName, tidy } from '#src/lib/names.ts'
import type { StaffActor } from '#src/permissions.ts'
import { updateName } from '#src/staff/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { roleText } from '#views/staff/words.ts'
import { findPendingEmail } from './email-store.ts'
import type { PendingEmail } from './model.ts'

/** Changes one's own name. Throws VALIDATION_FAILED (`name`). */
export async function changeName(ctx: AppContext, actor: StaffActor, typed: string): Promise<void> {
  const name = tidy(typed)
  const wrong = checkPersonName(name)
  if (wrong) throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'name', ...wrong }] })
  if (name === actor.name) return
  await ctx.db.write.begin(async (tx) => {
    await updateName(tx, actor.id, name)
    const [before, after] = [{ name: actor.name }, { name }]
    await record(tx, { event: 'staff.renamed', actor, subjectId: actor.id, before, after })
  })
  ctx.log.info({ staffId: actor.id }, 'staff.renamed')
}

/** The address that waits to become one's own. */
export const getPendingEmail = (ctx: AppContext, actor: StaffActor): Promise<PendingEmail | undefined> =>
  findPendingEmail(ctx.db.read, actor.id, ctx.now())

/** What one may do and where, a line each. */
export async function roleTexts(ctx: AppContext, actor: StaffActor): Promise<string[]> {
  const names = await Promise.all(
    actor.grants.map(({ tournamentId }) => (tournamentId === null ? null : getTournament(ctx, tournamentId))),
  )
  return actor.grants.map(({ role }, index) => roleText(role, names[index]?.name))
}
