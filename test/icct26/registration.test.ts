import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { collectOrphans } from '#src/documents/service.ts'
import { samplePdf, samplePng } from '#test/support/sample-files.ts'
import { signedIn, staffApp } from '#test/support/staff.ts'
import { aForm, allFiles, type FormFields, formData, type Refusal, register, registered } from './first-client.ts'

setDefaultTimeout(60_000)
let app: Awaited<ReturnType<typeof staffApp>>
beforeAll(async () => {
  app = await staffApp({ preset: 'icct26' })
})
afterAll(() => app.end())

const refused = async (fields: FormFields, headers?: Record<string, string>) => {
  const answer = await register(app.url, fields, headers)
  return { status: answer.status, ...((await answer.json()) as Refusal) }
}
const countOf = async (table: string) =>
  (await app.ctx.db.read.unsafe(`select count(*)::int as rows from ${table}`))[0]!.rows
/** Files that arrived and were neither kept nor deleted. */
const leftOver = () => readdirSync(join(app.ctx.config.dataDir, 'files', 'incoming'))
const withKey = (key: string) => ({ 'idempotency-key': key })
const key = () => crypto.randomUUID()

test('a registration is answered as this client knows it, and tells no team id', async () => {
  const fields = aForm({ team_name: '  Kings of   Zion ' })
  const answer = await register(app.url, fields)
  expect(answer.status).toBe(201)
  const { reference, pin, ...body } = (await answer.json()) as Record<string, unknown>
  expect(body).toEqual({
    success: true,
    team_name: 'Kings of Zion',
    message: `Registration submitted successfully. Please wait for admin confirmation. Please keep these: reference ${reference}, PIN ${pin}.`,
    player_count: 11,
    registration_status: 'pending',
  })
  const [team] = await app.ctx.db.read`
    select t.code, t.captain_phone, t.captain_whatsapp, c.name as church,
      (select count(*)::int from players where team_id = t.id) as players,
      (select json_agg(kind) from documents where team_id = t.id) as documents
    from teams t join clubs c on c.id = t.club_id where reference = ${String(reference)}`
  expect(team).toEqual({
    code: 'ICCT-001',
    captain_phone: fields.captain_phone,
    captain_whatsapp: fields.captain_phone,
    church: fields.church_name,
    players: 11,
    documents: ['pastor_letter'],
  })
  expect(leftOver()).toEqual([])
})

test('where mail goes out the message is this client’s own, to the letter', async () => {
  Object.assign(app.ctx.config, { smtpServer: '127.0.0.1', publicUrl: app.url })
  try {
    expect((await registered(app.url)).message).toBe(
      'Registration submitted successfully. Please wait for admin confirmation.',
    )
  } finally {
    Object.assign(app.ctx.config, { smtpServer: undefined, publicUrl: undefined })
  }
})

test('25 files are each their own document, whatever order the parts come in', async () => {
  const files = allFiles()
  const { reference } = await registered(app.url, { ...files, ...aForm({ pastor_letter: null }) })
  const documents = await app.ctx.db.read`
    select d.kind, p.position, d.original_name, f.content_type from documents d
    join teams t on t.id = d.team_id left join players p on p.id = d.player_id join files f on f.id = d.file_id
    where t.reference = ${reference} order by p.position nulls first, d.kind`
  expect(documents.length).toBe(25)
  expect(documents.slice(0, 5).map(({ kind, position, content_type }) => [kind, position, content_type])).toEqual([
    ['group_photo', null, 'image/jpeg'],
    ['pastor_letter', null, 'application/pdf'],
    ['payment_receipt', null, 'image/png'],
    ['aadhar', 1, 'application/pdf'],
    ['subscription', 1, 'image/png'],
  ])
  expect(leftOver()).toEqual([])
})

test('a repeat with its key is answered with the first body, and registers nothing', async () => {
  const [fields, id] = [{ ...aForm(), ...allFiles() }, key()]
  const first = await register(app.url, fields, withKey(id))
  const teams = await countOf('teams')
  const again = await register(app.url, fields, withKey(id))
  expect([first.status, again.status]).toEqual([201, 201])
  expect(first.headers.get('idempotent-replayed')).toBeNull()
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await again.json()).toEqual(await first.json())
  expect(await countOf('teams')).toBe(teams)
})

