import { afterAll, beforeAll, expect, test } from 'bun:test'
import { addTestTournament } from '#test/support/context.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'

type Problem = { code: string; errors: { field: string }[] }
type Item = { id: string; teamName: string; captain: { phone: string; email: string } }
type List = { items: Item[]; nextCursor: string | null }

const { ctx, url, visit, end } = await staffApp()
let reviewer: SignedIn
let viewer: SignedIn
let withLetter: string

beforeAll(async () => {
  reviewer = await signedIn(ctx, 'reviewer', 'Meena')
  viewer = await signedIn(ctx, 'viewer', 'Victor')
  const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter.pdf'))
  const captain = { name: 'Samuel Raj', phone: '+919812345678', email: 'samuel@example.org' }
  withLetter = (await send(url, { teamName: 'Lions', clubName: 'Alpha', captain, documents: [letter] })).id
  for (const teamName of ['Bears', 'Cats', 'Dogs', 'Eagles']) await send(url, { teamName, clubName: 'Beta' })
})
afterAll(() => end())

const get = async <Body>(path: string, by = reviewer) => {
  const answer = await visit(`/api/v1/registrations${path}`, { cookie: by.cookie })
  return { status: answer.status, body: (await answer.json()) as Body }
}

test('the list has items of one shape, newest first', async () => {
  const { status, body } = await get<List>('?q=lions')
  expect(status).toBe(200)
  expect(body).toEqual({
    items: [
      {
        id: withLetter,
        teamId: 'TEAM-001',
        teamName: 'Lions',
        clubName: 'Alpha',
        state: 'submitted',
        captain: { name: 'Samuel Raj', phone: '+919812345678', email: 'samuel@example.org' },
        playerCount: 11,
        submittedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ],
    nextCursor: null,
  } as unknown as List)
})

test('cursors lead through it in every order', async () => {
  for (const sort of ['newest', 'oldest', 'name', 'club']) {
    const names: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body }: { body: List } = await get<List>(`?sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`)
      names.push(...body.items.map((item) => item.teamName))
      cursor = body.nextCursor
    }
    expect([sort, names.length, new Set(names).size]).toEqual([sort, 5, 5])
  }
})

test('filters narrow it', async () => {
  expect((await get<List>('?state=submitted&club=beta')).body.items.length).toBe(4)
  expect((await get<List>('?state=approved')).body.items).toEqual([])
})

test.each([
  ['?limit=0', 'limit'],
  ['?limit=101', 'limit'],
  ['?limit=many', 'limit'],
  ['?sort=luck', 'sort'],
  ['?state=king', 'state'],
  ['?cursor=nonsense', 'cursor'],
  [`?cursor=${Buffer.from('["newest","after","99999999999"]').toString('base64url')}`, 'cursor'],
  [`?sort=name&cursor=${Buffer.from('["name","after","a","b"]').toString('base64url')}`, 'cursor'],
])('%s is refused, naming the field', async (query, field) => {
  const { status, body } = await get<Problem>(query)
  expect([status, body.code, body.errors[0]!.field]).toEqual([422, 'VALIDATION_FAILED', field])
})

test('one registration has squad, documents, references and history', async () => {
  const { status, body } = await get<Record<string, unknown>>(`/${withLetter}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    teamId: 'TEAM-001',
    viceCaptain: {
      name: expect.any(String),
      phone: expect.any(String),
      email: expect.any(String),
      whatsapp: expect.any(String),
    },
    documents: [{ kind: 'pastor_letter', fileName: 'letter.pdf', contentType: 'application/pdf', bytes: 1500 }],
    reference: expect.any(String),
    paymentReference: null,
    history: [{ from: null, to: 'submitted', reason: null, by: { kind: 'captain', name: null } }],
  })
  const players = body.players as { playerId: string; documents: unknown[] }[]
  expect([players.length, players[0]!.playerId, players[0]!.documents]).toEqual([11, 'TEAM-001-P01', []])
})

test('a viewer’s answers are masked', async () => {
  const { body } = await get<List>('?q=lions', viewer)
  expect(body.items[0]!.captain).toMatchObject({ phone: '+91•••••••678', email: 's•••@e•••.org' })
  const one = await get<{ documents: unknown[] }>(`/${withLetter}`, viewer)
  expect(JSON.stringify(one.body)).not.toContain('samuel@example.org')
  expect(one.body.documents).toMatchObject([{ kind: 'pastor_letter', fileName: null, contentType: null }])
})

test('nobody, and what is not there, are told so', async () => {
  expect((await visit('/api/v1/registrations')).status).toBe(401)
  expect((await visit(`/api/v1/registrations/${withLetter}`)).status).toBe(401)
  expect((await get(`/${crypto.randomUUID()}`)).status).toBe(404)
  expect((await get('/TEAM-001')).status).toBe(404)
})

test('another tournament’s door shows its own registrations only', async () => {
  await addTestTournament(ctx, 'other')
  const answer = await visit('/api/v1/tournaments/other/registrations', { cookie: reviewer.cookie })
  expect(await answer.json()).toEqual({ items: [], nextCursor: null })
  const one = await visit(`/api/v1/tournaments/other/registrations/${withLetter}`, { cookie: reviewer.cookie })
  expect(one.status).toBe(404)
})
