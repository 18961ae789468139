import type { Queryable } from '#src/db/client.ts'

export type TotpRow = { secret: Uint8Array; isConfirmed: boolean }

/** The secret of an app that is being set up, in place of one that was never confirmed. False where one is confirmed. */
export async function insertTotp(tx: Queryable, staffId: string, secret: Uint8Array): Promise<boolean> {
  const rows = await tx`
    insert into totp_secrets (staff_id, secret) values (${staffId}, ${secret})
    on conflict (staff_id) do update set secret = excluded.secret where totp_secrets.confirmed_at is null
    returning true`
  return rows.length > 0
}

export async function findTotp(sql: Queryable, staffId: string): Promise<TotpRow | undefined> {
  const [row] = await sql<TotpRow[]>`
    select secret, confirmed_at is not null as "isConfirmed" from totp_secrets where staff_id = ${staffId}`
  return row
}

/** Takes the code of a time step: false where that, or a later one, was taken. Compared and stored at once, so of two one is taken. */
export async function updateStep(tx: Queryable, staffId: string, step: number, secret: Uint8Array): Promise<boolean> {
  const rows = await tx`
    update totp_secrets set last_step = ${step}, secret = ${secret}
    where staff_id = ${staffId} and confirmed_at is not null and (last_step is null or last_step < ${step})
    returning true`
  return rows.length > 0
}

/** From now on the app's codes count. False where they do already, or where another secret was begun meanwhile. */
export async function updateConfirmed(
  tx: Queryable,
  staffId: string,
  { step, secret, now }: { step: number; secret: Uint8Array; now: Date },
): Promise<boolean> {
  const rows = await tx`
    update totp_secrets set confirmed_at = ${now}, last_step = ${step}
    where staff_id = ${staffId} and secret = ${secret} and confirmed_at is null
    returning true`
  return rows.length > 0
}

/** Returns whether there was one whose codes counted. */
export async function deleteTotp(tx: Queryable, staffId: string): Promise<boolean> {
  const rows = await tx<{ isConfirmed: boolean }[]>`
    delete from totp_secrets where staff_id = ${staffId} returning confirmed_at is not null as "isConfirmed"`
  return rows[0]?.isConfirmed ?? false
}

export async function insertRecoveryCodes(
  tx: Queryable,
  staffId: string,
  hashes: readonly Uint8Array[],
): Promise<void> {
  const rows = hashes.map((hash) => ({ staff_id: staffId, code_hash: hash }))
  await tx`insert into recovery_codes ${tx(rows)}`
}

/** Digests of the codes that are left. */
export async function listRecoveryCodes(sql: Queryable, staffId: string): Promise<Uint8Array[]> {
  const rows = await sql<{ hash: Uint8Array }[]>`
    select code_hash as hash from recovery_codes where staff_id = ${staffId} and used_at is null`
  return rows.map(({ hash }) => hash)
}

/** False where it was used before. */
export async function updateCodeUsed(tx: Queryable, staffId: string, hash: Uint8Array, now: Date): Promise<boolean> {
  const rows = await tx`
    update recovery_codes set used_at = ${now}
    where staff_id = ${staffId} and code_hash = ${hash} and used_at is null returning true`
  return rows.length > 0
}

export async function deleteRecoveryCodes(tx: Queryable, staffId: string): Promise<void> {
  await tx`delete from recovery_codes where staff_id = ${staffId}`
}

/** What somebody can show besides their password. */
export async function findFactors(sql: Queryable, staffId: string): Promise<{ hasTotp: boolean; passkeys: number }> {
  const [row] = await sql<{ hasTotp: boolean; passkeys: number }[]>`
    select exists (select from totp_secrets where staff_id = ${staffId} and confirmed_at is not null) as "hasTotp",
      (select count(*)::int from passkeys where staff_id = ${staffId}) as passkeys`
  return row!
}
