import type { Queryable } from '#src/db/client.ts'
import type { Door } from './model.ts'

export type KeptAnswer = { fingerprint: Uint8Array; teamId: string; state: string; code: string; secrets: Uint8Array }

/** Written by src/teams/add-team.sql in the transaction of the work itself. */
export async function findAnswer(
  sql: Queryable,
  tournamentId: string,
  door: Door,
  keyHash: Uint8Array,
  now: Date,
): Promise<KeptAnswer | undefined> {
  const [row] = await sql<KeptAnswer[]>`
    select fingerprint, team_id as "teamId", state, code, secrets from idempotency_keys
    where tournament_id = ${tournamentId} and door = ${door} and key_hash = ${keyHash} and expires_at > ${now}`
  return row
}

export async function deleteExpired(sql: Queryable, now: Date, limit: number): Promise<number> {
  const rows = await sql`
    delete from idempotency_keys where ctid in (select ctid from idempotency_keys where expires_at <= ${now} limit ${limit}) returning true`
  return rows.length
}

export async function deleteAnswersOf(tx: Queryable, teamId: string): Promise<number> {
  const { count } = await tx`delete from idempotency_keys where team_id = ${teamId}`
  return count
}
