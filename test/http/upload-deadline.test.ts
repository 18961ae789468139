import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#src/config.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { samplePdf } from '#test/support/sample-files.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp({ config: { requestTimeout: 1 } })
})
afterAll(() => app.end())

const set = (config: Partial<Config>) => {
  app.ctx.config = { ...app.ctx.config, ...config }
}
const leftBehind = () => readdirSync(join(app.ctx.config.dataDir, 'files/incoming'))

async function beginUpload(path = '/api/v1/uploads'): Promise<MultipartClient> {
  const client = await MultipartClient.open({ port: Number(new URL(app.url).port), path })
  await client.field('kind', 'group_photo')
  await client.beginPart('form-data; name="file"; filename="a.pdf"', 'application/pdf')
  return client
}

test('an upload that keeps its pace is served, however long after the deadline of other requests', async () => {
  const client = await beginUpload()
  await client.send(samplePdf(60_000), 25_000)
  await client.send('\r\n')
  expect((await client.finish()).status).toBe(201)
})

test('one that arrives after UPLOAD_TIMEOUT is refused, whole forms after FORM_TIMEOUT', async () => {
  set({ uploadTimeout: 1, formTimeout: 3 })
  const [file, form] = [await beginUpload(), await beginUpload('/register/draft')]
  const sent = performance.now()
  const answers = await Promise.all(
    [file, form].map(async (client) => {
      const answer = await client.waitForAnswer()
      return { status: answer.status, close: answer.headers.get('connection'), ms: performance.now() - sent }
    }),
  )
  set({ uploadTimeout: 900, formTimeout: 10_800 })
  expect(answers.map(({ status, close }) => [status, close])).toEqual([
    [408, 'close'],
    [408, 'close'],
  ])
  expect(answers[1]!.ms).toBeGreaterThan(answers[0]!.ms)
  expect(leftBehind()).toEqual([])
})

test('when it has arrived, the request’s own deadline begins', async () => {
  const client = await beginUpload()
  await client.send(samplePdf(30_000), 25_000)
  await client.send('\r\n')
  const countUploads = async () => (await app.ctx.db.read`select count(*)::int as uploads from uploads`)[0]!.uploads
  const before = await countUploads()
  await app.ctx.db.write.begin(async (tx) => {
    await tx`lock table uploads in access exclusive mode`
    expect((await client.finish()).status).toBe(503)
  })
  expect(await countUploads()).toBe(before)
  expect(leftBehind()).toEqual([])
})
