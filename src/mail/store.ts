import type { Queryable } from '#src/db/client.ts'
import type { Mail, MailKind, NewMail } from './model.ts'

/** Heard by every process that delivers; src/teams/add-team.sql sends to it, too. */
export const CHANNEL = 'teamsheet_mails'
const HISTORY_MAX = 10
const WAITING = `state in ('queued', 'retrying', 'sending')`

/** Writes the row; who delivers hears of it when the transaction commits. */
export async function insertMail(tx: Queryable, mail: NewMail): Promise<void> {
  await tx`
    with posted as (
      insert into mails (id, tournament_id, team_id, kind, to_address, to_name, data, state, next_try_at, at_once, created_at)
      values (${mail.id}, ${mail.tournamentId}, ${mail.teamId}, ${mail.kind}, ${mail.toAddress}, ${mail.toName},
        ${JSON.stringify(mail.data)}::text::jsonb, ${mail.state}, ${mail.nextTryAt}::text::timestamptz,
        ${mail.atOnce ?? false}, ${mail.createdAt}::text::timestamptz)
      returning id, state
    )
    select pg_notify(${CHANNEL}, id::text) from posted where state = 'queued'`
}

export type Claimed = Mail & { claimId: string; attempts: number; giveUpAt: Date }

/** Takes the mail for one try, until `claimedUntil`. Undefined where it is not due, or somebody else's. */
export async function claimMail(
  sql: Queryable,
  id: string,
  { now, claimedUntil, giveUpAt }: { now: Date; claimedUntil: Date; giveUpAt: Date },
): Promise<Claimed | undefined> {
  const [row] = await sql<Claimed[]>`
    update mails set state = 'sending', claim_id = ${Bun.randomUUIDv7()}, attempts = least(attempts + 1, 32000),
      next_try_at = ${claimedUntil}, give_up_at = coalesce(give_up_at, ${giveUpAt}), updated_at = ${now}
    where id = ${id} and ${sql.unsafe(WAITING)} and next_try_at <= ${now}
    returning id, tournament_id as "tournamentId", team_id as "teamId", kind, to_address as "toAddress", to_name as "toName", data,
      at_once as "atOnce", claim_id as "claimId", attempts, give_up_at as "giveUpAt"`
  return row
}

type Ended = { now: Date; answer: string; nextTryAt?: Date }

/** How a try ended. False where the claim was lost meanwhile: then nothing is written. */
export async function endTry(
  sql: Queryable,
  { id, claimId }: Pick<Claimed, 'id' | 'claimId'>,
  state: 'sent' | 'retrying' | 'failed' | 'held',
  { now, answer, nextTryAt = now }: Ended,
): Promise<boolean> {
  const entry = JSON.stringify({ at: now.toISOString(), state, answer })
  const { count } = await sql`
    update mails set state = ${state}, claim_id = null, next_try_at = ${nextTryAt}, last_answer = ${answer}, updated_at = ${now},
      sent_at = ${state === 'sent' ? now : null},
      history = case when jsonb_array_length(history) >= ${HISTORY_MAX}::int then history - 0 else history end || ${entry}::text::jsonb
    where id = ${id} and claim_id = ${claimId}`
  return count > 0
}

/** How many mails of those kinds the address was sent since then, counted up to `most`. */
export async function countSentTo(
  sql: Queryable,
  address: string,
  { kinds, since, most }: { kinds: readonly MailKind[]; since: Date; most: number },
): Promise<number> {
  const rows = await sql`
    select from mails where lower(to_address) = lower(${address}) and sent_at > ${since} and kind = any(${kinds as MailKind[]}::text[])
    limit ${most}`
  return rows.length
}

/** Gives a claimed mail back untried: neither its attempts nor its time are used up. */
export async function returnMail(
  sql: Queryable,
  { id, claimId }: Pick<Claimed, 'id' | 'claimId'>,
  { now, nextTryAt }: { now: Date; nextTryAt: Date },
): Promise<void> {
  await sql`
    update mails set state = case when attempts > 1 then 'retrying' else 'queued' end, claim_id = null, attempts = attempts - 1,
      give_up_at = give_up_at + (${nextTryAt}::timestamptz - ${now}::timestamptz), next_try_at = ${nextTryAt}, updated_at = ${now}
    where id = ${id} and claim_id = ${claimId}`
}

/** Lets a mail be tried from the start and at once, whatever became of it; not one that is being sent. False where there is none such. */
export async function requeueMail(sql: Queryable, id: string, now: Date): Promise<boolean> {
  const [row] = await sql`
    with again as (
      update mails set state = 'queued', at_once = true, attempts = 0, next_try_at = ${now}, give_up_at = null, updated_at = ${now}
      where id = ${id} and state <> 'sending' and to_address <> '' returning id
    )
    select pg_notify(${CHANNEL}, id::text) from again`
  return row !== undefined
}

/** Lets held mails be tried from now on; quiet hours hold them up as before. Returns how many there were. */
export async function releaseMails(sql: Queryable, ids: readonly string[], now: Date): Promise<number> {
  const rows = await sql`
    with released as (
      update mails set state = 'queued', attempts = 0, next_try_at = ${now}, give_up_at = null, updated_at = ${now}
      where id = any(${ids as string[]}::uuid[]) and state = 'held' returning id
    )
    select pg_notify(${CHANNEL}, id::text) from released`
  return rows.length
}