test('a key that comes again with other words or other bytes is refused', async () => {
  const [fields, id] = [aForm(), key()]
  await register(app.url, fields, withKey(id))
  const others = [
    { ...fields, player_3_role: 'Bowler', player_4_role: '' },
    { ...fields, pastor_letter: new File([samplePdf(1600, 'another')], 'letter.pdf') },
    { ...fields, group_photo: new File([samplePng()], 'photo.png') },
  ]
  for (const other of others)
    expect(await refused(other, withKey(id))).toMatchObject({ status: 422, error_code: 'IDEMPOTENCY_KEY_REUSED' })
  const { pastor_letter, ...rest } = fields
  expect((await register(app.url, { pastor_letter: pastor_letter!, ...rest }, withKey(id))).status).toBe(201)
})

test('two at once with one key are one team, and both are told so', async () => {
  const [fields, id, teams] = [{ ...aForm(), ...allFiles() }, key(), await countOf('teams')]
  const answers = await Promise.all([1, 2, 3].map(() => register(app.url, fields, withKey(id))))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  const bodies = await Promise.all(answers.map((answer) => answer.json()))
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
  expect(await countOf('teams')).toBe(teams + 1)
})

test('while the first is being written the second waits for it', async () => {
  const [fields, id] = [aForm(), key()]
  const answers = await app.ctx.db.write.begin(async (tx) => {
    // Both come to the tournament's lock, the second to the key's.
    await tx`select pg_advisory_xact_lock(7103, hashtext(${app.ctx.tournament.id}))`
    const both = [1, 2].map(() => register(app.url, fields, withKey(id)))
    const waiting = () =>
      app.ctx.db.read`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`
    for (const end = Date.now() + 20_000; Date.now() < end && (await waiting())[0]!.n < 2; await Bun.sleep(20));
    return both
  })
  const [one, two] = await Promise.all(answers)
  expect([one!.status, two!.status]).toEqual([201, 201])
  expect([one!, two!].map((answer) => answer.headers.get('idempotent-replayed')).sort()).toEqual([null, 'true'].sort())
}, 60_000)

test('everything wrong is told at once, by the names of this form', async () => {
  const before = await countOf('uploads')
  const answer = await refused(
    aForm({
      team_name: '',
      church_name: 'X',
      captain_phone: '12',
      captain_whatsapp: 'none',
      vice_email: 'nobody',
      player_3_role: 'Captain',
      player_5_name: '7',
      player_6_aadhar_file: new File(['<svg/>'], 'id.png', { type: 'image/png' }),
      player_7_subscription_file: new File([], 'card.pdf'),
      group_photo: new File([samplePdf(6 * 1024 * 1024)], 'huge.pdf'),
      payment_receipt: 'data:image/png;base64,AAAA',
      selfie: new File([samplePng()], 'selfie.png'),
      pastor_letter: null,
    }),
  )
  expect(answer).toMatchObject({ status: 422, success: false, error_code: 'VALIDATION_FAILED', status_code: 422 })
  expect(Object.keys(answer.details).sort()).toEqual(
    [
      'team_name',
      'church_name',
      'captain_phone',
      'captain_whatsapp',
      'vice_email',
      'player_3_role',
      'player_5_name',
      'player_6_aadhar_file',
      'player_7_subscription_file',
      'group_photo',
      'payment_receipt',
      'selfie',
      'pastor_letter',
    ].sort(),
  )
  expect(answer.detail).toBe(answer.message)
  expect(answer.message).toContain('team_name: ')
  expect(answer.error).toEqual({ code: answer.error_code, message: answer.message, details: answer.details })
  expect(await countOf('uploads')).toBe(before)
  expect(leftOver()).toEqual([])
})

test('a letter of the wrong kind is told as that, not as missing', async () => {
  const wrong = { ...aForm(), pastor_letter: new File(['MZ'], 'letter.pdf', { type: 'application/pdf' }) }
  const { details, message } = await refused(wrong)
  expect(details).toEqual({ pastor_letter: 'Only PDF, PNG, JPEG, WebP and HEIC files are taken.' })
  expect(message.match(/pastor_letter: /g)).toHaveLength(1)
})

test('of a file that comes twice the last one counts', async () => {
  const send = async (...letters: File[]) => {
    const form = formData(aForm({ pastor_letter: null }))
    for (const letter of letters) form.append('pastor_letter', letter)
    return (await fetch(`${app.url}/api/register/team`, { method: 'POST', body: form })).status
  }
  const [wrong, right] = [new File(['MZ'], 'letter.pdf'), new File([samplePdf()], 'letter.pdf')]
  expect([await send(wrong, right), await send(right, wrong)]).toEqual([201, 422])
  expect(leftOver()).toEqual([])
})

