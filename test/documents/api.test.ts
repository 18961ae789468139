import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeApp } from '#src/app.ts'
import { fileAddress, findUploads, listDocuments } from '#src/documents/service.ts'
import type { ContentType } from '#src/files/file-type.ts'
import { loadAssets } from '#src/http/assets.ts'
import { addTestTournament, type TestContext, testContext } from '#test/support/context.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { sampleHeic, sampleJpeg, samplePdf, samplePng, sampleWebp } from '#test/support/sample-files.ts'

let ctx: TestContext
let app: ReturnType<typeof makeApp>
let origin: string

beforeAll(async () => {
  ctx = await testContext({ preset: 'icct26' })
  app = makeApp(ctx, await loadAssets())
  app.listen({ port: 0, hostname: '127.0.0.1' })
  origin = `http://127.0.0.1:${app.server!.port}`
})
afterAll(async () => {
  await app.stop(true)
  await ctx.end()
})

type Problem = { code: string; errors: { field: string; code: string; message: string }[] }
type Answer = { id: string; kind: string; bytes: number; contentType: string; sha256: string }

const send = (form: FormData, base = '/api/v1') => fetch(`${origin}${base}/uploads`, { method: 'POST', body: form })
const aFile = (bytes: Uint8Array<ArrayBuffer> = samplePdf(), name = 'letter.pdf') => new File([bytes], name)

function aForm(entries: [string, string | File][]): FormData {
  const form = new FormData()
  for (const [name, value] of entries) form.append(name, value)
  return form
}

const upload = async (kind: string, bytes: Uint8Array<ArrayBuffer>, name = 'file.pdf') =>
  (await (
    await send(
      aForm([
        ['kind', kind],
        ['file', aFile(bytes, name)],
      ]),
    )
  ).json()) as Answer

const refusalOf = async (response: Response): Promise<unknown[]> => {
  const problem = (await response.json()) as Problem
  return [response.status, problem.code, problem.errors.map(({ field, code }) => `${field} ${code}`)]
}
const temporary = () => readdirSync(join(ctx.config.dataDir, 'files', 'incoming'))

