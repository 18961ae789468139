import type { Queryable } from '#src/db/client.ts'
import { SESSION_IDLE_MS } from '../model.ts'

export async function insertRefreshToken(
  tx: Queryable,
  { tokenHash, sessionId, now }: { tokenHash: Uint8Array; sessionId: string; now: Date },
): Promise<void> {
  await tx`
    insert into refresh_tokens (token_hash, session_id, created_at) values (${tokenHash}, ${sessionId}, ${now})`
}

export type Refreshable = {
  sessionId: string
  staffId: string
  isUsed: boolean
  /** Of the session, in words: `Firefox on Linux`. */
  device: string
  startedAt: Date
  /** The session is neither over nor idle for too long, and its account may sign in. */
  isLive: boolean
}

/**
 * Holds the session until the transaction ends: of all that is done to one, each waits for the other. Whether the token is used is told as
 * it was before that wait.
 */
export async function findRefreshToken(
  tx: Queryable,
  tokenHash: Uint8Array,
  now: Date,
): Promise<Refreshable | undefined> {
  const idleSince = new Date(now.getTime() - SESSION_IDLE_MS)
  const [row] = await tx<Refreshable[]>`
    select s.id as "sessionId", s.staff_id as "staffId", r.used_at is not null as "isUsed", s.device, s.created_at as "startedAt",
      s.expires_at > ${now} and s.last_seen_at > ${idleSince} and p.disabled_at is null as "isLive"
    from refresh_tokens r join sessions s on s.id = r.session_id join staff p on p.id = s.staff_id
    where r.token_hash = ${tokenHash} for update of s`
  return row
}

/** False where somebody else has used it meanwhile. */
export async function updateRefreshTokenUsed(tx: Queryable, tokenHash: Uint8Array, now: Date): Promise<boolean> {
  const { count } = await tx`
    update refresh_tokens set used_at = ${now} where token_hash = ${tokenHash} and used_at is null`
  return count > 0
}

/** Of the used ones of a session only the latest are known again. */
export async function deleteOldRefreshTokens(tx: Queryable, sessionId: string, keptMax: number): Promise<void> {
  await tx`
    delete from refresh_tokens where token_hash in (
      select token_hash from refresh_tokens where session_id = ${sessionId} and used_at is not null
      order by created_at desc offset ${keptMax})`
}
