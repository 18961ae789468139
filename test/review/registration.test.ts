import { afterAll, beforeAll, expect, test } from 'bun:test'
import { addTestTournament } from '#test/support/context.ts'
import { aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'

const { ctx, url, visit, end } = await staffApp()
let reviewer: SignedIn
let viewer: SignedIn
let id: string

beforeAll(async () => {
  reviewer = await signedIn(ctx, 'reviewer', 'Meena')
  viewer = await signedIn(ctx, 'viewer', 'Victor')
  const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter of ours.pdf'))
  const card = await upload(url, 'aadhar', new File([sampleJpeg()], 'card.jpg'))
  const players = aSquad(11)
  players[0]!.documents = [card]
  const captain = { name: 'Samuel Raj', phone: '+919812345678', email: 'samuel@example.org' }
  id = (
    await send(url, { teamName: 'Lions & Sons', captain, players, documents: [letter], paymentReference: 'UPI 4711' })
  ).id
})
afterAll(() => end())

const page = async (by: SignedIn) => (await visit(`/admin/registrations/${id}`, { cookie: by.cookie })).text()

test('a reviewer sees squad, contacts, documents, history and mails', async () => {
  const text = await page(reviewer)
  for (const shown of [
    'TEAM-001',
    'Lions &amp; Sons',
    'Samuel Raj',
    '+919812345678',
    'samuel@example.org',
    'UPI 4711',
    'Squad of 11 players',
  ])
    expect(text).toContain(shown)
  for (const shown of [
    'TEAM-001-P01',
    'Arun Raj',
    'Wicket-Keeper',
    'National ID (Aadhaar): Arun Raj',
    'Registration received',
    'Asia/Kolkata',
  ])
    expect(text).toContain(shown)
})

test('a viewer sees phones and e-mails masked, and that there are documents but not which', async () => {
  const text = await page(viewer)
  expect(text).toContain('+91•••••••678')
  expect(text).toContain('s•••@e•••.org')
  expect(text).toContain('National ID (Aadhaar)')
  for (const hidden of ['+919812345678', 'samuel@example.org', 'letter of ours', '/documents/'])
    expect(text).not.toContain(hidden)
})

test('every look at a document is written down, and leads to a short-lived address', async () => {
  const path = (await page(reviewer)).match(/\/admin\/registrations\/[\w-]+\/documents\/([\w-]+)/)!
  const answer = await visit(path[0], { cookie: reviewer.cookie })
  expect(answer.status).toBe(303)
  expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN')
  const file = await visit(answer.headers.get('location')!)
  expect(file.headers.get('content-type')).toBe('application/pdf')
  const looks = await ctx.db.read`select actor_id as "actorId", tournament_id as "tournamentId", data from audit_entries
    where event = 'document.viewed' and subject_id = ${path[1]!}`
  expect(looks).toMatchObject([{ actorId: reviewer.actor.id, tournamentId: ctx.tournament.id, data: { teamId: id } }])
})

test('documents open for nobody else', async () => {
  const path = (await page(reviewer)).match(/\/admin\/registrations\/[\w-]+\/documents\/[\w-]+/)![0]
  expect((await visit(path)).headers.get('location')).toStartWith('/sign-in?next=')
  expect((await visit(path, { cookie: viewer.cookie })).status).toBe(403)
  expect((await visit(path.replace(id, crypto.randomUUID()), { cookie: reviewer.cookie })).status).toBe(404)
  expect((await visit(path.replace(/[\w-]+$/, 'x'), { cookie: reviewer.cookie })).status).toBe(404)
})

test('somebody whose role is for another tournament sees nothing of this one', async () => {
  const other = await addTestTournament(ctx, 'other')
  const guest = await signedIn(ctx, 'admin', 'Guest')
  await ctx.db.read`update staff_roles set tournament_id = ${other!} where staff_id = ${guest.actor.id}`
  for (const path of ['/admin', '/admin/registrations', `/admin/registrations/${id}`])
    expect((await visit(path, { cookie: guest.cookie })).status).toBe(403)
})

test('an id of no registration is not found', async () => {
  for (const path of [crypto.randomUUID(), 'TEAM-001'])
    expect((await visit(`/admin/registrations/${path}`, { cookie: reviewer.cookie })).status).toBe(404)
})

test('it takes at most three statements', async () => {
  const statements: string[] = []
  const debugging = ctx.db.read.options as { debug?: unknown }
  // A new connection asks for PostgreSQL's types once.
  debugging.debug = (_: number, query: string) => void (query.includes('pg_catalog.pg_type') || statements.push(query))
  for (const path of [`/admin/registrations/${id}`, '/admin/registrations', '/admin']) {
    await ctx.findTournament()
    statements.length = 0
    expect((await visit(path, { cookie: reviewer.cookie })).status).toBe(200)
    expect([path, statements.length <= 3, statements]).toEqual([path, true, statements])
  }
  debugging.debug = undefined
})
