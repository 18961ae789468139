import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import type { Actor, StaffActor } from '#src/permissions.ts'
import { postStaffMail } from '../letters/post.ts'
import { canDeliver, type MailKind } from '../model.ts'
import { holdMail, releaseMails, requeueMail } from '../store.ts'
import { type MailFilter, RELEASED_MAX } from './model.ts'
import { getMail, scopeOf } from './read.ts'
import { listMails } from './store.ts'

/** Sends a mail at once, whatever became of it before, quiet hours or not. Throws NOT_FOUND, MAIL_NOT_SET_UP, CONFLICT while it is being sent. */
export async function sendAgain(ctx: AppContext, actor: Actor, tournament: Tournament, id: string): Promise<void> {
  const { teamId } = await getMail(ctx, actor, tournament, id)
  refuseWithoutServer(ctx)
  await ctx.db.write.begin(async (tx) => {
    if (!(await requeueMail(tx, id, ctx.now()))) throw new AppError('CONFLICT', { message: m.mail_being_sent() })
    await record(tx, { event: 'mail.sent-again', actor, tournamentId: tournament.id, subjectId: id, data: { teamId } })
  })
}

/** Keeps a mail that waits. Throws NOT_FOUND, CONFLICT where it does not wait any more. */
export async function hold(ctx: AppContext, actor: Actor, tournament: Tournament, id: string): Promise<void> {
  const { teamId } = await getMail(ctx, actor, tournament, id)
  await ctx.db.write.begin(async (tx) => {
    if (!(await holdMail(tx, id, ctx.now()))) throw new AppError('CONFLICT', { message: m.mail_not_waiting() })
    await record(tx, { event: 'mail.held', actor, tournamentId: tournament.id, subjectId: id, data: { teamId } })
  })
}

/** Lets the held mails of a filter go, the newest `RELEASED_MAX`. Returns how many. Throws MAIL_NOT_SET_UP. */
export async function release(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  filter: MailFilter,
): Promise<number> {
  refuseWithoutServer(ctx)
  const held = await listMails(
    ctx.db.read,
    scopeOf(actor, tournament),
    { ...filter, state: 'held' },
    { limit: RELEASED_MAX, byAddress: true },
  )
  return ctx.db.write.begin(async (tx) => {
    const ids = held.map(({ id }) => id)
    const mails = await releaseMails(tx, ids, ctx.now())
    if (mails > 0) await record(tx, { event: 'mail.released', actor, tournamentId: tournament.id, data: { mails } })
    return mails
  })
}

/** Sends whoever asks a test message, or a message of the tournament as it would read. Returns the mail's id. Throws MAIL_NOT_SET_UP. */
export async function sendTest(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  of?: MailKind,
): Promise<string> {
  refuseWithoutServer(ctx)
  return ctx.db.write.begin(async (tx) => {
    const to = { name: actor.name, email: actor.email }
    const id = await postStaffMail(tx, ctx, { kind: 'test', to, tournamentId: tournament.id, data: of ? { of } : {} })
    await record(tx, { event: 'mail.tested', actor, tournamentId: tournament.id, subjectId: id })
    return id
  })
}

function refuseWithoutServer(ctx: AppContext): void {
  if (!canDeliver(ctx.config)) throw new AppError('MAIL_NOT_SET_UP')
}
