import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'
import { aForm, allFiles, ask, type FormFields, type Refusal, register, registered } from './first-client.ts'

const STATEMENTS_MAX = 3
setDefaultTimeout(60_000)
let app: Awaited<ReturnType<typeof staffApp>>
let owner: SignedIn
let viewer: SignedIn
let first: FormFields
let second: FormFields
beforeAll(async () => {
  app = await staffApp({ preset: 'icct26' })
  owner = await signedIn(app.ctx, 'owner')
  viewer = await signedIn(app.ctx, 'viewer')
  first = { ...aForm({ player_1_role: '' }), ...allFiles() }
  second = aForm()
  for (const fields of [first, second]) await registered(app.url, fields)
  await confirm('ICCT-001')
})
afterAll(() => app.end())

const confirm = (code: string) =>
  ask(app.url, `/admin/teams/${code}/confirm`, { method: 'PUT', cookie: owner.cookie, headers: { origin: app.url } })
// biome-ignore lint/suspicious/noExplicitAny: what a test looks into
const get = async (path: string, cookie?: string): Promise<any> => (await ask(app.url, path, { cookie })).json()
const statusOf = async (path: string, cookie?: string) => (await ask(app.url, path, { cookie })).status
const viewed = async () =>
  (await app.ctx.db.read`select count(*)::int as rows from audit_entries where event = 'document.viewed'`)[0]!.rows
/** The form's own words for a team's contacts and its first player: nobody but staff may ever see them. */
const privateOf = (fields: FormFields) =>
  ['captain_phone', 'captain_email', 'vice_phone', 'vice_email'].map((name) => String(fields[name]))

test('everybody sees approved teams, with nothing personal and no document', async () => {
  const body = await get('/api/teams')
  const team = {
    team_id: 'ICCT-001',
    team_name: first.team_name,
    church_name: first.church_name,
    captain_name: first.captain_name,
    pastor_letter: null,
    payment_receipt: null,
    group_photo: null,
    registration_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  }
  expect(body).toEqual({ success: true, total_teams: 1, returned: 1, teams: [team], data: [team] })
  const nobody = { phone: null, email: null, whatsapp: null }
  const one = await get('/api/teams/ICCT-001')
  const { captain_name: _, ...rest } = team
  expect(one.team).toEqual({
    ...rest,
    captain: { name: first.captain_name, ...nobody },
    viceCaptain: { name: first.vice_name, ...nobody },
  })
  expect(one.players).toHaveLength(11)
  expect(one.players[1]).toEqual({
    player_id: 'ICCT-001-P02',
    playerId: 'ICCT-001-P02',
    name: first.player_1_name,
    role: '',
    aadhar_file: null,
    subscription_file: null,
  })
  const text = JSON.stringify([body, one])
  expect(privateOf(first).filter((word) => text.includes(word))).toEqual([])
  expect(text).not.toContain('/files/')
})

test('a team that is not approved is nobody’s to see but staff’s', async () => {
  expect(await statusOf('/api/teams/ICCT-002')).toBe(404)
  expect(await statusOf('/api/teams/ICCT-003')).toBe(404)
  const told = await get('/api/teams/ICCT-002')
  expect(told).toMatchObject({ success: false, error_code: 'NOT_FOUND' })
  expect(privateOf(second).some((word) => JSON.stringify(told).includes(word))).toBe(false)
})

test('staff see all teams there, contacts and files as their role may', async () => {
  const all = await get('/api/teams', owner.cookie)
  expect(all.teams.map(({ team_id }: { team_id: string }) => team_id)).toEqual(['ICCT-001', 'ICCT-002'])
  expect(all.teams[1].group_photo).toBe('')
  const { team, players } = await get('/api/teams/ICCT-001', owner.cookie)
  expect(team.captain).toEqual({
    name: first.captain_name,
    phone: first.captain_phone,
    email: first.captain_email,
    whatsapp: first.captain_phone,
  })
  expect(players[0].aadhar_file).toMatch(/^http.+\/files\/[\w.-]+\/aadhar\.pdf$/)
  const seen = await get('/api/teams/ICCT-001', viewer.cookie)
  expect(seen.team.pastor_letter).toBeNull()
  expect(seen.players[0].aadhar_file).toBeNull()
  expect(privateOf(first).filter((word) => JSON.stringify(seen).includes(word))).toEqual([])
})

