import type { Queryable } from '#src/db/client.ts'
import type { Grant, Permission } from '#src/permissions.ts'
import { USED_EVERY_MS } from './model.ts'

export type KeyRow = {
  id: string
  keyHash: Uint8Array
  hint: string
  name: string
  scopes: Permission[]
  /** Null: for all tournaments. */
  tournamentId: string | null
  madeBy: string
  expiresAt: Date | null
  now: Date
}

/** False where there is one of this id. */
export async function insertKey(tx: Queryable, key: KeyRow): Promise<boolean> {
  const { count } = await tx`
    insert into api_keys (id, key_hash, hint, name, scopes, tournament_id, made_by, expires_at, created_at)
    values (${key.id}, ${key.keyHash}, ${key.hint}, ${key.name}, ${key.scopes}, ${key.tournamentId}, ${key.madeBy},
      ${key.expiresAt}, ${key.now})
    on conflict (id) do nothing`
  return count > 0
}

export type FoundKey = {
  id: string
  name: string
  scopes: Permission[]
  tournamentId: string | null
  /** What whoever made it holds today. */
  makerGrants: Grant[]
}

/**
 * A key that is good, by its digest, with what its maker holds; notes the use, at most every `USED_EVERY_MS`. None whose maker's account is
 * disabled. One statement, on every request that carries a key.
 */
export async function findLiveKey(sql: Queryable, keyHash: Uint8Array, now: Date): Promise<FoundKey | undefined> {
  const usedBefore = new Date(now.getTime() - USED_EVERY_MS)
  const [row] = await sql<FoundKey[]>`
    with found as (
      select k.* from api_keys k join staff p on p.id = k.made_by
      where k.key_hash = ${keyHash} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now})
        and p.disabled_at is null),
    noted as (
      update api_keys set last_used_at = ${now}
      where id = (select id from found where last_used_at is null or last_used_at <= ${usedBefore}))
    select id, name, scopes, tournament_id as "tournamentId",
      (select coalesce(json_agg(json_build_object('role', r.role, 'tournamentId', r.tournament_id)), '[]')
       from staff_roles r where r.staff_id = found.made_by) as "makerGrants"
    from found`
  return row
}

export type ListedKey = {
  id: string
  hint: string
  name: string
  scopes: Permission[]
  tournamentId: string | null
  madeBy: string
  createdAt: Date
  expiresAt: Date | null
  lastUsedAt: Date | null
  revokedAt: Date | null
  isMakerDisabled: boolean
}

/** Keys of a tournament, with those for all where `isEvery`; the latest first. */
export async function listKeys(
  sql: Queryable,
  { tournamentId, isEvery, max }: { tournamentId: string; isEvery: boolean; max: number },
): Promise<ListedKey[]> {
  return sql<ListedKey[]>`
    select k.id, k.hint, k.name, k.scopes, k.tournament_id as "tournamentId", p.name as "madeBy", k.created_at as "createdAt",
      k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt",
      p.disabled_at is not null as "isMakerDisabled"
    from api_keys k join staff p on p.id = k.made_by
    where k.tournament_id = ${tournamentId} or (k.tournament_id is null and ${isEvery})
    order by k.id desc limit ${max}`
}

export async function countLiveKeys(tx: Queryable, tournamentId: string | null, now: Date): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from api_keys
    where tournament_id is not distinct from ${tournamentId}::uuid and revoked_at is null and (expires_at is null or expires_at > ${now})`
  return row!.count
}

/** Revokes a key of the tournament, or one for all where `isEvery`. False for one that is not there or was revoked before. */
export async function updateKeyRevoked(
  tx: Queryable,
  { id, tournamentId, isEvery, now }: { id: string; tournamentId: string; isEvery: boolean; now: Date },
): Promise<boolean> {
  const { count } = await tx`
    update api_keys set revoked_at = ${now}
    where id = ${id} and revoked_at is null and (tournament_id = ${tournamentId} or (tournament_id is null and ${isEvery}))`
  return count > 0
}
