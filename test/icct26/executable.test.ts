import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { startMailing } from '#test/executable/mailing.ts'
import { type Executable, emptyFolder, endExecutables, openData, runExecutable } from '#test/support/executable.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { PASSWORD } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { aForm, allFiles, ask, type FormFields, type Refusal, register } from './first-client.ts'

setDefaultTimeout(120_000)
const OWNER = { email: 'owner@example.org', password: PASSWORD }
const CLIENT = 'https://client.example'
let mails: SmtpStandIn
let server: Executable
let cookie: string

beforeAll(async () => {
  mails = await smtpStandIn()
  const folder = await emptyFolder()
  mkdirSync(join(folder, 'client'))
  writeFileSync(join(folder, 'client', 'index.html'), '<!doctype html><title>Client</title>')
  server = await startMailing(mails, folder, {
    TOURNAMENT_PRESET: 'icct26',
    CLIENT_DIR: 'client',
    CORS_ORIGINS: CLIENT,
  })
  const added = await runExecutable(
    ['staff', 'add', '--email', OWNER.email, '--name', 'Ruth', '--role', 'owner', '--password-stdin'],
    { cwd: folder, input: OWNER.password },
  )
  expect(added.exitCode).toBe(0)
})
afterAll(async () => {
  await mails.close()
  endExecutables()
  cleanUp()
})

type Json = Record<string, unknown>
// biome-ignore lint/suspicious/noExplicitAny: what a test looks into
const get = async (path: string): Promise<any> => (await ask(server.url, path, { cookie })).json()
const put = async (path: string, body?: string) => {
  const answer = await ask(server.url, path, { method: 'PUT', cookie, body, headers: { origin: server.url } })
  return [answer.status, await answer.json()] as [number, Json]
}
const first: FormFields = { ...aForm(), ...allFiles(20_000) }
const second = aForm({ church_name: first.church_name! })

const mailsTo = ({ captain_email }: FormFields) =>
  mails.received.filter(({ envelope }) => envelope.to.includes(String(captain_email)))
const untilMailed = (...counts: [number, number]) =>
  untilIs(
    () => [mailsTo(first).length, mailsTo(second).length],
    (seen) => seen.join() === counts.join(),
  )

