import type { Queryable } from '#src/db/client.ts'
import type { PendingEmail, Side } from './model.ts'

export type EmailChange = PendingEmail & { staffId: string; emailKey: string; endedAt: Date | null }
type NewEmailChange = Pick<EmailChange, 'id' | 'staffId' | 'email' | 'emailKey' | 'expiresAt'> & { now: Date }

const COLUMNS = `
  id, staff_id as "staffId", email, email_key as "emailKey", expires_at as "expiresAt", present_confirmed_at as "presentConfirmedAt",
  coming_confirmed_at as "comingConfirmedAt", ended_at as "endedAt"`

export async function insertEmailChange(tx: Queryable, change: NewEmailChange): Promise<void> {
  await tx`
    insert into email_changes (id, staff_id, email, email_key, expires_at, created_at)
    values (${change.id}, ${change.staffId}, ${change.email}, ${change.emailKey}, ${change.expiresAt}, ${change.now})`
}

export async function findEmailChange(sql: Queryable, id: string): Promise<EmailChange | undefined> {
  const [row] = await sql<EmailChange[]>`select ${sql.unsafe(COLUMNS)} from email_changes where id = ${id}`
  return row
}

/** What the account waits for; at most one. */
export async function findPendingEmail(sql: Queryable, staffId: string, now: Date): Promise<PendingEmail | undefined> {
  const [row] = await sql<EmailChange[]>`
    select ${sql.unsafe(COLUMNS)} from email_changes
    where staff_id = ${staffId} and ended_at is null and expires_at > ${now} order by created_at desc limit 1`
  return row
}

/** How many the account asked for since then, counted up to `most`. */
export async function countEmailChanges(tx: Queryable, staffId: string, since: Date, most: number): Promise<number> {
  const rows = await tx`
    select from email_changes where staff_id = ${staffId} and created_at > ${since} limit ${most}`
  return rows.length
}

export async function updateConfirmed(tx: Queryable, id: string, side: Side, now: Date): Promise<void> {
  const column = side === 'present' ? tx`present_confirmed_at` : tx`coming_confirmed_at`
  await tx`update email_changes set ${column} = ${now} where id = ${id}`
}

/** Ends what the account waits for. Returns whether there was anything. */
export async function endEmailChanges(tx: Queryable, staffId: string, now: Date): Promise<boolean> {
  const { count } = await tx`
    update email_changes set ended_at = ${now} where staff_id = ${staffId} and ended_at is null and expires_at > ${now}`
  return count > 0
}

/** With the links to it. Returns how many went; at most `limit`. */
export async function deleteEndedEmailChanges(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from email_changes where id in (select id from email_changes where expires_at <= ${before} limit ${limit})`
  return count
}
