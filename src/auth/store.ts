import type { Queryable } from '#src/db/client.ts'
import type { Grant } from '#src/permissions.ts'
import { SEEN_EVERY_MS, SESSION_IDLE_MS } from './model.ts'

export type SessionRow = {
  id: string
  kind: 'browser' | 'api'
  /** Of a browser's. */
  tokenHash: Uint8Array | null
  staffId: string
  device: string
  confirmedAt: Date | null
  now: Date
  expiresAt: Date
}
export type SignedIn = {
  sessionId: string
  id: string
  name: string
  email: string
  /** `givenAt` in ISO 8601. */
  grants: (Grant & { givenAt: string })[]
  confirmedAt: Date | null
  hasFactor: boolean
}

export async function insertSession(tx: Queryable, session: SessionRow): Promise<void> {
  const { id, kind, tokenHash, staffId, device, confirmedAt, now, expiresAt } = session
  await tx`
    insert into sessions (id, kind, token_hash, staff_id, device, created_at, last_seen_at, expires_at, confirmed_at)
    values (${id}, ${kind}, ${tokenHash}, ${staffId}, ${device}, ${now}, ${now}, ${expiresAt}, ${confirmedAt})`
}

/**
 * Whose session this is, by the digest of a browser's token or the id of a program's session, with what they may do; notes the use. One
 * statement, on every request that carries a session.
 */
export async function findSignedIn(
  sql: Queryable,
  {
    tokenHash,
    sessionId,
  }: { tokenHash: Uint8Array; sessionId?: undefined } | { tokenHash?: undefined; sessionId: string },
  now: Date,
): Promise<SignedIn | undefined> {
  const idleSince = new Date(now.getTime() - SESSION_IDLE_MS)
  const seenBefore = new Date(now.getTime() - SEEN_EVERY_MS)
  const named = tokenHash ? sql`token_hash = ${tokenHash}` : sql`id = ${sessionId} and kind = 'api'`
  const [row] = await sql<SignedIn[]>`
    with named as (select * from sessions where ${named} and expires_at > ${now} and last_seen_at > ${idleSince}),
    seen as (
      update sessions set last_seen_at = ${now} where id = (select id from named where last_seen_at <= ${seenBefore}))
    select s.id as "sessionId", p.id, p.name, p.email, s.confirmed_at as "confirmedAt",
      exists (select from totp_secrets f where f.staff_id = p.id and f.confirmed_at is not null)
        or exists (select from passkeys f where f.staff_id = p.id) as "hasFactor",
      (select coalesce(json_agg(json_build_object('role', r.role, 'tournamentId', r.tournament_id, 'givenAt', r.created_at)), '[]')
       from staff_roles r where r.staff_id = p.id) as grants
    from named s join staff p on p.id = s.staff_id where p.disabled_at is null`
  return row
}

/** False where it was gone already. */
export async function deleteSession(tx: Queryable, id: string): Promise<boolean> {
  const { count } = await tx`delete from sessions where id = ${id}`
  return count > 0
}

/** All of a person's, or all but one. Returns how many there were. */
export async function deleteSessionsOf(
  tx: Queryable,
  staffId: string,
  exceptId: string | null = null,
): Promise<number> {
  const { count } = await tx`delete from sessions where staff_id = ${staffId} and id is distinct from ${exceptId}`
  return count
}

/** False where the person has no such session. */
export async function deleteOwnSession(tx: Queryable, staffId: string, id: string): Promise<boolean> {
  const { count } = await tx`delete from sessions where id = ${id} and staff_id = ${staffId}`
  return count > 0
}

/** Under another token, or as just confirmed, where one is given. False where it was ended meanwhile. */
export async function updateSession(
  tx: Queryable,
  id: string,
  { tokenHash, confirmedAt }: { tokenHash: Uint8Array | null; confirmedAt: Date | null },
): Promise<boolean> {
  const { count } = await tx`
    update sessions set token_hash = coalesce(${tokenHash}, token_hash), confirmed_at = coalesce(${confirmedAt}, confirmed_at)
    where id = ${id}`
  return count > 0
}

/** Of a person's programs those that were not used for longest, beyond so many. */
export async function deleteIdlePrograms(tx: Queryable, staffId: string, keptMax: number): Promise<void> {
  await tx`
    delete from sessions where id in (
      select id from sessions where staff_id = ${staffId} and kind = 'api' order by last_seen_at desc, id desc offset ${keptMax})`
}

/** Whether a program of this name has a session of the account's. */
export async function hasProgram(sql: Queryable, staffId: string, device: string): Promise<boolean> {
  const rows = await sql`
    select from sessions where staff_id = ${staffId} and kind = 'api' and device = ${device} limit 1`
  return rows.length > 0
}

/** Returns how many went; at most `limit`, so that no statement holds many rows. */
export async function deleteEndedSessions(sql: Queryable, now: Date, limit: number): Promise<number> {
  const idleSince = new Date(now.getTime() - SESSION_IDLE_MS)
  const rows = await sql`
    delete from sessions where id in (
      select id from sessions where expires_at <= ${now} or last_seen_at <= ${idleSince} limit ${limit}) returning true`
  return rows.length
}

export async function insertSetupToken(tx: Queryable, tokenHash: Uint8Array, expiresAt: Date): Promise<void> {
  await tx`insert into setup_tokens (token_hash, expires_at) values (${tokenHash}, ${expiresAt})`
}

/** Ends every set-up address that nobody claimed. */
export async function expireSetupTokens(tx: Queryable, now: Date): Promise<void> {
  await tx`update setup_tokens set expires_at = ${now} where claimed_at is null and expires_at > ${now}`
}

/** A set-up address that was once given out, whether it still holds or not. */
export async function findSetupToken(
  sql: Queryable,
  tokenHash: Uint8Array,
): Promise<{ expiresAt: Date; claimedAt: Date | null } | undefined> {
  const [row] = await sql<{ expiresAt: Date; claimedAt: Date | null }[]>`
    select expires_at as "expiresAt", claimed_at as "claimedAt" from setup_tokens where token_hash = ${tokenHash}`
  return row
}

export async function updateSetupClaimed(tx: Queryable, tokenHash: Uint8Array, now: Date): Promise<void> {
  await tx`update setup_tokens set claimed_at = ${now} where token_hash = ${tokenHash}`
}
