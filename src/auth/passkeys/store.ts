import type { Queryable } from '#src/db/client.ts'

export type PasskeyRow = {
  id: string
  staffId: string
  /** As the browser names it, in base64url. */
  credentialId: string
  publicKey: Uint8Array
  counter: number
  transports: string[]
  name: string
}
export type ListedPasskey = {
  id: string
  name: string
  credentialId: string
  transports: string[]
  createdAt: Date
  lastUsedAt: Date | null
}

/** False where it is known already. */
export async function insertPasskey(tx: Queryable, passkey: PasskeyRow): Promise<boolean> {
  const { id, staffId, credentialId, publicKey, counter, transports, name } = passkey
  const rows = await tx`
    insert into passkeys (id, staff_id, credential_id, public_key, counter, transports, name)
    values (${id}, ${staffId}, ${credentialId}, ${publicKey}, ${counter}, ${transports}, ${name})
    on conflict (credential_id) do nothing returning true`
  return rows.length > 0
}

export const listPasskeys = (sql: Queryable, staffId: string) =>
  sql<ListedPasskey[]>`
    select id, name, credential_id as "credentialId", transports, created_at as "createdAt", last_used_at as "lastUsedAt"
    from passkeys where staff_id = ${staffId} order by created_at, id`

export async function findPasskey(sql: Queryable, credentialId: string): Promise<PasskeyRow | undefined> {
  const [row] = await sql<PasskeyRow[]>`
    select id, staff_id as "staffId", credential_id as "credentialId", public_key as "publicKey", counter::float8 as counter,
      transports, name
    from passkeys where credential_id = ${credentialId}`
  return row
}

/** False where the authenticator has counted on meanwhile; those that do not count stay at 0. */
export async function updateCounter(tx: Queryable, id: string, counter: number, now: Date): Promise<boolean> {
  const rows = await tx`
    update passkeys set counter = ${counter}, last_used_at = ${now}
    where id = ${id} and (counter < ${counter}::bigint or (counter = 0 and ${counter}::bigint = 0)) returning true`
  return rows.length > 0
}

export async function updatePasskeyName(tx: Queryable, staffId: string, id: string, name: string): Promise<boolean> {
  const rows = await tx`update passkeys set name = ${name} where id = ${id} and staff_id = ${staffId} returning true`
  return rows.length > 0
}

export async function deletePasskey(tx: Queryable, staffId: string, id: string): Promise<boolean> {
  const rows = await tx`delete from passkeys where id = ${id} and staff_id = ${staffId} returning true`
  return rows.length > 0
}

export async function deletePasskeysOf(tx: Queryable, staffId: string): Promise<void> {
  await tx`delete from passkeys where staff_id = ${staffId}`
}
