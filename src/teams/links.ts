import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import type { Actor, StaffActor } from '#src/permissions.ts'
import * as store from './link-store.ts'
import { ENTRY_LINK_DAYS, type EntryLink, type LinkPurpose, type Team } from './model.ts'

const DAY_SECONDS = 86_400
const LINKS_DELETED_AT_ONCE = 1000
/** Of one team, newest first; older ones are revoked with all others. */
const LISTED_MAX = 50

type About = { madeFor: Exclude<LinkPurpose, 'registration'>; madeBy?: string; seconds?: number }

/**
 * A new link to the team's entry page, for `ENTRY_LINK_DAYS` unless said otherwise; earlier ones stay valid. Returns the token, 256 bits
 * that are kept only as a digest. Throws LINK_EXPIRED where the captain was erased.
 */
export const newEntryLink = (ctx: AppContext, teamId: string, about: About): Promise<string> =>
  newEntryLinkIn(ctx.db.read, ctx.now(), teamId, about)

async function newEntryLinkIn(tx: Queryable, now: Date, teamId: string, about: About): Promise<string> {
  const token = newToken()
  const { madeFor, madeBy = null, seconds = ENTRY_LINK_DAYS * DAY_SECONDS } = about
  const expiresAt = new Date(now.getTime() + seconds * 1000)
  const link = { tokenHash: hashToken(token), teamId, madeFor, madeBy, expiresAt, now }
  if (!(await store.insertEntryLink(tx, link))) throw new AppError('LINK_EXPIRED')
  return token
}

type Issuing = { tournamentId: string; teamId: string }

/** A link for staff to pass on by hand, audited. Returns the token, which nobody sees again. */
export const issueEntryLink = (
  ctx: AppContext,
  actor: StaffActor,
  { tournamentId, teamId }: Issuing,
): Promise<string> =>
  ctx.db.write.begin(async (tx) => {
    await record(tx, { event: 'entry-link.issued', actor, tournamentId, subjectId: teamId })
    return newEntryLinkIn(tx, ctx.now(), teamId, { madeFor: 'staff', madeBy: actor.id })
  })

/** The team a link opens. Throws NOT_FOUND for a link that never was, LINK_EXPIRED for one that is over. */
export async function getTeamByLink(ctx: AppContext, token: string): Promise<Team & { stateReason: string | null }> {
  const found = await store.findTeamByLink(ctx.db.read, hashToken(token), ctx.now())
  if (!found) throw new AppError('NOT_FOUND', { message: m.teams_link_unknown() })
  const { expiresAt, revokedAt, ...team } = found
  if (revokedAt || expiresAt <= ctx.now()) throw new AppError('LINK_EXPIRED')
  return team
}

/** The team's links that open its page now, whoever holds them. */
export const listEntryLinks = (ctx: AppContext, teamId: string): Promise<EntryLink[]> =>
  store.listEntryLinks(ctx.db.read, teamId, ctx.now(), LISTED_MAX)

type Revocation = { tournamentId: string; teamId: string; id?: string }

/** Ends one link of the team, audited. Throws NOT_FOUND where it has none of that id that opens anything. */
export async function revokeEntryLink(ctx: AppContext, actor: Actor, link: Required<Revocation>): Promise<void> {
  if ((await revoke(ctx, actor, link)) === 0) throw new AppError('NOT_FOUND')
}

/** Ends every link of the team, also those of visits that are under way. Returns how many there were. */
export const revokeEntryLinks = (ctx: AppContext, actor: Actor, links: Omit<Revocation, 'id'>): Promise<number> =>
  revoke(ctx, actor, links)

/** Ends every link of the team in the caller's transaction, which tells the audit log. Returns how many there were. */
export const revokeLinksIn = (tx: Queryable, teamId: string, now: Date): Promise<number> =>
  store.revokeEntryLinks(tx, teamId, null, now)

async function revoke(ctx: AppContext, actor: Actor, { tournamentId, teamId, id }: Revocation): Promise<number> {
  const now = ctx.now()
  return ctx.db.write.begin(async (tx) => {
    const links = await store.revokeEntryLinks(tx, teamId, id ?? null, now)
    const data = { links, ...(id !== undefined && { linkId: id }) }
    if (links > 0) await record(tx, { event: 'entry-link.revoked', actor, tournamentId, subjectId: teamId, data })
    return links
  })
}

export const deleteEndedLinks = (ctx: AppContext) =>
  store.deleteEndedLinks(ctx.db.read, ctx.now(), LINKS_DELETED_AT_ONCE)