describe('POST /api/v1/uploads', () => {
  test.each([
    [
      'kind first',
      (file: File): [string, string | File][] => [
        ['kind', 'pastor_letter'],
        ['file', file],
      ],
    ],
    [
      'file first',
      (file: File): [string, string | File][] => [
        ['file', file],
        ['kind', 'pastor_letter'],
      ],
    ],
  ])('takes a file, %s', async (_, entries) => {
    const bytes = samplePdf(5000, 'taken')
    const response = await send(aForm(entries(aFile(bytes))))
    expect(response.status).toBe(201)
    const answer = (await response.json()) as Answer
    expect(answer).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      kind: 'pastor_letter',
      bytes: 5000,
      contentType: 'application/pdf',
      sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex'),
    })
    expect(await findUploads(ctx, ctx.tournament.id, [answer.id])).toHaveLength(1)
  })

  test.each([
    ['application/pdf', samplePdf()],
    ['image/png', samplePng()],
    ['image/jpeg', sampleJpeg()],
    ['image/webp', sampleWebp()],
    ['image/heic', sampleHeic()],
  ] as [ContentType, Uint8Array<ArrayBuffer>][])('takes %s, whatever it is called', async (type, bytes) => {
    expect((await upload('aadhar', bytes, 'photo.exe')).contentType).toBe(type)
  })

  test('belongs to the tournament in its address', async () => {
    const other = await addTestTournament(ctx, 'summer-cup')
    const response = await send(
      aForm([
        ['kind', 'aadhar'],
        ['file', aFile()],
      ]),
      '/api/v1/tournaments/summer-cup',
    )
    const { id } = (await response.json()) as Answer
    expect(await findUploads(ctx, other!, [id])).toHaveLength(1)
    expect(await findUploads(ctx, ctx.tournament.id, [id])).toHaveLength(0)
  })

  test('takes a file of exactly 5 MB and refuses one byte more', async () => {
    const most = ctx.config.maxFileSize
    expect(
      (
        await send(
          aForm([
            ['kind', 'aadhar'],
            ['file', aFile(samplePdf(most))],
          ]),
        )
      ).status,
    ).toBe(201)
    const larger = await send(
      aForm([
        ['kind', 'aadhar'],
        ['file', aFile(samplePdf(most + 1))],
      ]),
    )
    expect(await refusalOf(larger)).toEqual([413, 'FILE_TOO_LARGE', ['file file_too_large']])
  })

  test.each<[string, [string, string | File][], unknown[]]>([
    ['no kind', [['file', aFile()]], [422, 'VALIDATION_FAILED', ['kind required']]],
    [
      'an unknown kind',
      [
        ['kind', 'selfie'],
        ['file', aFile()],
      ],
      [422, 'VALIDATION_FAILED', ['kind unknown']],
    ],
    ['no file', [['kind', 'aadhar']], [422, 'VALIDATION_FAILED', ['file required']]],
    [
      'a file by another name',
      [
        ['kind', 'aadhar'],
        ['photo', aFile()],
      ],
      [422, 'VALIDATION_FAILED', ['file required']],
    ],
    ['nothing that is asked', [['other', 'x']], [422, 'VALIDATION_FAILED', ['kind required', 'file required']]],
    [
      'an empty file',
      [
        ['kind', 'aadhar'],
        ['file', new File([], 'a.pdf')],
      ],
      [422, 'VALIDATION_FAILED', ['file empty']],
    ],
    [
      'two files',
      [
        ['kind', 'aadhar'],
        ['file', aFile()],
        ['file', aFile()],
      ],
      [400, 'MALFORMED_REQUEST', []],
    ],
    [
      'HTML',
      [
        ['kind', 'aadhar'],
        ['file', new File(['<script>'], 'a.pdf')],
      ],
      [415, 'UNSUPPORTED_FILE_TYPE', ['file unsupported_file_type']],
    ],
    [
      'far too much',
      [
        ['kind', 'aadhar'],
        ['file', aFile(samplePdf(7_000_000))],
      ],
      [413, 'BODY_TOO_LARGE', []],
    ],
  ])('refuses %s and keeps nothing', async (_, entries, refused) => {
    expect(await refusalOf(await send(aForm(entries)))).toEqual(refused)
    expect(temporary()).toEqual([])
  })

  test('refuses what is no form', async () => {
    const json = await fetch(`${origin}/api/v1/uploads`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await refusalOf(json)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE', []])
    const empty = await fetch(`${origin}/api/v1/uploads`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })
    expect(await refusalOf(empty)).toEqual([400, 'MALFORMED_REQUEST', []])
  })

  test('refuses another site that makes a browser send', async () => {
    const response = await fetch(`${origin}/api/v1/uploads`, {
      method: 'POST',
      body: aForm([
        ['kind', 'aadhar'],
        ['file', aFile()],
      ]),
      headers: { origin: 'https://elsewhere.example', cookie: 'session=x' },
    })
    expect(response.status).toBe(403)
  })

  test('survives a sender who goes away', async () => {
    const client = await MultipartClient.open({
      port: app.server!.port!,
      path: '/api/v1/uploads',
      contentLength: 4_000_000,
    })
    await client.field('kind', 'aadhar')
    await client.beginPart('form-data; name="file"; filename="a.pdf"', 'application/pdf')
    await client.send(samplePdf(1_000_000))
    while (temporary().length === 0) await Bun.sleep(5)
    client.drop()
    while (temporary().length > 0) await Bun.sleep(5)
    expect(
      (
        await send(
          aForm([
            ['kind', 'aadhar'],
            ['file', aFile()],
          ]),
        )
      ).status,
    ).toBe(201)
  })
})

test('a registration names its uploads, once, and they become its documents', async () => {
  const letter = await upload('pastor_letter', samplePdf(3000, 'bound'), 'From the pastor.pdf')
  const card = await upload('aadhar', sampleJpeg(3000, 'bound'), 'card.jpg')
  const body = aRegistration({ documents: [letter.id] })
  body.players[3]!.documents = [card.id]
  const register = (registration: typeof body) =>
    fetch(`${origin}/api/v1/registrations`, {
      method: 'POST',
      body: JSON.stringify(registration),
      headers: { 'content-type': 'application/json' },
    })
  const response = await register(body)
  expect(response.status).toBe(201)
  const { id } = (await response.json()) as { id: string }
  const documents = await listDocuments(ctx, id)
  expect(documents.map(({ kind, originalName, playerId }) => [kind, originalName, playerId !== null])).toEqual([
    ['pastor_letter', 'From the pastor.pdf', false],
    ['aadhar', 'card.jpg', true],
  ])
  expect(await findUploads(ctx, ctx.tournament.id, [letter.id, card.id])).toEqual([])
  expect(await refusalOf(await register(aRegistration({ documents: [letter.id] })))).toEqual([
    422,
    'VALIDATION_FAILED',
    ['documents[0] upload', 'documents required'],
  ])
})

