import type { Sql } from 'postgres'
import { CHANNEL } from '#src/mail/store.ts'

const EVERY_MS = 500
/** A claim is longer than this while its process is at it; what has less left waits, or belongs to the dead. */
const CLAIM_LEFT_SECONDS = 25
/** A put that has not kept its file by then was killed on the way. */
const PUT_SECONDS = 30
/** Nobody is at a picture for longer. */
const DRAWING_SECONDS = 20
/** So that a copy's next wait is short again. */
const TRIES_COUNTED_MAX = 2

/**
 * Lets the waits between tries pass quickly, which are minutes and hours: what is postponed is due, and the claims of killed processes have
 * ended. Claims of those that live are left alone. Returns its end.
 */
export function passTime(sql: Sql, { smtpSeconds }: { smtpSeconds: number }): { end(): Promise<void> } {
  let isOver = false
  const pass = async () => {
    while (!isOver) {
      await sql`
        with due as (
          update mails set next_try_at = now() - interval '1 second'
          where next_try_at > now() and (
            (state in ('queued', 'retrying') and updated_at < now() - interval '1 second')
            or (state = 'sending' and updated_at < now() - make_interval(secs => ${smtpSeconds + 6})))
          returning id
        )
        select pg_notify(${CHANNEL}, id::text) from due`
      await sql`
        update file_copies set next_try_at = now(), tries = least(tries, ${TRIES_COUNTED_MAX})
        where (state = 'waiting' or (state = 'there' and spool is not null))
          and next_try_at > now() and next_try_at < now() + make_interval(secs => ${CLAIM_LEFT_SECONDS})`
      await sql`
        update file_copies set since = since - interval '2 hours'
        where state = 'waiting' and since between now() - interval '1 hour' and now() - make_interval(secs => ${PUT_SECONDS})`
      await sql`
        update files set picture_tried_at = now() - interval '1 day'
        where pictures_at is null and picture_tried_at between now() - interval '1 hour' and now() - make_interval(secs => ${DRAWING_SECONDS})`
      await Bun.sleep(EVERY_MS)
    }
  }
  const passing = pass()
  return {
    async end() {
      isOver = true
      await passing
    },
  }
}

/** As if two days had gone by: what nobody named may be collected. */
export async function passTwoDays(sql: Sql): Promise<void> {
  await sql`update files set put_at = put_at - interval '2 days'`
  await sql`update uploads set created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days'`
}

/** As if uploads that we gave up could no longer arrive at the host: what is deleted there may be forgotten. */
export async function passLateArrivals(sql: Sql): Promise<void> {
  await sql`
    update file_copies set sent_at = sent_at - interval '1 day', next_try_at = now()
    where state = 'leaving' and (next_try_at > now() or sent_at > now() - interval '12 hours')`
}