test('a page of teams is cut as it is asked for, in one order', async () => {
  const codes = async (query: string) =>
    (await get(`/api/teams${query}`, owner.cookie)).teams.map(({ team_id }: { team_id: string }) => team_id)
  expect(await codes('?limit=1')).toEqual(['ICCT-001'])
  expect(await codes('?skip=1&limit=1000')).toEqual(['ICCT-002'])
  expect(await codes('?skip=9')).toEqual([])
  expect(await get('/api/teams?skip=-1&limit=x')).toMatchObject({
    status_code: 422,
    details: { skip: expect.anything(), limit: expect.anything() },
  })
})

test('churches say how many teams they have and which are full', async () => {
  const church = 'Aldersgate'
  for (let team = 0; team < 2; team += 1) await registered(app.url, aForm({ church_name: church }))
  const { churches, summary } = await get('/api/churches/availability')
  expect(churches[0]).toEqual({ church_name: church, team_count: 2, locked: true })
  expect(churches.map(({ church_name }: { church_name: string }) => church_name)).toEqual([
    church,
    ...[first.church_name, second.church_name].map(String).sort(),
  ])
  expect(summary).toEqual({ total_churches: 3, locked_churches: 1, available_churches: 2 })
})

test('of more than a thousand churches the full ones are among those that are told', async () => {
  await app.ctx.db.write`
    insert into clubs (id, tournament_id, name, name_key, live_teams)
    select gen_random_uuid(), ${app.ctx.tournament.id}, 'Chapel ' || n, 'chapel' || lpad(n::text, 5, '0'), case when n > 1100 then 2 else 1 end
    from generate_series(1, 1105) n`
  try {
    const { churches, summary } = await get('/api/churches/availability')
    expect(churches).toHaveLength(1000)
    expect(churches.filter(({ locked }: { locked: boolean }) => locked)).toHaveLength(6)
    expect(summary).toEqual({ total_churches: 1108, locked_churches: 6, available_churches: 1102 })
  } finally {
    await app.ctx.db.write`delete from clubs where name_key like 'chapel0%'`
  }
})

test('the dashboard’s list is newest first, by their three states, and says how many there are', async () => {
  const answer = await ask(app.url, '/admin/teams', { cookie: owner.cookie })
  const { data, teams } = (await answer.json()) as { data: Record<string, unknown>[]; teams: unknown[] }
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-total-count')).toBe(String(data.length))
  expect(teams).toEqual(data)
  expect(data.map(({ teamId }) => teamId)).toEqual(
    data
      .map(({ teamId }) => teamId)
      .toSorted()
      .toReversed(),
  )
  expect(data.at(-1)).toEqual({
    teamId: 'ICCT-001',
    teamName: first.team_name,
    churchName: first.church_name,
    captainName: first.captain_name,
    captainPhone: first.captain_phone,
    captainEmail: first.captain_email,
    viceCaptainName: first.vice_name,
    viceCaptainPhone: first.vice_phone,
    viceCaptainEmail: first.vice_email,
    playerCount: 11,
    registrationDate: expect.stringMatching(/Z$/),
    registrationStatus: 'confirmed',
    paymentReceipt: expect.stringMatching(/\/payment_receipt\.png$/),
    pastorLetter: expect.stringMatching(/\/pastor_letter\.pdf$/),
    groupPhoto: expect.stringMatching(/\/group_photo\.jpg$/),
  })
  expect(data.at(-2)).toMatchObject({ teamId: 'ICCT-002', registrationStatus: 'pending', paymentReceipt: '' })
  const withStatus = async (status: string) => (await get(`/admin/teams?status=${status}`, owner.cookie)).data
  expect((await withStatus('confirmed')).length).toBe(1)
  expect((await withStatus('pending')).length).toBe(data.length - 1)
  expect(await withStatus('rejected')).toEqual([])
  expect(await statusOf('/admin/teams?status=open', owner.cookie)).toBe(422)
})