describe('the address of a file', () => {
  async function addressed(
    bytes: Uint8Array<ArrayBuffer>,
    contentType: ContentType,
    downloadName = 'Pastor’s letter.pdf',
    seconds?: number,
  ) {
    const { id } = await upload('pastor_letter', bytes)
    const [found] = await findUploads(ctx, ctx.tournament.id, [id])
    return fileAddress(ctx, { fileId: found!.fileId, downloadName, contentType, seconds })
  }

  test('shows the file, in the page, to whoever holds it', async () => {
    const bytes = samplePdf(9000, 'shown')
    const response = await fetch(`${origin}${await addressed(bytes, 'application/pdf')}`)
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    const header = (name: string) => response.headers.get(name)
    expect(header('content-type')).toBe('application/pdf')
    expect(header('content-disposition')).toBe(
      'inline; filename="Pastor_s letter.pdf"; filename*=UTF-8\'\'Pastor%E2%80%99s%20letter.pdf',
    )
    expect(header('x-content-type-options')).toBe('nosniff')
    expect(header('cache-control')).toBe('private, no-store')
    expect(header('content-security-policy')).toStartWith("default-src 'none'")
    expect(header('content-security-policy')).toContain("frame-ancestors 'self'")
    expect(header('content-security-policy')).not.toContain('sandbox')
    expect(header('x-frame-options')).toBe('SAMEORIGIN')
    expect(header('referrer-policy')).toBe('no-referrer')
  })

  test('puts a picture into a sandbox', async () => {
    const response = await fetch(`${origin}${await addressed(sampleJpeg(2000, 'boxed'), 'image/jpeg', 'team.html')}`)
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox; frame-ancestors 'self'")
    expect(response.headers.get('content-disposition')).toBe('inline; filename="team.jpg"')
  })

  test('ends after a quarter of an hour, or when it was told to', async () => {
    const [usual, short] = [
      await addressed(samplePdf(), 'application/pdf'),
      await addressed(samplePdf(), 'application/pdf', 'a', 30),
    ]
    const statusAfter = async (seconds: number, address: string) => {
      ctx.travel(seconds * 1000)
      const { status } = await fetch(`${origin}${address}`)
      ctx.travel(-seconds * 1000)
      return status
    }
    expect([await statusAfter(29, short), await statusAfter(32, short)]).toEqual([200, 410])
    expect([await statusAfter(899, usual), await statusAfter(902, usual)]).toEqual([200, 410])
  })

  test.each([
    ['of nothing', '/files/x/a.pdf'],
    ['with a broken name', '/files/x/%E0%A4%A'],
    ['signed for another purpose', ''],
    ['whose signature was changed', ''],
  ])('%s shows nothing', async (what, given) => {
    const valid = await addressed(samplePdf(), 'application/pdf')
    const token = valid.split('/')[2]!
    const address = what.startsWith('signed')
      ? `/files/${ctx.keys.sign('other', `zzzzzz.${Bun.randomUUIDv7()}`)}/a.pdf`
      : what.startsWith('whose')
        ? `/files/${token.slice(0, -2)}AA/a.pdf`
        : given
    const { status } = await fetch(`${origin}${address}`)
    expect([400, 404]).toContain(status)
  })

  test('shows nothing once the file is gone', async () => {
    const address = fileAddress(ctx, { fileId: Bun.randomUUIDv7(), downloadName: 'a', contentType: 'application/pdf' })
    expect((await fetch(`${origin}${address}`)).status).toBe(404)
  })

  test('is not written into the log', async () => {
    const address = await addressed(samplePdf(), 'application/pdf')
    await fetch(`${origin}${address}`)
    expect(ctx.logged.join('')).not.toContain(address.split('/')[2]!)
  })
})