test('the client is served, and signs its people in', async () => {
  for (const path of ['/', '/registration', '/admin/dashboard'])
    expect(await (await fetch(server.url + path)).text()).toContain('<title>Client</title>')
  const refused = await ask(server.url, '/admin/teams', { headers: { origin: CLIENT } })
  expect(refused.headers.get('access-control-allow-origin')).toBe(CLIENT)
  const { detail } = (await refused.json()) as Refusal
  expect([refused.status, detail]).toEqual([401, expect.stringContaining(`${server.url}/sign-in?next=`)])
  const signedIn = await fetch(`${server.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: server.url },
    body: new URLSearchParams({ ...OWNER, next: '/admin/dashboard' }),
  })
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/admin/dashboard'])
  cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
})

test('nothing is entered yet', async () => {
  expect(await get('/api/churches/availability')).toEqual({
    churches: [],
    summary: { total_churches: 0, locked_churches: 0, available_churches: 0 },
  })
  expect(await get('/api/teams')).toEqual({ success: true, total_teams: 0, returned: 0, teams: [], data: [] })
  expect(await get('/admin/teams')).toEqual({ success: true, data: [], teams: [] })
  expect(await get('/admin/sequence/current')).toMatchObject({ current_number: 0, next_team_id: 'ICCT-001' })
})

test('a registration with 25 files is taken, its repeat replayed, another under its key refused', async () => {
  const key = { 'idempotency-key': crypto.randomUUID() }
  const answer = await register(server.url, first, key)
  const body = (await answer.json()) as Json
  expect([answer.status, body]).toEqual([
    201,
    {
      success: true,
      team_name: first.team_name,
      message: 'Registration submitted successfully. Please wait for admin confirmation.',
      player_count: 11,
      registration_status: 'pending',
      reference: expect.stringMatching(/^[0-9A-Z]{8}$/),
      pin: expect.stringMatching(/^\d{6}$/),
    },
  ])
  const again = await register(server.url, first, key)
  expect([again.status, again.headers.get('idempotent-replayed'), await again.json()]).toEqual([201, 'true', body])
  const other = await register(server.url, { ...first, team_name: 'Others' }, key)
  expect([other.status, ((await other.json()) as Refusal).error_code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  expect((await register(server.url, second)).status).toBe(201)
  await untilMailed(1, 1)
})

test('what is wrong is told by the names of the form; a full church, a taken e-mail', async () => {
  const told = async (form: FormFields) => {
    const answer = await register(server.url, form, { origin: CLIENT })
    expect(answer.headers.get('access-control-allow-origin')).toBe(CLIENT)
    const { error_code, message, details } = (await answer.json()) as Refusal
    return [answer.status, error_code, message, Object.keys(details)]
  }
  const wrong = aForm({
    pastor_letter: null,
    captain_phone: '1',
    player_3_role: 'Captain',
    group_photo: new File(['MZ'], 'a.jpg'),
  })
  const [status, code, , fields] = await told(wrong)
  expect([status, code, (fields as string[]).toSorted()]).toEqual([
    422,
    'VALIDATION_FAILED',
    ['captain_phone', 'group_photo', 'pastor_letter', 'player_3_role'],
  ])
  expect(await told(aForm({}, 10))).toEqual([
    422,
    'VALIDATION_FAILED',
    expect.stringContaining('11 to 15'),
    ['players'],
  ])
  expect(await told(aForm({ church_name: String(first.church_name).toUpperCase() }))).toEqual([
    409,
    'CLUB_LIMIT_REACHED',
    expect.stringContaining('Maximum 2 teams'),
    ['church_name'],
  ])
  expect(await told(aForm({ captain_email: first.captain_email! }))).toEqual([
    409,
    'DUPLICATE_CAPTAIN_EMAIL',
    expect.any(String),
    ['captain_email'],
  ])
  expect((await get('/api/churches/availability')).churches).toEqual([
    { church_name: first.church_name, team_count: 2, locked: true },
  ])
})

test('staff list, open, confirm and reject; captains hear of it', async () => {
  const { data } = await get('/admin/teams?status=pending')
  expect(data.map(({ teamId }: Json) => teamId)).toEqual(['ICCT-002', 'ICCT-001'])
  const team = (await get('/admin/teams/ICCT-001')).data
  expect(team.team).toMatchObject({ teamId: 'ICCT-001', registrationStatus: 'pending' })
  for (const [address, bytes] of [
    [team.team.pastorLetter, first.pastor_letter],
    [team.players[10].subscriptionFile, first.player_10_subscription_file],
    [(await get('/admin/players/ICCT-001-P03')).data.aadharFile, first.player_2_aadhar_file],
  ] as [string, File][]) {
    const file = await fetch(address)
    expect([address, file.status]).toEqual([expect.stringMatching(/^http:.+\.(?:pdf|png|jpg)$/), 200])
    expect(Buffer.from(await file.bytes()).equals(Buffer.from(await bytes.bytes()))).toBe(true)
  }
  expect(await put('/admin/teams/ICCT-001/confirm')).toEqual([
    200,
    expect.objectContaining({ success: true, registration_status: 'confirmed', email_notification: 'queued' }),
  ])
  expect((await put('/admin/teams/ICCT-001/confirm'))[1]).toMatchObject({ data: { alreadyConfirmed: true } })
  expect(await put('/admin/teams/ICCT-002/reject', '{"reason":"The receipt is not readable."}')).toEqual([
    200,
    { success: true, message: 'Team registration rejected', team_id: 'ICCT-002', registration_status: 'rejected' },
  ])
  expect((await put('/admin/teams/ICCT-002/reject'))[0]).toBe(200)
  expect((await put('/admin/teams/ICCT-001/reject'))[0]).toBe(409)
  await untilMailed(2, 2)
  expect(mailsTo(second).at(-1)!.text).toMatch(/receipt\s+is\s+not\s+readable/)
})

test('everybody sees the confirmed team without anything personal', async () => {
  const both = [
    await (await fetch(`${server.url}/api/teams`)).json(),
    await (await fetch(`${server.url}/api/teams/ICCT-001`)).json(),
  ]
  expect(both[0]).toMatchObject({ total_teams: 1, teams: [{ team_id: 'ICCT-001', pastor_letter: null }] })
  const text = JSON.stringify(both)
  for (const name of ['captain_phone', 'captain_email', 'vice_phone', 'vice_email'])
    expect(text).not.toContain(String(first[name]))
  expect((await fetch(`${server.url}/api/teams/ICCT-002`)).status).toBe(404)
})

test('sequence, status, health and what is not there', async () => {
  expect(await get('/admin/sequence/current')).toMatchObject({ current_number: 2, next_team_id: 'ICCT-003' })
  expect(
    (await ask(server.url, '/admin/sequence/sync', { method: 'POST', cookie, headers: { origin: server.url } })).status,
  ).toBe(200)
  expect(await get('/health')).toMatchObject({ status: 'healthy' })
  expect(await get('/status')).toMatchObject({
    status: 'operational',
    database: 'connected',
    email_service: 'configured',
    tournament: 'ICCT26',
  })
  expect(await get('/queue/status')).toMatchObject({ pending_registrations: 0, processed_registrations: 2 })
  expect((await fetch(`${server.url}/docs`)).url).toBe(`${server.url}/api/docs`)
  for (const path of ['/api/schedule/matches', '/api/gallery/health', '/admin/sequence/reset'])
    expect(await get(path)).toMatchObject({ success: false, error_code: 'NOT_FOUND', status_code: 404 })
})

test('nothing of the refused ones stays, and nothing personal is in the log', async () => {
  const sql = await openData(server.dataDir)
  const [counts] =
    await sql`select (select count(*)::int from teams) as teams, (select count(*)::int from documents) as documents`
  await sql.end()
  expect(counts).toEqual({ teams: 2, documents: 26 })
  expect([...new Bun.Glob('files/incoming/*').scanSync(server.dataDir)]).toEqual([])
  for (const name of ['captain_phone', 'captain_email', 'captain_name'])
    expect(server.output()).not.toContain(String(first[name]))
  expect(await server.stop()).toBe(0)
})