test('a field that has the name of what every object has is a field like any other', async () => {
  const names = ['constructor', 'toString', '__proto__', 'player_0_constructor']
  const all = (value: string | File) => Object.fromEntries(names.map((name) => [name, value]))
  expect((await register(app.url, { ...aForm(), ...all('x') })).status).toBe(201)
  const { status, details } = await refused({ ...aForm(), ...all(new File([samplePng()], 'photo.png')) })
  expect([status, Object.keys(details).sort()]).toEqual([422, names.sort()])
})

test('a squad has 11 to 15 players', async () => {
  for (const size of [0, 10, 16]) {
    const fields = {
      ...aForm({}, Math.min(size, 15)),
      ...(size > 15 ? { player_15_name: 'Sixteen Raj', player_15_role: '' } : {}),
    }
    expect(await refused(fields)).toMatchObject({
      status: 422,
      details: { players: expect.stringContaining('11 to 15') },
    })
  }
  for (const size of [11, 15]) expect((await register(app.url, aForm({}, size))).status).toBe(201)
})

test('a player left out in between is named', async () => {
  const gap = await refused(aForm({ player_4_name: null, player_4_role: null }, 12))
  expect(Object.keys(gap.details)).toEqual(['player_4_name'])
  const byFile = await refused(aForm({ player_12_aadhar_file: new File([samplePdf()], 'id.pdf') }))
  expect(Object.keys(byFile.details)).toEqual(['player_11_name', 'player_12_name'])
})

test('a church enters two teams, however its name is written; rejected ones do not count', async () => {
  const church = 'Grace Chapel'
  await registered(app.url, aForm({ church_name: church }))
  const { reference } = await registered(app.url, aForm({ church_name: ' grace  CHAPEL ' }))
  const third = () => refused(aForm({ church_name: 'GraceChapel' }))
  expect(await third()).toMatchObject({
    status: 409,
    error_code: 'CLUB_LIMIT_REACHED',
    details: { church_name: expect.anything() },
  })
  expect((await third()).message).toContain('Maximum 2 teams')
  const { cookie } = await signedIn(app.ctx, 'owner', 'Ruth')
  const [team] = await app.ctx.db.read`select code from teams where reference = ${reference}`
  const rejection = await fetch(`${app.url}/admin/teams/${team!.code}/reject`, {
    method: 'PUT',
    headers: { cookie, origin: app.url },
  })
  expect(rejection.status).toBe(200)
  await registered(app.url, aForm({ church_name: church }))
})

test('of a registration that is refused at the last the files go after a day', async () => {
  const church = 'Cedar Chapel'
  for (let team = 0; team < 2; team += 1) await registered(app.url, aForm({ church_name: church }))
  expect(await refused({ ...aForm({ church_name: church }), ...allFiles() })).toMatchObject({ status: 409 })
  const unbound = async () =>
    (
      await app.ctx.db.read`
      select count(*)::int as files from files f where not exists (select from documents d where d.file_id = f.id)`
    )[0]!.files
  expect(await unbound()).toBeGreaterThanOrEqual(25)
  app.ctx.travel(49 * 3_600_000)
  try {
    await collectOrphans(app.ctx)
    expect(await unbound()).toBe(0)
  } finally {
    app.ctx.travel(-49 * 3_600_000)
  }
})

test('a captain’s e-mail is one team’s, in capitals, too', async () => {
  const fields = aForm()
  await registered(app.url, fields)
  const other = aForm({ captain_email: String(fields.captain_email).toUpperCase() })
  expect(await refused(other)).toMatchObject({
    status: 409,
    error_code: 'DUPLICATE_CAPTAIN_EMAIL',
    details: { captain_email: expect.anything() },
  })
})

test('what is no form, or has no usable key, is refused in this door’s words', async () => {
  const json = await fetch(`${app.url}/api/register/team`, { method: 'POST', body: '{}' })
  expect([json.status, ((await json.json()) as Refusal).error_code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  expect(await refused(aForm(), withKey('')).then(({ status }) => status)).toBe(400)
  expect(await refused(aForm({ team_name: 'x'.repeat(5000) }))).toMatchObject({
    status: 413,
    error_code: 'BODY_TOO_LARGE',
  })
})

test('a closed registration takes nothing, and keeps nothing', async () => {
  await app.ctx.db.write`update tournaments set closes_at = now() - interval '1 day'`
  app.ctx.travel(3000)
  try {
    const before = await countOf('uploads')
    expect(await refused(aForm())).toMatchObject({ status: 403, error_code: 'REGISTRATION_CLOSED' })
    expect(await countOf('uploads')).toBe(before)
    expect(leftOver()).toEqual([])
  } finally {
    await app.ctx.db.write`update tournaments set closes_at = null`
    app.ctx.travel(3000)
  }
})
