import type { Queryable } from '#src/db/client.ts'

/** A mail to owners about notices: when it was or is due, what it tells, and whether it still waits for that moment. */
export type NoticeMail = { dueAt: Date; notices: string; isWaiting: boolean }

/** Those that were due after `since` or are not yet, the latest first; one for all owners. */
export async function listNoticeMails(tx: Queryable, since: Date, now: Date, max: number): Promise<NoticeMail[]> {
  const rows = await tx<{ dueAt: string; notices: string; isQueued: boolean }[]>`
    select data->>'dueAt' as "dueAt", min(data->>'notices') as notices, bool_and(state = 'queued') as "isQueued" from mails
    where tournament_id is null and kind = 'notice' and data->>'dueAt' > ${since.toISOString()}
    group by 1 order by 1 desc limit ${max}`
  return rows.map(({ dueAt, notices, isQueued }) => ({
    dueAt: new Date(dueAt),
    notices,
    isWaiting: isQueued && new Date(dueAt) > now,
  }))
}
