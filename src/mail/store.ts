import type { Queryable } from '#src/db/client.ts'
import type { Mail, NewMail } from './model.ts'

/** Heard by every process that delivers; src/teams/add-team.sql sends to it, too. */
export const CHANNEL = 'teamsheet_mails'
const HISTORY_MAX = 10
const WAITING = `state in ('queued', 'retrying', 'sending')`

/** Writes the row; who delivers hears of it when the transaction commits. */
export async function insertMail(tx: Queryable, mail: NewMail): Promise<void> {
  await tx`
    with posted as (
      insert into mails (id, tournament_id, team_id, kind, to_address, to_name, data, state, next_try_at, at_once)
      values (${mail.id}, ${mail.tournamentId}, ${mail.teamId}, ${mail.kind}, ${mail.toAddress}, ${mail.toName},
        ${JSON.stringify(mail.data)}::text::jsonb, ${mail.state}, ${mail.nextTryAt}::text::timestamptz,
        ${mail.atOnce ?? false})
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
  state: 'sent' | 'retrying' | 'failed',
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
      where id = ${id} and state <> 'sending' returning id
    )
    select pg_notify(${CHANNEL}, id::text) from again`
  return row !== undefined
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
