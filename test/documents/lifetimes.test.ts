import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { drawMissingPictures, eraseOldDocuments } from '#src/documents/service.ts'
import { PICTURE_SIZES, pictureName } from '#src/files/picture-name.ts'
import { withdrawTeam } from '#src/registration/entry/open.ts'
import { approve, reject } from '#src/review/service.ts'
import { paintJpeg } from '#test/support/pictures.ts'
import { aSquad } from '#test/support/registrations.ts'
import { type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

setDefaultTimeout(60_000)

const DAY_MS = 86_400_000
const { ctx, url, visit, end } = await staffApp({ preset: 'icct26' })
let reviewer: SignedIn
let painted = 0

beforeAll(async () => {
  reviewer = await signedIn(ctx, 'reviewer', 'Meena')
})
afterAll(end)

const aPicture = async () => {
  painted += 1
  return new File([await paintJpeg(64, 48 + painted)], `photo ${painted}.jpg`)
}

/** A registration with a letter (30 days), a receipt (a year) and the first player's national ID (30 days), each a picture. */
async function aTeam({ id: idFile }: { id?: File } = {}) {
  const letter = await upload(url, 'pastor_letter', await aPicture())
  const receipt = await upload(url, 'payment_receipt', await aPicture())
  const nationalId = await upload(url, 'aadhar', idFile ?? (await aPicture()))
  const [first, ...others] = aSquad(11)
  const players = [{ ...first!, documents: [nationalId] }, ...others]
  const sent = await send(url, { documents: [letter, receipt], players })
  await drawMissingPictures(ctx)
  return sent
}

type Row = { kind: string; fileId: string | null; originalName: string; erasedFor: string | null }
const documentsOf = (teamId: string) =>
  ctx.db.read<Row[]>`
    select kind, file_id as "fileId", original_name as "originalName", erased_for as "erasedFor" from documents
    where team_id = ${teamId} order by position`
const heldKinds = async (teamId: string) =>
  (await documentsOf(teamId)).filter(({ fileId }) => fileId !== null).map(({ kind }) => kind)
/** Where the file and its pictures lie on the disk. */
async function pathsOf(teamId: string, kind: string) {
  const [file] = await ctx.db.read`
    select f.name, f.tournament_id as "tournamentId" from documents d join files f on f.id = d.file_id
    where d.team_id = ${teamId} and d.kind = ${kind}`
  const names = [file!.name, ...PICTURE_SIZES.map((size) => pictureName(file!.name, size))]
  return names.map((name: string) => join(ctx.config.dataDir, 'files', file!.tournamentId, name.slice(0, 2), name))
}
const decide = (decision: typeof approve, teamId: string) =>
  decision(ctx, reviewer.actor, ctx.tournament, teamId, { expectedState: 'submitted', reason: 'As agreed.' })
async function countErasedEvents(teamId: string): Promise<number> {
  const events = await ctx.db.read`
    select 1 from audit_entries where event = 'document.erased' and actor_kind = 'system' and data->>'teamId' = ${teamId}`
  return events.length
}

test('a document goes when its kind’s time after the decision is over, pictures too; who decided and when stays', async () => {
  const { id } = await aTeam()
  const paths = await pathsOf(id, 'aadhar')
  expect(paths.map((path) => existsSync(path))).toEqual([true, true, true])
  ctx.travel(40 * DAY_MS)
  await eraseOldDocuments(ctx)
  expect(await heldKinds(id)).toEqual(['pastor_letter', 'payment_receipt', 'aadhar'])
  await decide(approve, id)
  ctx.travel(29 * DAY_MS)
  await eraseOldDocuments(ctx)
  expect((await heldKinds(id)).length).toBe(3)
  ctx.travel(2 * DAY_MS)
  await eraseOldDocuments(ctx)
  expect(await heldKinds(id)).toEqual(['payment_receipt'])
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, false])
  expect((await documentsOf(id)).map(({ originalName, erasedFor }) => [originalName, erasedFor])).toContainEqual([
    '',
    'retention',
  ])
  expect(await countErasedEvents(id)).toBe(2)
  const [decided] = await ctx.db.read`
    select d.actor_id from decisions d join decision_requests r on r.id = d.request_id
    where r.team_id = ${id} and outcome = 'approved'`
  expect(decided!.actor_id).toBe(reviewer.actor.id)
  ctx.travel(400 * DAY_MS)
  await eraseOldDocuments(ctx)
  expect(await heldKinds(id)).toEqual([])
})

test('a withdrawal after the decision does not begin the time anew', async () => {
  const { id } = await aTeam()
  await decide(approve, id)
  ctx.travel(20 * DAY_MS)
  await withdrawTeam(ctx, { kind: 'captain', teamId: id }, id, null)
  ctx.travel(11 * DAY_MS)
  await eraseOldDocuments(ctx)
  expect(await heldKinds(id)).toEqual(['payment_receipt'])
})

test('a kind without a time keeps its files as long as the registration', async () => {
  const { id } = await aTeam()
  await decide(reject, id)
  await ctx.db.write`update tournament_documents set retention_days = null where kind = 'aadhar'`
  try {
    ctx.travel(1000 * DAY_MS)
    await eraseOldDocuments(ctx)
    expect(await heldKinds(id)).toEqual(['aadhar'])
  } finally {
    await ctx.db.write`update tournament_documents set retention_days = 30 where kind = 'aadhar'`
  }
})