/** A tournament's mails that wait for their first try are due at once; quiet hours that still are hold them up again. */
export async function tryWaiting(tx: Queryable, tournamentId: string, now: Date): Promise<void> {
  await tx`
    with due as (
      update mails set next_try_at = ${now}, updated_at = ${now}
      where tournament_id = ${tournamentId} and state = 'queued' and next_try_at > ${now} returning id
    )
    select pg_notify(${CHANNEL}, id::text) from due`
}

export type Recipient = {
  tournamentId: string
  toAddress: string
  toName: string
  teamName: string
  reference: string
}

/** The captain of a team, whom nobody else writes to until the transaction ends. */
export async function findRecipient(tx: Queryable, teamId: string): Promise<Recipient | undefined> {
  const [row] = await tx<Recipient[]>`
    select tournament_id as "tournamentId", captain_email as "toAddress", captain_name as "toName", name as "teamName", reference
    from teams where id = ${teamId} for no key update`
  return row
}

/** Whether the team was written to about this since then, that many times or more. */
export async function wasPostedSince(
  tx: Queryable,
  teamId: string,
  kind: MailKind,
  { since, times }: { since: Date; times: number },
): Promise<boolean> {
  const rows = await tx`
    select from mails where team_id = ${teamId} and kind = ${kind} and created_at >= ${since} limit ${times}`
  return rows.length === times
}

/** How many mails of a kind about accounts were posted to the address since then, counted up to `most`. */
export async function countStaffMails(
  tx: Queryable,
  kind: MailKind,
  { email }: { email: string },
  { since, most }: { since: Date; most: number },
): Promise<number> {
  const rows = await tx`
    select from mails
    where team_id is null and kind = ${kind} and lower(to_address) = lower(${email}) and created_at >= ${since} limit ${most}`
  return rows.length
}

/** Lets the mails to owners that are due then and still wait tell these notices instead. Returns how many there were. */
export async function updateWaitingNotices(tx: Queryable, dueAt: Date, notices: string, now: Date): Promise<number> {
  const { count } = await tx`
    update mails set data = jsonb_set(data, '{notices}', to_jsonb(${notices}::text)), updated_at = ${now}
    where tournament_id is null and kind = 'notice' and state = 'queued' and data->>'dueAt' = ${dueAt.toISOString()}`
  return count
}

/** Keeps a mail that waits. False where it does not, or is being sent. */
export async function holdMail(sql: Queryable, id: string, now: Date): Promise<boolean> {
  const { count } = await sql`
    update mails set state = 'held', updated_at = ${now} where id = ${id} and state in ('queued', 'retrying')`
  return count > 0
}

/** Ends every claim; only where nobody who has one can be alive. */
export async function endClaims(sql: Queryable, now: Date): Promise<void> {
  await sql`update mails set state = 'retrying', claim_id = null, next_try_at = ${now}, updated_at = ${now} where state = 'sending'`
}

/** Lets every mail that is due wait until then, untried. */
export async function postponeDueMails(sql: Queryable, now: Date, until: Date): Promise<void> {
  await sql`
    update mails set give_up_at = give_up_at + (${until}::timestamptz - ${now}::timestamptz), next_try_at = ${until}, updated_at = ${now}
    where state in ('queued', 'retrying') and next_try_at <= ${now}`
}

/** Mails that wait to be tried by then, those that wait longest first; claims that ended without a word among them. */
export const listWaiting = (sql: Queryable, until: Date, max: number) =>
  sql<{ id: string; nextTryAt: Date }[]>`
    select id, next_try_at as "nextTryAt" from mails where ${sql.unsafe(WAITING)} and next_try_at <= ${until}
    order by next_try_at limit ${max}`

/** Keeps what can no longer be delivered. Returns how many there were. */
export async function holdWaiting(sql: Queryable, now: Date): Promise<number> {
  const { count } = await sql`
    update mails set state = 'held', updated_at = ${now} where state in ('queued', 'retrying')`
  return count
}

/**
 * Takes a person out of a team's mails: those to their addresses keep kind, state and times alone, and are not sent any more; the others
 * lose whatever the pattern finds (a POSIX regular expression, case ignored). Returns how many there were.
 */
export async function eraseFromMails(
  tx: Queryable,
  teamId: string,
  {
    addresses,
    pattern,
    placeholder,
    now,
  }: { addresses: readonly string[]; pattern: string; placeholder: string; now: Date },
): Promise<number> {
  const own = await tx`
    update mails set to_address = '', to_name = ${placeholder}, data = '{}', last_answer = null, history = '[]', claim_id = null,
      state = case when state = 'sent' then 'sent' else 'failed' end, updated_at = ${now}
    where team_id = ${teamId} and lower(to_address) = any(${addresses as string[]}::text[])`
  const others = await tx`
    update mails set to_name = regexp_replace(to_name, ${pattern}, ${placeholder}, 'gi'),
      data = regexp_replace(data::text, ${pattern}, ${placeholder}, 'gi')::jsonb,
      history = regexp_replace(history::text, ${pattern}, ${placeholder}, 'gi')::jsonb,
      last_answer = regexp_replace(last_answer, ${pattern}, ${placeholder}, 'gi'), updated_at = ${now}
    where team_id = ${teamId} and concat_ws(' ', to_name, data::text, history::text, last_answer) ~* ${pattern}`
  return own.count + others.count
}

/** Mails that are over and were made before then; links and sentences in them are long void. */
export async function deleteOldMails(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from mails where id in (
      select id from mails where state in ('sent', 'failed', 'held') and created_at < ${before} order by created_at limit ${limit})`
  return count
}
