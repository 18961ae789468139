import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { sealAudit, verifyAudit } from '#src/audit/service.ts'
import { collectOrphans, drawMissingPictures, listDocuments } from '#src/documents/service.ts'
import { readSearch } from '#src/erasure/model.ts'
import { erasePerson, findByWords, findPlacesOf, removeTraces, surveyErasure } from '#src/erasure/service.ts'
import { NOBODY, SYSTEM } from '#src/permissions.ts'
import { reject } from '#src/review/service.ts'
import { captain, fieldsOf } from '#test/registration/captain.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, signedIn, staffApp, upload } from '#test/support/staff.ts'
import { findEverywhere, findInDatabaseFiles } from './everywhere.ts'

setDefaultTimeout(60_000)

const PERSON = {
  name: 'Karthik Velmurugan',
  email: 'Karthik.V@example.org',
  phone: '+919876501234',
  whatsapp: '+919876505678',
}
const BIRTH = '1991-07-23'
/** How every picture drawn of a file begins (RFC 9649); of letters there are none. */
const PICTURE = 'WEBPVP8'
/** Stands in the bytes of every file of theirs. */
const MARK = 'mark-of-karthik'
const VALUES = [PERSON.name, PERSON.email, '9876501234', '98765 01234', '9876505678', BIRTH, MARK]

const { ctx, url, visit, end } = await staffApp({ preset: 'icct26', settings: { asks_date_of_birth: true } })
let owner: SignedIn
let made = 0

const aFile = (mark = MARK) => {
  made += 1
  return new File([sampleJpeg(3000, `${mark} ${made}`)], `${PERSON.name} id ${made}.jpg`)
}
const aLetter = () => new File([samplePdf(1500, `letter ${crypto.randomUUID()}`)], 'letter.pdf')
const squad = () => aSquad(11).map((player) => ({ ...player, dateOfBirth: '1999-01-01' }))