test('the same bytes stay for the team whose time is not over, and a put of them meanwhile keeps them', async () => {
  const shared = await aPicture()
  const decided = await aTeam({ id: shared })
  const waiting = await aTeam({ id: shared })
  const paths = await pathsOf(decided.id, 'aadhar')
  await decide(approve, decided.id)
  ctx.travel(31 * DAY_MS)
  await eraseOldDocuments(ctx)
  expect([await heldKinds(decided.id), (await heldKinds(waiting.id)).length]).toEqual([['payment_receipt'], 3])
  expect(paths.map((path) => existsSync(path))).toEqual([true, true, true])

  await decide(approve, waiting.id)
  ctx.travel(31 * DAY_MS)
  const again = await upload(url, 'aadhar', shared)
  await eraseOldDocuments(ctx)
  expect(existsSync(paths[0]!)).toBe(true)
  const [first, ...others] = aSquad(11)
  const letter = await upload(url, 'pastor_letter', await aPicture())
  const third = await send(url, { documents: [letter], players: [{ ...first!, documents: [again] }, ...others] })
  expect(await heldKinds(third.id)).toEqual(['pastor_letter', 'aadhar'])
})

test('two processes at it erase each document once', async () => {
  const { id } = await aTeam()
  await decide(approve, id)
  ctx.travel(31 * DAY_MS)
  await Promise.all([eraseOldDocuments(ctx), eraseOldDocuments(ctx), eraseOldDocuments(ctx)])
  expect([await heldKinds(id), await countErasedEvents(id)]).toEqual([['payment_receipt'], 2])
})

/** An ID whose time is over and whose pictures are to be drawn, with where file and pictures are to lie. */
async function anOldIdUndrawn() {
  const { id } = await aTeam()
  const paths = await pathsOf(id, 'aadhar')
  await decide(approve, id)
  ctx.travel(31 * DAY_MS)
  await ctx.db.write`
    update files set pictures_at = null, picture_tries = 0, picture_tried_at = null
    where id = (select file_id from documents where team_id = ${id} and kind = 'aadhar')`
  return paths
}
const waitingForFiles = async () =>
  (await ctx.db.read`select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`)
    .length
const areThere = (paths: readonly string[]) => paths.map((path) => existsSync(path))

test.each(['open', 'write'] as const)(
  'a file that goes while its pictures are drawn (%s) leaves none',
  async (step) => {
    const paths = await anOldIdUndrawn()
    const { open, write } = ctx.files
    const [isThere, mayGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const pauseAt = async (here: typeof step) => {
      if (here !== step) return
      isThere.resolve()
      await mayGo.promise
    }
    ctx.files.open = async (...given) => {
      const content = new Blob([await (await open(...given)).arrayBuffer()])
      await pauseAt('open')
      return content
    }
    ctx.files.write = async (...given) => {
      await write(...given)
      await pauseAt('write')
    }
    try {
      const drawing = drawMissingPictures(ctx)
      await isThere.promise
      const erasing = eraseOldDocuments(ctx)
      // Whoever deletes waits for whoever writes.
      if (step === 'open') await erasing
      else await untilIs(waitingForFiles, (count) => count === 1)
      mayGo.resolve()
      await Promise.all([drawing, erasing])
    } finally {
      mayGo.resolve()
      Object.assign(ctx.files, { open, write })
    }
    expect(areThere(paths)).toEqual([false, false, false])
  },
)

test('a picture whose process died before the second was written goes with the file', async () => {
  const paths = await anOldIdUndrawn()
  for (const path of paths.slice(1)) rmSync(path)
  const { write } = ctx.files
  let written = 0
  ctx.files.write = (...given) => {
    written += 1
    return written === 1 ? write(...given) : Promise.reject(new Error('killed'))
  }
  await expect(drawMissingPictures(ctx)).rejects.toThrow('killed')
  ctx.files.write = write
  expect(areThere(paths).filter(Boolean)).toHaveLength(2)
  await eraseOldDocuments(ctx)
  expect(areThere(paths)).toEqual([false, false, false])
})

test('staff and captain read when it was deleted, and its old address leads nowhere', async () => {
  const { id, statusUrl } = (await aTeam()) as Awaited<ReturnType<typeof aTeam>> & { statusUrl: string }
  const [document] = await ctx.db.read`select id from documents where team_id = ${id} and kind = 'aadhar'`
  await decide(approve, id)
  ctx.travel(31 * DAY_MS)
  const owner = await signedIn(ctx, 'reviewer', 'Ravi')
  await eraseOldDocuments(ctx)
  const page = await (await visit(`/admin/registrations/${id}`, { cookie: owner.cookie })).text()
  expect(page).toContain('as planned after the decision')
  expect(page).not.toContain(`documents/${document!.id}`)
  expect((await visit(`/admin/registrations/${id}/documents/${document!.id}`, { cookie: owner.cookie })).status).toBe(
    404,
  )
  const entry = await (await visit(new URL(statusUrl, url).pathname)).text()
  expect(entry).toContain('as planned after the decision')
})
