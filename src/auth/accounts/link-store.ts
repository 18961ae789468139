import type { Queryable } from '#src/db/client.ts'
import type { LinkPurpose, Side } from './model.ts'

export type NewLink = {
  tokenHash: Uint8Array
  staffId: string
  purpose: LinkPurpose
  side: Side | null
  emailChangeId: string | null
  expiresAt: Date
}
/** A link with the account it is about. */
export type FoundLink = Omit<NewLink, 'tokenHash'> & {
  usedAt: Date | null
  name: string
  email: string
  isInvited: boolean
  isDisabled: boolean
}

/** An invitation is for who has no password yet, all else for who has one. Returns false where the account is not so, or is disabled. */
export async function insertLink(sql: Queryable, link: NewLink): Promise<boolean> {
  const { count } = await sql`
    insert into staff_links (token_hash, staff_id, purpose, side, email_change_id, expires_at)
    select ${link.tokenHash}, id, ${link.purpose}, ${link.side}, ${link.emailChangeId}::uuid, ${link.expiresAt}
    from staff where id = ${link.staffId} and disabled_at is null and (${link.purpose} = 'invitation') = (password_hash is null)`
  return count > 0
}

export async function findLink(
  sql: Queryable,
  tokenHash: Uint8Array,
  purpose: LinkPurpose,
): Promise<FoundLink | undefined> {
  const [row] = await sql<FoundLink[]>`
    select l.staff_id as "staffId", l.purpose, l.side, l.email_change_id as "emailChangeId", l.expires_at as "expiresAt",
      l.used_at as "usedAt", s.name, s.email, s.password_hash is null as "isInvited", s.disabled_at is not null as "isDisabled"
    from staff_links l join staff s on s.id = l.staff_id where l.token_hash = ${tokenHash} and l.purpose = ${purpose}`
  return row
}

/** Uses a link up; false where it was used before. */
export async function useLink(tx: Queryable, tokenHash: Uint8Array, now: Date): Promise<boolean> {
  const { count } = await tx`
    update staff_links set used_at = ${now} where token_hash = ${tokenHash} and used_at is null`
  return count > 0
}

/** Uses up every link of these purposes that the account has. */
export async function useLinksOf(
  tx: Queryable,
  staffId: string,
  purposes: readonly LinkPurpose[],
  now: Date,
): Promise<void> {
  await tx`
    update staff_links set used_at = ${now}
    where staff_id = ${staffId} and purpose = any(${purposes as string[]}::text[]) and used_at is null`
}

/** Returns how many went; at most `limit`. */
export async function deleteEndedLinks(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from staff_links where token_hash in (
      select token_hash from staff_links where expires_at <= ${before} limit ${limit})`
  return count
}
