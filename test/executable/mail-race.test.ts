import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import postgres from 'postgres'
import { CHANNEL } from '#src/mail/store.ts'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables } from '#test/support/executable.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { openProxy } from '#test/support/proxy.ts'
import { smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import { startMailing } from './mailing.ts'
import { anEntry, inParallel, register } from './registering.ts'

const REGISTRATIONS = 90
const CONNECTIONS = 10
/** One in ten meets a trigger that raises after its mail was written. */
const FAILING_EVERY = 10
/** One in three is unknown to the mail server at first. */
const GREYLISTED_EVERY = 3
const KILLED_AFTER = 20

setDefaultTimeout(120_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('two processes on one database, one of them killed -9 on the way, send every committed mail, and no other', async () => {
  const { connection, drop } = await createDatabase()
  const proxy = await openProxy(connection)
  const env = { DATABASE_URL: proxy.url, SECRET_KEY: 'only these tests are started with it' }
  const mailServer = await smtpStandIn()
  const cwd = await emptyFolder()
  const staying = await startMailing(mailServer, cwd, env)
  const killed = await startMailing(mailServer, cwd, env)
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  await sql.unsafe(`
    create function fail_half_way() returns trigger language plpgsql as $$ begin
      if new.data->>'teamName' like 'Breaking%' then raise exception 'injected'; end if;
      return new;
    end $$;
    create trigger fail_half_way after insert on mails for each row execute function fail_half_way()`)

  const known = new Set<string>()
  let asked = 0
  mailServer.rules = {
    rcptTo(address) {
      asked += 1
      const isNew = asked % GREYLISTED_EVERY === 0 && !known.has(address)
      known.add(address)
      return isNew ? { code: 450, words: 'Greylisted' } : undefined
    },
    data: () => {
      if (mailServer.received.length === KILLED_AFTER) void killed.kill9()
      return undefined
    },
  }
  const entries = Array.from({ length: REGISTRATIONS }, (_, index) =>
    anEntry(index % FAILING_EVERY === 0 ? { teamName: `Breaking ${index}` } : {}),
  )
  const references = new Set<string>()
  await inParallel([...entries.entries()], CONNECTIONS, async ([index, entry]) => {
    const { status, answer } = await register((index % 2 ? staying : killed).url, entry).catch(() =>
      register(staying.url, entry),
    )
    if (status === 201) references.add(answer.reference)
  })
  await killed.exited
  expect(references.size).toBe(REGISTRATIONS - REGISTRATIONS / FAILING_EVERY)

  await untilIs(
    async () => {
      // As if the time of the killed one's claims had passed, the other one's take moments, and that of waits after an answer.
      await sql`
        with ended as (
          update mails set next_try_at = now() - interval '1 second'
          where state = 'sending' and updated_at < now() - interval '3 seconds' and next_try_at > now() + interval '1 minute'
            or state = 'retrying' and updated_at < now() - interval '1 second' and next_try_at > now()
          returning id
        )
        select pg_notify(${CHANNEL}, id::text) from ended`
      return sql`select state, count(*)::int from mails group by 1`
    },
    (states) => states.length === 1 && states[0]!.state === 'sent',
  )
  const rows = await sql<{ id: string; reference: string }[]>`select id, data->>'reference' as reference from mails`
  expect(new Set(rows.map(({ reference }) => reference))).toEqual(references)
  const arrived = mailServer.received.map(({ messageId }) => messageId!.slice(1, 37))
  expect(new Set(arrived)).toEqual(new Set(rows.map(({ id }) => id)))
  expect(mailServer.received.some(({ text }) => text!.includes('Breaking'))).toBe(false)
  // Twice only what the killed one had handed over and not yet written down.
  expect(arrived.length - rows.length).toBeLessThanOrEqual(3)

  await sql.end()
  expect(await staying.stop()).toBe(0)
  await mailServer.close()
  proxy.close()
  await drop()
})
