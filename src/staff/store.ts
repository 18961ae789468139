import type { Queryable } from '#src/db/client.ts'
import type { Role } from '#src/permissions.ts'
import type { StaffAccount } from './model.ts'

export type StaffRow = { id: string; name: string; email: string; emailKey: string; passwordHash: string | null }
/** What a sign-in is checked against. */
export type Credentials = { id: string; name: string; email: string; passwordHash: string | null; isDisabled: boolean }

/** Returns false where somebody has the e-mail already. */
export async function insertStaff(tx: Queryable, staff: StaffRow): Promise<boolean> {
  const rows = await tx`
    insert into staff (id, name, email, email_key, password_hash)
    values (${staff.id}, ${staff.name}, ${staff.email}, ${staff.emailKey}, ${staff.passwordHash})
    on conflict (email_key) do nothing returning id`
  return rows.length > 0
}

/** A role for all tournaments where `tournamentId` is null. */
export async function insertRole(
  tx: Queryable,
  staffId: string,
  role: Role,
  tournamentId: string | null,
): Promise<void> {
  await tx`
    insert into staff_roles (id, staff_id, role, tournament_id)
    values (${Bun.randomUUIDv7()}, ${staffId}, ${role}, ${tournamentId})`
}

const CREDENTIALS = 'id, name, email, password_hash as "passwordHash", disabled_at is not null as "isDisabled"'

export async function findCredentialsByEmail(sql: Queryable, emailKey: string): Promise<Credentials | undefined> {
  const [row] = await sql<Credentials[]>`select ${sql.unsafe(CREDENTIALS)} from staff where email_key = ${emailKey}`
  return row
}

export async function findCredentials(sql: Queryable, id: string): Promise<Credentials | undefined> {
  const [row] = await sql<Credentials[]>`select ${sql.unsafe(CREDENTIALS)} from staff where id = ${id}`
  return row
}

/** Against changes to the row; false where there is no such one. */
export async function lockCredentials(tx: Queryable, id: string, passwordHash: string): Promise<boolean> {
  const rows = await tx`
    select from staff where id = ${id} and password_hash = ${passwordHash} and disabled_at is null for share`
  return rows.length > 0
}

/** Against changes to the row; false where it is disabled. */
export async function lockEnabled(tx: Queryable, id: string): Promise<boolean> {
  const rows = await tx`select from staff where id = ${id} and disabled_at is null for share`
  return rows.length > 0
}

export async function updatePassword(tx: Queryable, staffId: string, passwordHash: string): Promise<void> {
  await tx`update staff set password_hash = ${passwordHash} where id = ${staffId}`
}

/** The same password under another hash; nothing where it was changed meanwhile. */
export async function renewHash(sql: Queryable, staffId: string, former: string, hash: string): Promise<void> {
  await sql`update staff set password_hash = ${hash} where id = ${staffId} and password_hash = ${former}`
}

/** Somebody who was invited and has not accepted, or was disabled, cannot. */
const CAN_SIGN_IN = 's.password_hash is not null and s.disabled_at is null'

/** Whether anybody can sign in as owner. */
export async function findOwner(sql: Queryable): Promise<{ id: string } | undefined> {
  const [row] = await sql<{ id: string }[]>`
    select s.id from staff s join staff_roles r on r.staff_id = s.id
    where r.role = 'owner' and ${sql.unsafe(CAN_SIGN_IN)} limit 1`
  return row
}

/** Who can sign in as owner, at most that many. */
export const listOwners = (sql: Queryable, max: number) =>
  sql<{ name: string; email: string }[]>`
    select distinct s.name, s.email from staff s join staff_roles r on r.staff_id = s.id
    where r.role = 'owner' and ${sql.unsafe(CAN_SIGN_IN)} order by s.email limit ${max}`

const ACCOUNT = `
  s.id, s.name, s.email, s.password_hash is null as "isInvited", s.disabled_at as "disabledAt", s.created_at as "createdAt",
  (select coalesce(json_agg(json_build_object('role', r.role, 'tournamentId', r.tournament_id)), '[]')
    from staff_roles r where r.staff_id = s.id) as grants`

export async function findAccount(sql: Queryable, id: string): Promise<StaffAccount | undefined> {
  const [row] = await sql<StaffAccount[]>`select ${sql.unsafe(ACCOUNT)} from staff s where s.id = ${id}`
  return row
}

export async function findAccountByEmail(sql: Queryable, emailKey: string): Promise<StaffAccount | undefined> {
  const [row] = await sql<StaffAccount[]>`select ${sql.unsafe(ACCOUNT)} from staff s where s.email_key = ${emailKey}`
  return row
}

/** One role a tournament: what the person held there gives way. */
export async function putRole(
  tx: Queryable,
  staffId: string,
  role: Role,
  tournamentId: string | null,
  now: Date,
): Promise<void> {
  await deleteRole(tx, staffId, tournamentId)
  await tx`
    insert into staff_roles (id, staff_id, role, tournament_id, created_at)
    values (${Bun.randomUUIDv7()}, ${staffId}, ${role}, ${tournamentId}, ${now})`
}

export async function deleteRole(tx: Queryable, staffId: string, tournamentId: string | null): Promise<void> {
  await tx`delete from staff_roles where staff_id = ${staffId} and tournament_id is not distinct from ${tournamentId}::uuid`
}

export async function updateName(tx: Queryable, staffId: string, name: string): Promise<void> {
  await tx`update staff set name = ${name} where id = ${staffId}`
}

export async function updateDisabled(tx: Queryable, staffId: string, disabledAt: Date | null): Promise<void> {
  await tx`update staff set disabled_at = ${disabledAt} where id = ${staffId}`
}

/** The caller sees to it that nobody else has the address; else the constraint throws. */
export async function updateEmail(tx: Queryable, staffId: string, email: string, emailKey: string): Promise<void> {
  await tx`update staff set email = ${email}, email_key = ${emailKey} where id = ${staffId}`
}

/** An invitation is accepted once. The roles count from now on. Returns false where somebody was quicker. */
export async function updateAccepted(
  tx: Queryable,
  { id, name, passwordHash, now }: { id: string; name: string; passwordHash: string; now: Date },
): Promise<boolean> {
  const { count } = await tx`
    update staff set name = ${name}, password_hash = ${passwordHash}
    where id = ${id} and password_hash is null and disabled_at is null`
  if (count > 0) await tx`update staff_roles set created_at = ${now} where staff_id = ${id}`
  return count > 0
}

/** Who never accepted leaves no trace. Returns false where they did, or are not there. */
export async function deleteInvited(tx: Queryable, id: string): Promise<boolean> {
  const { count } = await tx`delete from staff where id = ${id} and password_hash is null`
  return count > 0
}

/** Nobody else changes the account until the transaction ends. */
export async function lockAccount(tx: Queryable, id: string): Promise<void> {
  await tx`select from staff where id = ${id} for no key update`
}
