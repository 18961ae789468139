import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { may, type StaffActor } from '#src/permissions.ts'
import { mayChange, seesStaffOf } from '#src/staff/model.ts'
import type { ListedAccount, SeenAccount } from './model.ts'
import * as store from './read-store.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const TOURNAMENTS_MAX = 200
const SHELL_LISTED_MAX = 1000

export type AccountPlace = { direction: 'after' | 'before'; emailKey: string }
export type AccountsPage = { rows: ListedAccount[]; newer?: AccountPlace; older?: AccountPlace }

/** One page of the accounts that the actor may see, by e-mail address. Throws FORBIDDEN. */
export async function listAccounts(
  ctx: AppContext,
  actor: StaffActor,
  { limit, place }: { limit: number; place?: AccountPlace },
): Promise<AccountsPage> {
  const found = await store.listAccounts(ctx.db.read, scopeOf(actor), { limit: limit + 1, place })
  const isBefore = place?.direction === 'before'
  const rows = isBefore ? found.slice(0, limit).toReversed() : found.slice(0, limit)
  const [hasMore, hasCome] = [found.length > limit, place !== undefined]
  const at = (direction: AccountPlace['direction'], row: (typeof rows)[number] | undefined) =>
    row && { direction, emailKey: row.emailKey }
  return {
    rows,
    newer: (isBefore ? hasMore : hasCome) ? at('before', rows[0]) : undefined,
    older: (isBefore ? hasCome : hasMore) ? at('after', rows.at(-1)) : undefined,
  }
}

/** Every account, for the shell; at most `SHELL_LISTED_MAX`. */
export const listAllAccounts = (ctx: AppContext): Promise<ListedAccount[]> =>
  store.listAccounts(ctx.db.read, undefined, { limit: SHELL_LISTED_MAX })

function scopeOf(actor: StaffActor): string[] | undefined {
  const seen = seesStaffOf(actor)
  if (seen === null) throw new AppError('FORBIDDEN')
  return seen === 'all' ? undefined : seen
}

/**
 * One account that the actor may see, with the roles they may see, and whether they may change anything about it. Throws NOT_FOUND,
 * FORBIDDEN.
 */
export async function getSeenAccount(
  ctx: AppContext,
  actor: StaffActor,
  id: string,
): Promise<SeenAccount & { mayAct: boolean }> {
  const scope = scopeOf(actor)
  const account = UUID.test(id) ? await store.findSeen(ctx.db.read, id, ctx.now()) : undefined
  const isSeen = (tournamentId: string | null) =>
    scope === undefined || tournamentId === null || scope.includes(tournamentId)
  const grants = account?.grants.filter(({ tournamentId }) => isSeen(tournamentId)) ?? []
  if (!account || (scope !== undefined && grants.length === 0)) throw new AppError('NOT_FOUND')
  return { ...account, grants, mayAct: mayChange(actor, account) }
}

/** The tournaments that the actor may invite to, the default one first. */
export async function listInvitable(ctx: AppContext, actor: StaffActor): Promise<{ id: string; name: string }[]> {
  const all = await store.listTournaments(ctx.db.read, TOURNAMENTS_MAX)
  return all.filter(({ id }) => may(actor, 'staff.invite', id))
}