test('one team, and one player of it, as the dashboard opens them', async () => {
  const { data } = await get('/admin/teams/icct-001', owner.cookie)
  expect(data.team).toMatchObject({
    teamId: 'ICCT-001',
    captain: { name: first.captain_name, phone: first.captain_phone, email: first.captain_email },
    viceCaptain: { name: first.vice_name, phone: first.vice_phone, email: first.vice_email },
    registrationStatus: 'confirmed',
  })
  const player = {
    playerId: 'ICCT-001-P02',
    name: first.player_1_name,
    role: '',
    aadharFile: expect.stringMatching(/^http.+\/aadhar\.pdf$/),
    subscriptionFile: expect.stringMatching(/^http.+\/subscription\.png$/),
  }
  expect(data.players[1]).toEqual(player)
  const names = { teamId: 'ICCT-001', teamName: first.team_name, churchName: first.church_name }
  expect(await get('/admin/players/ICCT-001-P02', owner.cookie)).toEqual({
    success: true,
    data: { ...player, ...names, team: names },
  })
  for (const path of [
    '/admin/teams/ICCT-999',
    '/admin/players/ICCT-001-P12',
    '/admin/players/ICCT-001',
    '/admin/players/x',
  ])
    expect([path, await statusOf(path, owner.cookie)]).toEqual([path, 404])
})

test('a viewer sees masked contacts and no way to a file', async () => {
  const seen = [
    await get('/admin/teams', viewer.cookie),
    await get('/admin/teams/ICCT-001', viewer.cookie),
    await get('/admin/players/ICCT-001-P01', viewer.cookie),
  ]
  const text = JSON.stringify(seen)
  expect(text).not.toContain('/files/')
  expect([...privateOf(first), ...privateOf(second)].filter((word) => text.includes(word))).toEqual([])
  expect(seen[0].data.at(-1)).toMatchObject({ captainEmail: expect.stringContaining('•••'), pastorLetter: '' })
  expect(seen[2].data.aadharFile).toBe('')
})

test('a file’s address opens it for a while, and every look is written down with who looked', async () => {
  const { data } = await get('/admin/players/ICCT-001-P01', owner.cookie)
  const before = await viewed()
  const file = await fetch(data.aadharFile)
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  expect(Buffer.from(await file.arrayBuffer())).toEqual(
    Buffer.from(await (first.player_0_aadhar_file as File).arrayBuffer()),
  )
  expect(await viewed()).toBe(before + 1)
  const [entry] = await app.ctx.db.read`
    select actor_kind, actor_id, subject_id, data from audit_entries where event = 'document.viewed' order by id desc limit 1`
  const [document] = await app.ctx.db.read`
    select d.id, d.team_id from documents d join players p on p.id = d.player_id where d.kind = 'aadhar' and p.position = 1`
  expect(entry).toMatchObject({ actor_kind: 'staff', actor_id: owner.actor.id, subject_id: document!.id })
  expect(entry!.data).toMatchObject({ teamId: document!.team_id })
  const forged = data.aadharFile.replace(
    /\/files\/(.)/,
    (_: string, letter: string) => `/files/${letter === 'A' ? 'B' : 'A'}`,
  )
  expect((await fetch(forged)).status).toBe(404)
  app.ctx.travel(16 * 60_000)
  try {
    expect((await fetch(data.aadharFile)).status).toBe(410)
  } finally {
    app.ctx.travel(-16 * 60_000)
  }
})

test('a hundred teams take three statements or fewer, wherever they are listed', async () => {
  const list = async (path: string, cookie?: string) => {
    await get(path, cookie)
    const before = app.ctx.statements.length
    const body = await get(path, cookie)
    const sent = app.ctx.statements.slice(before).filter((text) => !/pg_catalog\.pg_type|sessions/.test(text))
    return { teams: body.teams.length, statements: sent.length }
  }
  for (let team = 0; team < 100; team += 10)
    await Promise.all(Array.from({ length: 10 }, () => register(app.url, aForm())))
  expect(await list('/admin/teams', owner.cookie)).toEqual({ teams: 104, statements: STATEMENTS_MAX })
  expect(await list('/api/teams', owner.cookie)).toEqual({ teams: 100, statements: STATEMENTS_MAX })
  expect((await list('/api/teams')).statements).toBeLessThanOrEqual(STATEMENTS_MAX)
}, 60_000)

test('nobody is told where to sign in, and a refusal has this door’s body', async () => {
  const answer = await ask(app.url, '/admin/teams', { headers: { referer: `${app.url}/admin/dashboard?tab=1` } })
  const refusal = (await answer.json()) as Refusal
  expect(answer.status).toBe(401)
  expect(refusal.detail).toContain('/sign-in?next=%2Fadmin%2Fdashboard%3Ftab%3D1')
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  const elsewhere = (await get('/admin/players/ICCT-001-P01')) as Refusal
  expect(elsewhere.detail).toEndWith('/sign-in?next=%2Fadmin')
})