async function register(
  path: string,
  about: Parameters<typeof aRegistration>[0],
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`${url}${path}/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(aRegistration({ players: squad(), ...about })),
  })
  expect([answer.status, answer.status === 201 ? '' : await answer.clone().text()]).toEqual([201, ''])
  return (await answer.json()) as { id: string; reference: string; pin: string; statusUrl: string }
}

/** The person as captain and as player of one team, with an ID; where somebody else sent the same bytes as theirs. */
async function aTeamOfTheirs({ shared }: { shared?: File } = {}) {
  const own = await upload(url, 'aadhar', shared ?? aFile())
  const [first, ...others] = squad()
  const players = [{ ...first!, name: PERSON.name, dateOfBirth: BIRTH, documents: [own] }, ...others]
  const documents = [await upload(url, 'pastor_letter', aLetter())]
  return register('/api/v1', { captain: PERSON, players, documents }, { 'idempotency-key': crypto.randomUUID() })
}

beforeAll(async () => {
  owner = await signedIn(ctx, 'owner', 'Anna')
  await addTestTournament(ctx, 'other')
})
afterAll(end)

const everywhere = () => findEverywhere(ctx, ctx.config.dataDir, VALUES)
const refsOf = async (ref: string) => (await findPlacesOf(ctx, ref)).sure.map((person) => person.ref)
const eraseAll = async (...found: string[]) => {
  const refs = new Set((await Promise.all(found.map(refsOf))).flat())
  return erasePerson(ctx, owner.actor, { refs: [...refs], hasTeamDocuments: false })
}

test('a person is erased from every team, form, mail and file; teams, states and counts stay', async () => {
  const team = await aTeamOfTheirs()
  await reject(ctx, owner.actor, ctx.tournament, team.id, {
    expectedState: 'submitted',
    reason: `The ID of ${PERSON.name} (KARTHIK_VELMURUGAN.jpg) cannot be read, call ${PERSON.phone} or 098765-05678.`,
  })
  const elsewhere = await register('/api/v1/tournaments/other', { viceCaptain: { ...PERSON, email: PERSON.email } })
  // By the form: its draft stays beside the team.
  const writer = captain(url)
  await writer.open()
  const sent = aRegistration({ captain: PERSON, players: squad() })
  const letter = { 'team.pastor_letter': { name: `${PERSON.name}.pdf`, content: samplePdf(1500, 'a letter of all') } }
  const births = squad().map((_, index): [string, string] => [`players.p${index + 1}.dateOfBirth`, '1999-01-01'])
  const answered = await writer.post('/register', [...fieldsOf(sent), ...births], { files: letter })
  expect(answered.status).toBe(303)
  // A form that nobody sent.
  const typing = captain(url)
  await typing.open()
  const unsent = aRegistration({ captain: { ...PERSON, phone: '098765 01234' }, players: squad() })
  const theirId = { 'players.p1.aadhar': { name: 'id.pdf', content: samplePdf(1500, MARK) } }
  const row: [string, string][] = [['players.p1.name', PERSON.name]]
  await typing.post('/register/draft', [...fieldsOf(unsent).filter(([name]) => name !== 'players.p1.name'), ...row], {
    files: { ...theirId, ...letter },
  })
  await drawMissingPictures(ctx)
  // What a mail server said, and what should never have come into the audit log.
  await ctx.db.write`
    update mails set state = 'retrying', last_answer = ${`550 <${PERSON.email}> is unknown`},
      history = ${JSON.stringify([{ answer: `no ${PERSON.email}` }])}::text::jsonb where team_id = ${team.id}`
  await ctx.db.write`
    insert into audit_entries (event, actor_kind, data) values ('careless', 'system', ${JSON.stringify({ note: PERSON.name })}::text::jsonb)`
  await sealAudit(ctx)
  await ctx.db.write`
    insert into audit_entries (event, actor_kind, before, after)
    values ('careless', 'system', ${JSON.stringify({ note: PERSON.phone })}::text::jsonb, ${JSON.stringify({ note: PERSON.email })}::text::jsonb)`
  expect(new Set((await everywhere()).map((line) => line.split(': ').at(-1)))).toEqual(
    new Set(VALUES.map((value) => value.toLowerCase())),
  )
  const countsBefore = await ctx.db.read`select * from state_counts order by 1, 2`

  const places = await findPlacesOf(ctx, `captain:${team.id}`)
  expect(places.sure.map(({ ref }) => ref.split(':')[0]).sort()).toEqual(
    ['captain', 'captain', 'draft', 'player', 'vice_captain'].sort(),
  )
  const row1 = places.others.filter(({ ref }) => ref.endsWith(':p1')).map(({ ref }) => ref)
  const refs = [...places.sure.map(({ ref }) => ref), ...row1]
  const survey = await surveyErasure(ctx, owner.actor, { refs, hasTeamDocuments: false })
  expect(await everywhere()).not.toEqual([])
  // The planner has its samples, and the tables' files what was overwritten.
  await ctx.db.write`analyze`
  expect(await findInDatabaseFiles(ctx, VALUES)).not.toEqual([])
  expect((await findEverywhere(ctx, ctx.config.dataDir, [PICTURE])).length).toBe(2)
  const erased = await erasePerson(ctx, owner.actor, { refs, hasTeamDocuments: false })
  expect(erased).toEqual({ ...survey, left: [] })
  expect(erased).toMatchObject({ people: 6, teams: 3, documents: 2, answers: 2 })

  expect(await findEverywhere(ctx, ctx.config.dataDir, [...VALUES, PICTURE])).toEqual([])
  expect(await findInDatabaseFiles(ctx, VALUES)).toEqual([])
  const careless = await ctx.db.read`select data, before, after from audit_entries where event = 'careless' order by id`
  expect([...careless]).toEqual([
    { data: { note: '…' }, before: null, after: null },
    { data: {}, before: { note: '…' }, after: { note: '…' } },
  ])
  expect(await verifyAudit(ctx)).toMatchObject({ masked: 2, breach: undefined })
  await sealAudit(ctx)
  expect(await verifyAudit(ctx)).toMatchObject({ masked: 2, unsealed: 0, breach: undefined })
  expect(await ctx.db.read`select * from state_counts order by 1, 2`).toEqual(countsBefore)
  const [kept] = await ctx.db.read`
    select state, player_count, captain_name, captain_phone, (select name from players p where p.team_id = t.id and position = 1) as first,
      (select name from players p where p.team_id = t.id and position = 2) as second
    from teams t where id = ${team.id}`
  expect(kept).toMatchObject({ state: 'rejected', player_count: 11, captain_name: 'Erased person', captain_phone: '' })
  expect([kept!.first, kept!.second]).toEqual(['Erased person', 'Bala Raj'])
  const mails = await ctx.db.read`select state, to_address from mails where team_id = ${team.id}`
  expect(mails.every(({ state, to_address }) => state === 'failed' && to_address === '')).toBe(true)
  const events = await ctx.db.read`
    select actor_id, subject_id from audit_entries where event = 'person.erased' order by id`
  expect(events.map(({ actor_id }) => actor_id)).toEqual(Array(4).fill(owner.actor.id))
  expect(events.map(({ subject_id }) => subject_id)).toContain(elsewhere.id)
  expect((await listDocuments(ctx, team.id)).map(({ erasedFor }) => erasedFor)).toEqual([null, 'request'])
})

test('neither link nor PIN of an erased captain opens the team’s page, and their address is free again', async () => {
  const team = await aTeamOfTheirs()
  const page = new URL(team.statusUrl, url).pathname
  expect((await visit(page)).status).toBe(200)
  await eraseAll(`captain:${team.id}`)
  expect((await visit(page)).status).toBe(410)
  const door = { reference: team.reference, pin: team.pin }
  expect((await visit('/entry', { form: door })).status).toBe(422)
  const again = await aTeamOfTheirs()
  await eraseAll(`captain:${again.id}`)
  expect(await everywhere()).toEqual([])
})

test('the same bytes stay for whoever else they were attached to, and go with the last of them', async () => {
  const shared = aFile()
  const theirs = await aTeamOfTheirs({ shared })
  const [first, ...others] = squad()
  const documents = [await upload(url, 'pastor_letter', aLetter())]
  const players = [{ ...first!, documents: [await upload(url, 'aadhar', shared)] }, ...others]
  const other = await register('/api/v1', { documents, players })
  await eraseAll(`captain:${theirs.id}`)
  expect((await listDocuments(ctx, other.id)).map(({ erasedFor }) => erasedFor)).toEqual([null, null])
  expect((await findEverywhere(ctx, ctx.config.dataDir, [MARK])).length).toBe(1)
  const [player] = await ctx.db.read`select id from players where team_id = ${other.id} and position = 1`
  await erasePerson(ctx, owner.actor, { refs: [`player:${player!.id}`], hasTeamDocuments: false })
  expect(await findEverywhere(ctx, ctx.config.dataDir, [MARK])).toEqual([])
})

test('a namesake is shown, but is not taken for the person', async () => {
  const team = await aTeamOfTheirs()
  const [first, ...others] = squad()
  const documents = [await upload(url, 'pastor_letter', aLetter())]
  const namesake = { ...first!, name: PERSON.name, documents: [await upload(url, 'aadhar', aFile('another'))] }
  const other = await register('/api/v1', { documents, players: [namesake, ...others] })
  const places = await findPlacesOf(ctx, `captain:${team.id}`)
  expect(places.others.map(({ team: of }) => of?.id)).toEqual([other.id])
  await eraseAll(`captain:${team.id}`)
  expect((await listDocuments(ctx, other.id)).every(({ erasedAt }) => erasedAt === null)).toBe(true)
  const [player] = await ctx.db.read`select name from players where team_id = ${other.id} and position = 1`
  expect(player!.name).toBe(PERSON.name)
  await erasePerson(ctx, SYSTEM, {
    refs: (await findByWords(ctx, readSearch(PERSON.name))).map(({ ref }) => ref),
    hasTeamDocuments: true,
  })
  expect(await everywhere()).toEqual([])
})

test('a decision after its captain was erased writes no mail', async () => {
  const team = await aTeamOfTheirs()
  await eraseAll(`captain:${team.id}`)
  await reject(ctx, owner.actor, ctx.tournament, team.id, { expectedState: 'submitted', reason: 'Nobody answers.' })
  expect(await ctx.db.read`select from mails where team_id = ${team.id} and kind = 'rejected'`).toHaveLength(0)
})

test('only who may erase people may, and somebody who stands nowhere is told', async () => {
  const admin = await signedIn(ctx, 'admin', 'Devi')
  const refs = [`captain:${Bun.randomUUIDv7()}`]
  const erasing = (actor: Parameters<typeof erasePerson>[1]) =>
    erasePerson(ctx, actor, { refs, hasTeamDocuments: false })
  await expect(erasing(admin.actor)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(erasing(NOBODY)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(erasing(owner.actor)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('bytes that a process did not live to delete go with the next collection, at once', async () => {
  const team = await aTeamOfTheirs()
  const { remove } = ctx.files
  ctx.files.remove = () => Promise.reject(new Error('killed'))
  await eraseAll(`captain:${team.id}`).finally(() => {
    ctx.files.remove = remove
  })
  expect((await findEverywhere(ctx, ctx.config.dataDir, [MARK])).length).toBe(1)
  await collectOrphans(ctx)
  expect(await everywhere()).toEqual([])
})

test('what the tables’ files still have goes later where somebody reads them, and the erasure does not wait for that', async () => {
  const team = await aTeamOfTheirs()
  const [isReading, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const reading = ctx.db.write.begin('isolation level repeatable read', async (tx) => {
    await tx`select from teams limit 1`
    isReading.resolve()
    await mayEnd.promise
  })
  await isReading.promise
  await eraseAll(`captain:${team.id}`)
  expect(await everywhere()).toEqual([])
  expect(await findInDatabaseFiles(ctx, VALUES)).not.toEqual([])
  mayEnd.resolve()
  await reading
  expect(await removeTraces(ctx)).toBe(1)
  expect(await findInDatabaseFiles(ctx, VALUES)).toEqual([])
  expect(await removeTraces(ctx)).toBe(0)
})

test('somebody of another name who shares a number is shown, but is not taken for the person', async () => {
  const team = await aTeamOfTheirs()
  const wife = await register('/api/v1/tournaments/other', {
    captain: { ...PERSON, name: 'Selvi Murugan', email: 'selvi@example.org' },
  })
  const short = await register('/api/v1/tournaments/other', {
    viceCaptain: { name: 'Karthik V', email: PERSON.email, phone: '+919800011111' },
  })
  const places = await findPlacesOf(ctx, `captain:${team.id}`)
  expect(places.sure.map(({ ref }) => ref)).toContain(`vice_captain:${short.id}`)
  expect(places.others.map(({ ref }) => ref)).toEqual([`captain:${wife.id}`])
  await eraseAll(`captain:${team.id}`)
  expect((await findPlacesOf(ctx, `captain:${wife.id}`)).sure.map(({ name }) => name)).toEqual(['Selvi Murugan'])
  await eraseAll(`captain:${wife.id}`)
  expect(await everywhere()).toEqual([])
})
