import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may } from '#src/permissions.ts'
import { maskEmail } from '#src/teams/model.ts'
import type { MailState } from '../model.ts'
import type { LoggedMail, MailFilter, MailPlace, MailRow, Scope } from './model.ts'
import * as store from './store.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const WATCHED: readonly MailState[] = ['failed', 'held', 'retrying']

export type MailsPage = {
  rows: MailRow[]
  newer?: MailPlace
  older?: MailPlace
  /** Of the states that want somebody's eye. */
  counts: Partial<Record<MailState, number>>
}

/** One page of the mail log, the newest first; addresses are masked for actors who may not see them. */
export async function listMails(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  filter: MailFilter,
  { limit, place }: { limit: number; place?: MailPlace },
): Promise<MailsPage> {
  const scope = scopeOf(actor, tournament)
  const byAddress = may(actor, 'contacts.see', tournament.id)
  const [found, counts] = await Promise.all([
    store.listMails(ctx.db.read, scope, filter, { limit: limit + 1, place, byAddress }),
    store.countMails(ctx.db.read, scope, WATCHED),
  ])
  const isBefore = place?.direction === 'before'
  const shown = isBefore ? found.slice(0, limit).toReversed() : found.slice(0, limit)
  const [hasMore, hasCome] = [found.length > limit, place !== undefined]
  const at = (direction: MailPlace['direction'], row: MailRow | undefined) => row && { direction, id: row.id }
  return {
    rows: byAddress ? shown : shown.map(masked),
    newer: (isBefore ? hasMore : hasCome) ? at('before', shown[0]) : undefined,
    older: (isBefore ? hasCome : hasMore) ? at('after', shown.at(-1)) : undefined,
    counts,
  }
}

/** One mail of the log. Throws NOT_FOUND. */
export async function getMail(ctx: AppContext, actor: Actor, tournament: Tournament, id: string): Promise<LoggedMail> {
  const mail = UUID.test(id) ? await store.findMail(ctx.db.read, scopeOf(actor, tournament), id) : undefined
  if (!mail) throw new AppError('NOT_FOUND')
  return may(actor, 'contacts.see', tournament.id) ? mail : masked(mail)
}

/** A place as a cursor keeps it; undefined where it was not made by this list. */
export function readMailPlace([direction, id]: readonly string[]): MailPlace | undefined {
  if ((direction !== 'after' && direction !== 'before') || id === undefined || !UUID.test(id)) return undefined
  return { direction, id }
}

/** Mails about accounts are for those who keep the accounts. */
export const scopeOf = (actor: Actor, tournament: Tournament): Scope => ({
  tournamentId: tournament.id,
  withAccounts: may(actor, 'staff.manage'),
})

const masked = <Row extends MailRow>(row: Row): Row => ({ ...row, toAddress: maskEmail(row.toAddress) })
