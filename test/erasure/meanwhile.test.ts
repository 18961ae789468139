import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { TransactionSql } from 'postgres'
import { readSearch } from '#src/erasure/model.ts'
import { erasePerson, findByWords } from '#src/erasure/service.ts'
import { deliverMail } from '#src/mail/delivery.ts'
import { timeoutsOf } from '#src/mail/mailer.ts'
import type { Compose } from '#src/mail/model.ts'
import { composeMail } from '#src/mail/service.ts'
import { SYSTEM } from '#src/permissions.ts'
import { captain, fieldsOf } from '#test/registration/captain.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { send, staffApp, upload } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { findEverywhere } from './everywhere.ts'

setDefaultTimeout(60_000)

const PERSON = { name: 'Velu Nachiyar', email: 'velu.n@example.org', phone: '+919876504321' }
const MARK = 'mark-of-velu'
const VALUES = [PERSON.name, PERSON.email, '9876504321', MARK]

const { ctx, url, end } = await staffApp({
  preset: 'icct26',
  config: { publicUrl: 'http://127.0.0.1' },
})
afterAll(end)

const everywhere = () => findEverywhere(ctx, ctx.config.dataDir, VALUES)
const erase = async () => {
  const people = await findByWords(ctx, readSearch(PERSON.name))
  return erasePerson(ctx, SYSTEM, { refs: people.map(({ ref }) => ref), hasTeamDocuments: false })
}
const aLetter = async () => [
  await upload(url, 'pastor_letter', new File([samplePdf(1500, crypto.randomUUID())], 'letter.pdf')),
]
const waitingForLocks = async () =>
  (await ctx.db.read`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
    .length

/** Holds a table that the work comes to late, until `andThen` has begun and waits as well. */
async function heldUp<T, U>(table: string, work: () => Promise<T>, andThen: () => Promise<U>): Promise<[T, U]> {
  const held = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const holding = ctx.db.write.begin(async (tx: TransactionSql) => {
    await tx.unsafe(`lock table ${table} in share mode`)
    held.resolve()
    await mayEnd.promise
  })
  await held.promise
  try {
    const first = work()
    await untilIs(waitingForLocks, (count) => count === 1)
    const second = andThen()
    await untilIs(waitingForLocks, (count) => count === 2)
    mayEnd.resolve()
    return await Promise.all([first, second])
  } finally {
    mayEnd.resolve()
    await holding
  }
}

test('a form that is sent while somebody is erased from it: they are erased from its team', async () => {
  const writer = captain(url)
  await writer.open()
  const [first, ...others] = aSquad(11)
  const form = fieldsOf(aRegistration({ captain: PERSON, players: [{ ...first!, name: PERSON.name }, ...others] }))
  const files = {
    'team.pastor_letter': { name: 'letter.pdf', content: samplePdf(1500, 'of all') },
    'players.p1.aadhar': { name: 'id.pdf', content: samplePdf(1500, MARK) },
  }
  await writer.post('/register/draft', form, { files })
  const [sent, erased] = await heldUp('decision_requests', () => writer.post('/register', form), erase)
  expect([sent.status, erased.teams, erased.documents]).toEqual([303, 1, 1])
  expect(await everywhere()).toEqual([])
  const [team] = await ctx.db.read`select captain_name from teams`
  expect(team!.captain_name).toBe('Erased person')
})

test('a form that is sent while a file of it is being erased becomes a team without that file', async () => {
  const writer = captain(url)
  await writer.open()
  const [first, ...others] = aSquad(11)
  const form = fieldsOf(aRegistration({ players: [{ ...first!, name: PERSON.name }, ...others] }))
  await writer.post('/register/draft', form, {
    files: {
      'team.pastor_letter': { name: 'letter.pdf', content: samplePdf(1500, 'of all, too') },
      'players.p1.aadhar': { name: 'id.pdf', content: samplePdf(1500, MARK) },
    },
  })
  const [erased, answer] = await heldUp('audit_entries', erase, () => writer.post('/register', form))
  expect([erased.documents, answer.status]).toEqual([1, 303])
  const kinds = await ctx.db.read`select kind from documents where file_id is not null order by created_at desc limit 1`
  expect(kinds.map(({ kind }) => kind)).toEqual(['pastor_letter'])
  expect(await findEverywhere(ctx, ctx.config.dataDir, [MARK])).toEqual([])
  // Whoever sends the form gives the name anew.
  await erase()
  expect(await everywhere()).toEqual([])
})

test.each(['composed', 'handed over'])(
  'a mail that is being %s leaves neither address nor answer nor link',
  async (at) => {
    const { id } = await send(url, { captain: PERSON, documents: await aLetter() })
    const [mail] = await ctx.db.read`select id from mails where team_id = ${id}`
    await ctx.db.write`update mails set state = 'queued' where id = ${mail!.id}`
    const [isThere, mayGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const pause = async (where: string) => {
      if (where !== at) return
      isThere.resolve()
      await mayGo.promise
    }
    const compose: Compose = async (...given) => {
      await pause('composed')
      return composeMail(...given)
    }
    const mailer = {
      async send() {
        await pause('handed over')
        return `250 <${PERSON.email}> accepted`
      },
      close() {},
    }
    const stopping = new AbortController().signal
    const server = { call: (work: (signal: AbortSignal) => Promise<string>) => work(stopping) } as never
    const delivery = { ctx, compose, mailer, server, timeouts: timeoutsOf(ctx.config), stopping }
    const delivering = deliverMail(delivery, mail!.id)
    await isThere.promise
    await erase()
    mayGo.resolve()
    await delivering
    expect(await everywhere()).toEqual([])
    const [row] = await ctx.db.read`select state, to_address, last_answer from mails where id = ${mail!.id}`
    expect(row).toEqual({ state: 'failed', to_address: '', last_answer: null })
    expect(await ctx.db.read`select from entry_links where team_id = ${id} and revoked_at is null`).toHaveLength(0)
  },
)
