import type { Queryable } from '#src/db/client.ts'
import type { Role } from '#src/permissions.ts'

export type StaffRow = { id: string; name: string; email: string; emailKey: string; passwordHash: string }
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

export async function updatePassword(tx: Queryable, staffId: string, passwordHash: string): Promise<void> {
  await tx`update staff set password_hash = ${passwordHash} where id = ${staffId}`
}

/** The same password under another hash; nothing where it was changed meanwhile. */
export async function renewHash(sql: Queryable, staffId: string, former: string, hash: string): Promise<void> {
  await sql`update staff set password_hash = ${hash} where id = ${staffId} and password_hash = ${former}`
}

/** Whether anybody can sign in as owner. */
export async function findOwner(sql: Queryable): Promise<{ id: string } | undefined> {
  const [row] = await sql<{ id: string }[]>`
    select s.id from staff s join staff_roles r on r.staff_id = s.id where r.role = 'owner' and s.disabled_at is null limit 1`
  return row
}

/** Who can sign in as owner, at most that many. */
export const listOwners = (sql: Queryable, max: number) =>
  sql<{ name: string; email: string }[]>`
    select distinct s.name, s.email from staff s join staff_roles r on r.staff_id = s.id
    where r.role = 'owner' and s.disabled_at is null order by s.email limit ${max}`
