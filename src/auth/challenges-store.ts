import type { Queryable } from '#src/db/client.ts'

export type ChallengePurpose = 'second-factor' | 'passkey' | 'passkey-enrolment'
export type Challenge = {
  purpose: ChallengePurpose
  /** Whose step it is; null while nobody knows who signs in by a passkey. */
  staffId: string | null
  /** What a passkey has to sign, in base64url. */
  value: string | null
}

export async function insertChallenge(
  sql: Queryable,
  { purpose, staffId, value }: Challenge,
  { tokenHash, expiresAt }: { tokenHash: Uint8Array; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into challenges (token_hash, purpose, staff_id, value, expires_at)
    values (${tokenHash}, ${purpose}, ${staffId}, ${value}, ${expiresAt})`
}

type Named = { tokenHash: Uint8Array; purpose: ChallengePurpose }

const COLUMNS = 'purpose, staff_id as "staffId", value'

export async function findChallenge(
  sql: Queryable,
  { tokenHash, purpose }: Named,
  now: Date,
): Promise<Challenge | undefined> {
  const [row] = await sql<Challenge[]>`
    select ${sql.unsafe(COLUMNS)} from challenges
    where token_hash = ${tokenHash} and purpose = ${purpose} and expires_at > ${now}`
  return row
}

/** Of several who ask at once one is given it. */
export async function deleteChallenge(
  sql: Queryable,
  { tokenHash, purpose }: Named,
  now: Date,
): Promise<Challenge | undefined> {
  const [row] = await sql<Challenge[]>`
    delete from challenges where token_hash = ${tokenHash} and purpose = ${purpose} and expires_at > ${now}
    returning ${sql.unsafe(COLUMNS)}`
  return row
}

export async function deleteChallengesOf(tx: Queryable, staffId: string): Promise<void> {
  await tx`delete from challenges where staff_id = ${staffId}`
}

/** Returns how many went, at most `limit`. */
export async function deleteEndedChallenges(sql: Queryable, now: Date, limit: number): Promise<number> {
  const rows = await sql`
    delete from challenges where token_hash in (
      select token_hash from challenges where expires_at <= ${now} limit ${limit}) returning true`
  return rows.length
}
