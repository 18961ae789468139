import type { Queryable } from '#src/db/client.ts'

/** The latest mail to owners about notices: when it was due, what it tells, and whether it still waits for that moment. */
export type LatestNoticeMail = { dueAt: Date; notices: string; isWaiting: boolean }

export async function findLatestNoticeMail(tx: Queryable, now: Date): Promise<LatestNoticeMail | undefined> {
  const [row] = await tx<{ dueAt: string; notices: string; state: string }[]>`
    select data->>'dueAt' as "dueAt", data->>'notices' as notices, state from mails
    where tournament_id is null and kind = 'notice' and data ? 'dueAt' order by data->>'dueAt' desc limit 1`
  if (!row) return undefined
  const dueAt = new Date(row.dueAt)
  return { dueAt, notices: row.notices, isWaiting: row.state === 'queued' && dueAt > now }
}
