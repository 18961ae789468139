import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import { erase } from '#src/commands/erase.ts'
import { loadAssets } from '#src/http/assets.ts'
import { findPrivateLines } from '#test/support/run-log.ts'
import { ACTS, type Act, NO_ACTS, shell } from './table.ts'
import { openWorld, recordOf, writersSince } from './world.ts'

setDefaultTimeout(60_000)
/** Noted of every use of a session, at most once a minute. */
const NOTED = ['sessions']
/** The same routes for one tournament by its slug. */
const OF_A_TOURNAMENT = /\/t\/:slug|\/tournaments\/:slug(?=\/)/
const SHOWS_PEOPLE = /\/(?:documents|files)\/|\/export\.csv$/
/** Ids, numbers, and words of ours: no name, address or number of anybody has such a form. */
const OF_OURS = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|icct26|[a-z_-]+|)$/

const world = await openWorld()
const { ctx } = world
afterAll(() => world.end())
await ctx.owner.unsafe(`
  create function refuse_entry() returns trigger language plpgsql as $$
    begin raise exception 'no entry can be written'; end $$`)

/** Runs the work while no entry of that event can be written. */
async function withoutEntry<T>(event: string, work: () => Promise<T>): Promise<T> {
  await ctx.owner.unsafe(`
    create trigger refused before insert on audit_entries for each row when (new.event = '${event}') execute function refuse_entry()`)
  try {
    return await work()
  } finally {
    await ctx.owner`drop trigger refused on audit_entries`
  }
}

const statusOf = (answer: Response | number | undefined) => (answer instanceof Response ? answer.status : answer)

test.each(ACTS.map((act): [string, Act] => [act.by, act]))(
  '%s is one entry with all that it changes, or nothing',
  async (_, act) => {
    const { event, besides = [], apart = [], isAnsweredFirst } = act
    const doing = await act.begin(world)
    const before = await recordOf(world, apart)
    const failed = await withoutEntry(event, () => doing().then(statusOf, () => 500))
    if (!isAnsweredFirst) expect(failed).toBe(500)
    expect(await recordOf(world, apart)).toEqual(before)

    const [mark] = await ctx.db.write`
    select pg_current_xact_id()::text::int as xid, (select coalesce(max(id), 0)::int from audit_entries) as entry`
    expect([0, 200, 201, 204, 303]).toContain(statusOf(await doing())!)
    const entries = await ctx.db.read`
    select event, xmin::text::int as by, to_jsonb(e) as entry from audit_entries e where id > ${mark!.entry} order by id`
    expect(entries.map((entry) => entry.event).toSorted()).toEqual([event, ...besides].toSorted())
    const origins = entries.map(({ entry }) => [entry.address, typeof entry.request_id])
    if (!act.by.startsWith('teamsheet ')) expect(origins).toEqual(entries.map(() => ['127.0.0.1', 'string']))
    const { by } = entries.find((entry) => entry.event === event)!
    const writers = await writersSince(world, mark!.xid)
    const others = writers.filter(
      (one) => one.by !== by && ![...NOTED, ...apart, 'audit_entries', 'audit_unsealed'].includes(one.table),
    )
    expect(others).toEqual([])
  },
)

const made = new Set(ACTS.map(({ by }) => by))
/** What is neither in the table of acts nor on the list of what is none. */
const unnamed = (all: readonly string[]) => all.filter((one) => !made.has(one) && !(one in NO_ACTS))

function routesOf(app: { routes: readonly { method: string; path: string }[] }): string[] {
  const routes = app.routes.map(({ method, path }) => ({ method, path: path.replace(OF_A_TOURNAMENT, '') }))
  const asked = routes.filter(({ method, path }) => method !== 'GET' || SHOWS_PEOPLE.test(path))
  return [...new Set(asked.map(({ method, path }) => `${method} ${path}`))]
}

describe('the table is whole', async () => {
  const app = makeApp(ctx, await loadAssets())
  const commands = [...(await Bun.file('src/main.ts').text()).matchAll(/^ {4}case '(\w+)':/gm)].map(([, name]) => name!)
  const written = commands.flatMap((name) => {
    const typed = [...made].filter((by) => by.startsWith(`teamsheet ${name}`))
    return typed.length > 0 ? typed : [`teamsheet ${name}`]
  })

  test('every route that changes something, every look at a document, every export and every command is named once', () => {
    expect(unnamed([...routesOf(app), ...written])).toEqual([])
    expect([...made].filter((by) => by in NO_ACTS)).toEqual([])
    const all = [...routesOf(app), ...written]
    expect([...made, ...Object.keys(NO_ACTS)].filter((by) => !all.includes(by))).toEqual([])
  })

  test('one that is not is found', () => {
    const more = makeApp(ctx, new Map())
      .post('/admin/teams/:id/shirt', () => '')
      .get('/t/:slug/documents/:id', () => '')
      .get('/admin/teams/:id/shirt', () => '')
    expect(unnamed(routesOf(more))).toEqual(['POST /admin/teams/:id/shirt', 'GET /documents/:id'])
  })
})

test('what is only shown beforehand writes nothing', async () => {
  const { id } = await world.enter()
  const { cookie } = await world.owner()
  const before = await recordOf(world, [])
  const confirmation = `/admin/erasure/confirmation?person=captain:${id}&teamDocuments=on`
  expect((await world.visit(confirmation, { cookie })).status).toBe(200)
  const wrongWord = await world.form('/admin/erasure', { people: `captain:${id}`, word: 'perhaps' })
  expect((await wrongWord()).status).toBe(422)
  expect(await erase([`captain:${id}`], shell(ctx))).toBe(0)
  const preview = await world.form('/admin/mail/messages/approved/preview', { subject: 'In', body: 'See {link}' })
  expect((await preview()).status).toBe(200)
  expect(await recordOf(world, [])).toEqual(before)
})

test('what does nothing says nothing: asked twice, or of what is not there', async () => {
  const { id } = await world.enter()
  const twice = [
    await world.form(`/admin/registrations/${id}/approval`, { expectedState: 'submitted' }),
    await world.form(`/admin/registrations/${id}/links/mail`),
    await world.form(`/admin/registrations/${id}/links/revocation`),
  ]
  for (const doing of twice) await doing()
  const before = await ctx.db.read`select max(id) from audit_entries`
  for (const doing of twice) await doing()
  const none = crypto.randomUUID()
  for (const path of [`registrations/${none}/approval`, `mail/${none}/holding`, 'system/notices/none/dismissal'])
    await (await world.form(`/admin/${path}`))()
  expect(await ctx.db.read`select max(id) from audit_entries`).toEqual(before)
})

test('entries hold ids, numbers and words of ours', async () => {
  const entries = await ctx.db.read`select event, data from audit_entries order by id`
  expect(new Set(ACTS.map(({ event }) => event)).difference(new Set(entries.map(({ event }) => event)))).toEqual(
    new Set(),
  )
  const texts = entries.flatMap(({ event, data }) =>
    Object.entries(data)
      .filter(([, value]) => typeof value === 'string')
      .flatMap(([key, value]) => (value as string).split(' ').map((text) => ({ event, key, text }))),
  )
  expect(texts.filter(({ text }) => !OF_OURS.test(text))).toEqual([])
  const lines = entries.map(({ data }) => JSON.stringify(data))
  expect(findPrivateLines({ lines, secrets: new Set() })).toEqual([])
})
