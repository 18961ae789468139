import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { drain } from '#src/lib/drain.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { emailKey } from '#src/lib/names.ts'
import { type LinkKind, type LinkMaker, UnsendableMail } from '#src/mail/service.ts'
import { findPerson } from '#src/staff/service.ts'
import { isToken } from '../model.ts'
import { deleteEndedEmailChanges } from './email-store.ts'
import { deleteEndedLinks, type FoundLink, findLink, insertLink } from './link-store.ts'
import { LINK_PATHS, type LinkPurpose, type Side } from './model.ts'

/** Until then an address that is over says so; afterwards it is unknown. */
const KEPT_AFTER_END_MS = 2 * 86_400_000
const DELETED_AT_ONCE = 1000
const BATCHES_MAX = 20

export type StaffLink = {
  staffId: string
  purpose: LinkPurpose
  expiresAt: Date
  /** Of a change of the e-mail address. */
  change?: { id: string; side: Side }
}

/**
 * A one-time address for the account; earlier ones stay good. Returns its path, with 256 random bits that are kept only as a digest.
 * Undefined where the account has no use for it: it was disabled, or its invitation accepted.
 */
export async function newStaffLink(sql: Queryable, link: StaffLink): Promise<string | undefined> {
  const { staffId, purpose, expiresAt, change } = link
  const token = newToken()
  const isMade = await insertLink(sql, {
    tokenHash: hashToken(token),
    staffId,
    purpose,
    side: change?.side ?? null,
    emailChangeId: change?.id ?? null,
    expiresAt,
  })
  return isMade ? `${LINK_PATHS[purpose]}${token}` : undefined
}

/** What a link is about. Throws NOT_FOUND for one that never was, LINK_EXPIRED for one that was used, is over, or is of no use any more. */
export async function getLink(sql: Queryable, purpose: LinkPurpose, token: string, now: Date): Promise<FoundLink> {
  const link = isToken(token) ? await findLink(sql, hashToken(token), purpose) : undefined
  if (!link) throw new AppError('NOT_FOUND')
  const isOpen = link.usedAt === null && link.expiresAt > now && !link.isDisabled
  if (!isOpen || link.isInvited !== (purpose === 'invitation')) throw new AppError('LINK_EXPIRED')
  return link
}

/** Makes the link of one sending of a mail about an account. Throws UnsendableMail where it would open nothing. */
const maker =
  (purpose: LinkPurpose): LinkMaker =>
  async (ctx, { data, toAddress }) => {
    const expiresAt = new Date(String(data.validUntil))
    const change = data.emailChangeId ? { id: String(data.emailChangeId), side: data.side as Side } : undefined
    // What was posted before the account got another address opens nothing for whoever reads the former one.
    const isAstray = purpose === 'password' && !(await isAddressOf(ctx.db.read, String(data.staffId), toAddress))
    const isOver = expiresAt <= ctx.now() || isAstray
    const path = isOver
      ? undefined
      : await newStaffLink(ctx.db.read, { staffId: String(data.staffId), purpose, expiresAt, change })
    if (path === undefined) throw new UnsendableMail(m.accounts_link_of_no_use())
    return path
  }

async function isAddressOf(sql: Queryable, staffId: string, address: string): Promise<boolean> {
  const person = await findPerson(sql, staffId)
  return person !== undefined && emailKey(person.email) === emailKey(address)
}

/** For whoever composes mails: the links of those about accounts. */
export const staffLinkMakers: Partial<Record<LinkKind, LinkMaker>> = {
  invitation: maker('invitation'),
  password: maker('password'),
  email: maker('email'),
  staff: async () => '/admin',
}

/** Deletes addresses and changes of e-mail that have been over for some days. How many. */
export async function deleteEndedStaffLinks(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const before = new Date(ctx.now().getTime() - KEPT_AFTER_END_MS)
  const batches = { size: DELETED_AT_ONCE, batchesMax: BATCHES_MAX, stopping }
  const changes = await drain((size) => deleteEndedEmailChanges(ctx.db.read, before, size), batches)
  return changes + (await drain((size) => deleteEndedLinks(ctx.db.read, before, size), batches))
}
