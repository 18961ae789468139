import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Registered, registerTeam } from '#src/registration/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())

const post = (body: unknown, headers: Record<string, string> = {}, path = '/api/v1/registrations') =>
  fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

async function upload(kind: string, content = `%PDF-1.4 ${kind} ${crypto.randomUUID()}`): Promise<string> {
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', new File([content], `${kind}.pdf`, { type: 'application/pdf' }))
  const answer = await fetch(`${app.url}/api/v1/uploads`, { method: 'POST', body: form })
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

const withLetter = async (about: Parameters<typeof aRegistration>[0] = {}) =>
  aRegistration({ documents: [await upload('pastor_letter')], ...about })

type Problem = {
  code: string
  status: number
  request_id: string
  errors: { field: string; pointer: string; code: string; message: string }[]
}
const fieldsOf = async (answer: Response) =>
  ((await answer.json()) as Problem).errors.map((error) => `${error.field} ${error.code}`)

test('a registration with its documents is answered 201 with reference, PIN and link; the team id stays hidden until approval', async () => {
  const aadhar = await upload('aadhar')
  const body = await withLetter()
  body.players[0]!.documents = [aadhar]
  const answer = await post(body, { 'x-request-id': 'mine-1' })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('x-request-id')).toBe('mine-1')
  const registered = (await answer.json()) as Record<string, string>
  expect(registered as unknown).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    teamId: null,
    state: 'submitted',
    reference: expect.any(String),
    pin: expect.stringMatching(/^\d{6}$/),
    statusUrl: expect.stringContaining(`${app.url}/entry/`),
  })
  expect(answer.headers.get('location')).toEndWith(`/registrations/${registered.id}`)
  const documents = await app.ctx.db
    .read`select kind, player_id is null as of_team from documents where team_id = ${registered.id!} order by position`
  expect(documents).toMatchObject([
    { kind: 'pastor_letter', of_team: true },
    { kind: 'aadhar', of_team: false },
  ])
  const page = await fetch(registered.statusUrl!)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain(body.teamName)
})

test('everything that is wrong is told at once, by the body’s own field names and as JSON pointers', async () => {
  const body = aRegistration({
    teamName: 'A',
    clubName: '<script>',
    captain: { name: 'R2 D2', phone: '12', email: 'nobody@', whatsapp: 'x' },
    players: aSquad(10),
  })
  body.players[2] = { name: '', role: 'Umpire', jerseyNumber: 1000 }
  body.players[3]!.name = body.players[1]!.name.toUpperCase()
  const answer = await post(body)
  expect(answer.status).toBe(422)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await answer.json()) as Problem
  expect(problem).toMatchObject({
    code: 'VALIDATION_FAILED',
    status: 422,
    request_id: answer.headers.get('x-request-id')!,
  })
  expect(problem.errors.map(({ field, code }) => `${field} ${code}`)).toEqual([
    'teamName length',
    'clubName characters',
    'captain.name characters',
    'captain.phone phone',
    'captain.email email',
    'captain.whatsapp phone',
    'players[2].name required',
    'players[2].role choice',
    'players[2].jerseyNumber range',
    'players squad_size',
    'players[3].name duplicate',
    'documents required',
  ])
  expect(problem.errors.find(({ field }) => field === 'players[2].name')?.pointer).toBe('/players/2/name')
})

test('names of every script are taken, tidied and composed', async () => {
  const answer = await post(
    await withLetter({
      teamName: '  சென்னை   சிங்கங்கள் ',
      captain: { name: 'முத்துச்சாமி', phone: '9876501234', email: 'muthu@example.org' },
      viceCaptain: { name: 'राज कुमार', phone: '9876501235', email: 'raj@example.org' },
    }),
  )
  expect(answer.status).toBe(201)
  const [team] = await app.ctx.db.read`select name from teams where captain_email = 'muthu@example.org'`
  expect(team!.name).toBe('சென்னை சிங்கங்கள்')
})

test('a replay answers 201 with the first answer, says so, and needs no upload again', async () => {
  const body = await withLetter()
  const first = await post(body, { 'idempotency-key': 'replay-me' })
  const second = await post(body, { 'idempotency-key': 'replay-me' })
  expect([first.status, second.status]).toEqual([201, 201])
  expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([null, 'true'])
  expect(await second.json()).toEqual(await first.json())
  expect((await post({ ...body, teamName: 'Another Name' }, { 'idempotency-key': 'replay-me' })).status).toBe(422)
})

test.each(['', 'a'.repeat(256), 'tab\there'])('the Idempotency-Key %p is refused', async (key) => {
  expect((await post(aRegistration(), { 'idempotency-key': key })).status).toBe(400)
})

test('sent again while its first sending commits, it gets the first answer, not that its uploads are taken', async () => {
  const body = await withLetter()
  const sending = { body, key: 'commits meanwhile', door: 'api', missingField: () => 'documents' } as const
  let first: Promise<Registered> | undefined
  const read = async (texts: TemplateStringsArray, ...values: never[]) => {
    if (texts.join('').includes('from uploads u join files'))
      first ??= registerTeam(app.ctx, app.ctx.tournament, sending)
    if (first) await first
    return app.ctx.db.read(texts, ...values)
  }
  const db = { ...app.ctx.db, read: read as unknown as typeof app.ctx.db.read }
  const again = await registerTeam({ ...app.ctx, db }, app.ctx.tournament, sending)
  expect(again).toEqual({ ...(await first!), replayed: true })
})

