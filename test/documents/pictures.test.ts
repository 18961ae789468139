import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { collectOrphans, drawMissingPictures } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { PICTURE_SIZES, pictureName } from '#src/files/picture-name.ts'
import { paintJpeg } from '#test/support/pictures.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'

const DAY_MS = 86_400_000
const { ctx, url, visit, end } = await staffApp()
let reviewer: SignedIn
let painted = 0

beforeAll(async () => {
  reviewer = await signedIn(ctx, 'reviewer', 'Meena')
})
afterAll(end)

/** A registration with a group photo unlike any other, or with the file given; where its document is shown, and its file. */
async function aDocument(file?: File) {
  painted += 1
  const photo = file ?? new File([await paintJpeg(640, 480 + painted)], 'all of us.jpg')
  const { id } = await send(url, { documents: [await upload(url, 'group_photo', photo)] })
  const [row] = await ctx.db.read`
    select d.id, f.id as "fileId", f.name, f.tournament_id as "tournamentId"
    from documents d join files f on f.id = d.file_id where d.team_id = ${id}`
  const path = (name: string) => join(ctx.config.dataDir, 'files', row!.tournamentId, name.slice(0, 2), name)
  return {
    address: `/admin/registrations/${id}/documents/${row!.id}/picture`,
    documentId: row!.id as string,
    fileId: row!.fileId as string,
    path: path(row!.name),
    picturePaths: PICTURE_SIZES.map((size) => path(pictureName(row!.name, size))),
  }
}

const see = async (address: string) => {
  const answer = await visit(address, { cookie: reviewer.cookie })
  return answer.status === 303 ? visit(answer.headers.get('location')!) : answer
}
const factsOf = async (fileId: string) =>
  (
    await ctx.db
      .read`select picture_tries as tries, pictures_at is not null as settled, width, height from files where id = ${fileId}`
  )[0]

test('a picture is drawn when nobody asks, and shown as WebP to who may see documents', async () => {
  const { address, fileId, picturePaths, documentId } = await aDocument()
  await drawMissingPictures(ctx)
  expect(await factsOf(fileId)).toMatchObject({ tries: 1, settled: true, width: 640 })
  expect(picturePaths.map((path) => existsSync(path))).toEqual([true, true])
  const answer = await see(address)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp'])
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  expect(await new Bun.Image(await answer.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 640 })
  const views = await ctx.db
    .read`select data from audit_entries where event = 'document.viewed' and subject_id = ${documentId}`
  expect(views.map(({ data }) => data.picture)).toEqual([1280])
})

test('who looks before it is drawn waits for it, and many who look have it drawn once', async () => {
  const { address, fileId } = await aDocument()
  const answers = await Promise.all(Array.from({ length: 5 }, () => see(address)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(await factsOf(fileId)).toMatchObject({ tries: 1, settled: true })
})

test('of a PDF, and of what cannot be drawn, there is none', async () => {
  const pdf = await aDocument(new File([samplePdf()], 'photo.pdf'))
  expect((await see(pdf.address)).status).toBe(404)
  const broken = await aDocument(new File([(await paintJpeg(64, 64)).slice(0, 30)], 'broken.jpg'))
  await drawMissingPictures(ctx)
  expect(await factsOf(broken.fileId)).toMatchObject({ settled: true, width: null })
  expect((await see(broken.address)).status).toBe(404)
})

test('a store that does not answer is told, costs no attempt, and the picture comes when it answers again', async () => {
  const { address, fileId } = await aDocument()
  const { open } = ctx.files
  ctx.files.open = () => Promise.reject(new AppError('STORAGE_UNAVAILABLE'))
  try {
    for (let asked = 0; asked < 4; asked++) expect((await see(address)).status).toBe(503)
  } finally {
    ctx.files.open = open
  }
  expect(await factsOf(fileId)).toMatchObject({ tries: 0, settled: false })
  expect((await see(address)).status).toBe(200)
})

test('a file that ended the process three times is left alone', async () => {
  const { address, fileId } = await aDocument()
  await ctx.db
    .write`update files set picture_tries = 3, picture_tried_at = now() - interval '1 hour' where id = ${fileId}`
  await drawMissingPictures(ctx)
  expect(await factsOf(fileId)).toMatchObject({ tries: 3, settled: false })
  expect((await see(address)).status).toBe(404)
})

test('one that another process is at is not drawn twice', async () => {
  const { fileId } = await aDocument()
  await ctx.db.write`update files set picture_tries = 1, picture_tried_at = ${ctx.now()} where id = ${fileId}`
  await drawMissingPictures(ctx)
  expect(await factsOf(fileId)).toMatchObject({ tries: 1, settled: false })
})

test('pictures go with their file', async () => {
  const { documentId, fileId, path, picturePaths } = await aDocument()
  await drawMissingPictures(ctx)
  await ctx.db.write`delete from uploads where file_id = ${fileId}`
  await ctx.db.write`delete from documents where id = ${documentId}`
  ctx.travel(2 * DAY_MS)
  await collectOrphans(ctx)
  expect([path, ...picturePaths].map((one) => existsSync(one))).toEqual([false, false, false])
})

test('nobody and viewers see none', async () => {
  const { address } = await aDocument()
  expect((await visit(address)).headers.get('location')).toStartWith('/sign-in')
  const viewer = await signedIn(ctx, 'viewer', 'Kavi')
  expect((await visit(address, { cookie: viewer.cookie })).status).toBe(403)
})