test('an upload is bound by the first registration that names it; a refused one binds nothing', async () => {
  const letter = await upload('pastor_letter')
  expect((await post(aRegistration({ documents: [letter], teamName: '!' }))).status).toBe(422)
  expect((await post(aRegistration({ documents: [letter] }))).status).toBe(201)
  const late = await post(aRegistration({ documents: [letter] }))
  expect(late.status).toBe(422)
  expect(await fieldsOf(late)).toEqual(['documents[0] upload', 'documents required'])
})

test('of two at once with one upload, one wins', async () => {
  const letter = await upload('pastor_letter')
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(aRegistration({ documents: [letter] }))))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array<number>(7).fill(422)])
})

test('a document of the wrong kind, an unknown id and a missing one are told by their place', async () => {
  const body = aRegistration({ documents: [await upload('aadhar'), 'no-such-upload'] })
  body.players[1]!.documents = [await upload('group_photo')]
  expect(await fieldsOf(await post(body))).toEqual([
    'documents[1] upload',
    'documents[0] subject',
    'players[1].documents[0] subject',
    'documents required',
  ])
})

test.each([
  ['{', 400],
  ['[]', 422],
  ['null', 422],
  ['"text"', 422],
  [`{"players": ${'['.repeat(40)}${']'.repeat(40)}}`, 400],
  ['{"teamName": 7, "captain": [], "players": {}, "documents": "x", "viceCaptain": null}', 422],
  [
    '{"teamName": "\\u0000\\ud800", "paymentReference": "\\ud800", "players": [{"name": {}, "jerseyNumber": 1e400}]}',
    422,
  ],
])('the body %p gets a clear answer', async (body, status) => {
  const answer = await fetch(`${app.url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
})

test('a body that is too large, of another type or compressed is refused before it is read', async () => {
  const send = (headers: Record<string, string>, body: string) =>
    fetch(`${app.url}/api/v1/registrations`, { method: 'POST', headers, body }).then((answer) => answer.status)
  expect(await send({ 'content-type': 'application/json' }, `"${'x'.repeat(256 * 1024)}"`)).toBe(413)
  expect(await send({ 'content-type': 'text/plain' }, '{}')).toBe(415)
  expect(await send({ 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}')).toBe(415)
})

test('the last places of a club are told as a conflict that names the field and the limit', async () => {
  const clubName = 'Church of the Two'
  expect((await post(await withLetter({ clubName }))).status).toBe(201)
  expect((await post(await withLetter({ clubName: clubName.toUpperCase() }))).status).toBe(201)
  const third = await post(await withLetter({ clubName }))
  expect(third.status).toBe(409)
  const problem = (await third.json()) as Problem & { detail: string }
  expect(problem.code).toBe('CLUB_LIMIT_REACHED')
  expect(problem.detail).toContain('Maximum 2 teams')
  expect(problem.errors).toMatchObject([{ field: 'clubName' }])
  const availability = (await (await fetch(`${app.url}/api/v1/clubs/availability?q=of+the+two`)).json()) as {
    items: unknown[]
  }
  expect(availability as unknown).toEqual({
    items: [{ clubName, teamCount: 2, placesLeft: 0, full: true }],
    nextCursor: null,
  })
})

test('each tournament has its own routes, numbers and rules', async () => {
  await addTestTournament(app.ctx, 'summer')
  const answer = await post(aRegistration(), {}, '/api/v1/tournaments/summer/registrations')
  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ teamId: 'TEAM-001' })
  expect((await post(aRegistration(), {}, '/api/v1/tournaments/nowhere/registrations')).status).toBe(404)
})

test('only approved teams are public, with nothing personal, by UUID and by team id', async () => {
  const body = await withLetter()
  const { id } = (await (await post(body)).json()) as { id: string }
  expect((await fetch(`${app.url}/api/v1/teams/${id}`)).status).toBe(404)
  const [{ code }] = await app.ctx.db.write<
    [{ code: string }]
  >`update teams set state = 'approved' where id = ${id} returning code`
  const team = { id, teamId: code, teamName: body.teamName, clubName: body.clubName, playerCount: 11 }
  expect(await (await fetch(`${app.url}/api/v1/teams/${id}`)).json()).toEqual(team)
  expect(await (await fetch(`${app.url}/api/v1/teams/${code.toLowerCase()}`)).json()).toEqual(team)
  expect(await (await fetch(`${app.url}/api/v1/tournaments/icct26/teams/${code}`)).json()).toEqual(team)
  expect(await (await fetch(`${app.url}/api/v1/teams?sort=name&limit=1`)).json()).toEqual({
    items: [team],
    nextCursor: null,
  })
})

test.each(['limit=0', 'limit=101', 'limit=x', 'sort=captain_email', 'cursor=%22', 'cursor=WzFd'])(
  'the list refuses %s',
  async (query) => {
    const answer = await fetch(`${app.url}/api/v1/teams?${query}`)
    expect(answer.status).toBe(422)
    expect(await fieldsOf(answer)).toHaveLength(1)
  },
)
