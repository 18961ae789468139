import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#src/config.ts'
import { AppError } from '#src/errors.ts'
import { diskStore } from '#src/files/disk.ts'
import type { Pace } from '#src/http/minimum-rate.ts'
import { type MultipartHandlers, type MultipartLimits, readMultipart, wholeForm } from '#src/http/multipart.ts'
import { MultipartClient, multipartBytes } from '#test/support/multipart-client.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'

const MB = 1_048_576
const FILE_MAX_BYTES = 5 * MB
const LIMITS: MultipartLimits = wholeForm(
  readConfig({}, {}, () => ''),
  170 * MB,
)

type Seen = {
  order: string[]
  fields: [string, string][]
  files: { name: string; filename: string; type: string; bytes: number }[]
}

const dir = mkdtempSync(join(tmpdir(), 'teamsheet-multipart-'))
const store = diskStore({ dir, fileKey: Buffer.alloc(32, 1), leastFreeBytes: 0 })
const leftBehind = () => readdirSync(join(dir, 'incoming'))

let server: Bun.Server<unknown>
let port: number
let limits: MultipartLimits
let seen: Seen
let handlers: Partial<MultipartHandlers>
/** What the last request that reached the handler ended with. */
let outcome: Promise<unknown>

beforeEach(() => {
  limits = LIMITS
  handlers = {}
  seen = { order: [], fields: [], files: [] }
})

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 10,
    maxRequestBodySize: 180 * MB,
    async fetch(request, self) {
      if (request.method === 'GET') return new Response('alive')
      const reading = readMultipart(request, self, limits, {
        onField: handlers.onField ?? noteField,
        onFile: handlers.onFile ?? keepFacts,
      })
      outcome = reading.then(
        () => 'done',
        (error) => error,
      )
      const error = await outcome
      if (error === 'done') return Response.json(seen)
      if (error instanceof AppError)
        return Response.json({ code: error.code, message: error.message }, { status: error.status })
      return Response.json({ code: 'UNFORESEEN', message: String(error) }, { status: 500 })
    },
  })
  port = server.port!
})

afterAll(async () => {
  await server.stop(true)
  rmSync(dir, { recursive: true, force: true })
})

const noteField: MultipartHandlers['onField'] = (name, value) => {
  seen.order.push(name)
  seen.fields.push([name, value])
}

const keepFacts: MultipartHandlers['onFile'] = async (name, filename, type, content) => {
  seen.order.push(name)
  const received = await store.receive(content, { maxBytes: FILE_MAX_BYTES })
  await store.discard(received)
  seen.files.push({ name, filename, type, bytes: received.bytes })
}

const open = (headers?: Record<string, string>, contentLength?: number) =>
  MultipartClient.open({ port, path: '/', headers, contentLength })
const codeOf = (answer: { body: string }) => (JSON.parse(answer.body) as { code?: string }).code

async function sendParts(send: (client: MultipartClient) => Promise<void>) {
  const client = await open()
  await send(client)
  return client.finish()
}

describe('a form', () => {
  test('is read in the order of its parts, each when the one before is done', async () => {
    handlers.onField = async (name, value) => {
      await Bun.sleep(20)
      seen.order.push(`${name}=${value}`)
    }
    const answer = await sendParts(async (client) => {
      await client.field('draft', 'd1')
      await client.file('a', 'a.pdf', 'application/pdf', samplePdf(300_000))
      await client.file('b', 'b.jpg', 'image/jpeg', sampleJpeg(800))
      await client.field('last', 'x')
    })
    expect(answer.status).toBe(200)
    expect(seen.order).toEqual(['draft=d1', 'a', 'b', 'last=x'])
    expect(seen.files.map(({ bytes }) => bytes)).toEqual([300_000, 800])
  })

  test('keeps every script in names, values and file names', async () => {
    const answer = await sendParts(async (client) => {
      await client.field('பெயர்', 'அருண் “quoted”\nsecond line')
      await client.file('फ़ोटो', 'मेरी फ़ोटो.jpg', 'image/jpeg', sampleJpeg())
    })
    expect(answer.status).toBe(200)
    expect(seen.fields).toEqual([['பெயர்', 'அருண் “quoted”\nsecond line']])
    expect(seen.files[0]).toMatchObject({ name: 'फ़ोटो', filename: 'मेरी फ़ोटो.jpg', type: 'image/jpeg' })
  })

  test('takes what browsers and fetch send', async () => {
    const form = new FormData()
    form.append('kind', 'group_photo')
    form.append('file', new File([sampleJpeg(70_000)], 'C:\\fakepath\\team.jpg', { type: 'image/jpeg' }))
    const answer = await fetch(server.url, { method: 'POST', body: form })
    expect(answer.status).toBe(200)
    expect(seen.files[0]).toMatchObject({ filename: 'team.jpg', bytes: 70_000 })
  })

  test('leaves out a file field in which nothing was chosen', async () => {
    const answer = await sendParts(async (client) => {
      await client.part('form-data; name="photo"; filename=""', 'application/octet-stream', '')
      await client.field('after', '1')
    })
    expect(answer.status).toBe(200)
    expect(seen.order).toEqual(['after'])
  })

  test('goes on after a file that its handler refused and did not read', async () => {
    handlers.onFile = async (name, filename, type, content) => {
      try {
        await keepFacts(name, filename, type, content)
      } catch (error) {
        seen.order.push((error as AppError).code)
      }
    }
    const answer = await sendParts(async (client) => {
      await client.file('large', 'large.pdf', 'application/pdf', samplePdf(FILE_MAX_BYTES + 1))
      await client.file('wrong', 'page.html', 'application/pdf', Buffer.from(`<html>${' '.repeat(3 * MB)}`))
      await client.file('exact', 'exact.pdf', 'application/pdf', samplePdf(FILE_MAX_BYTES))
    })
    expect(answer.status).toBe(200)
    expect(seen.order).toEqual(['large', 'FILE_TOO_LARGE', 'wrong', 'UNSUPPORTED_FILE_TYPE', 'exact'])
    expect(seen.files[0]!.bytes).toBe(FILE_MAX_BYTES)
    expect(leftBehind()).toEqual([])
  })

  test('ends with what a handler throws', async () => {
    const answer = await sendParts(async (client) => {
      await client.file('large', 'large.pdf', 'application/pdf', samplePdf(FILE_MAX_BYTES + 1))
      await client.field('after', '1')
    })
    expect([answer.status, codeOf(answer)]).toEqual([413, 'FILE_TOO_LARGE'])
    expect(seen.order).toEqual(['large'])
    expect(leftBehind()).toEqual([])
  })
})

describe('a limit', () => {
  test('on the whole body refuses by the declared length before anything is read', async () => {
    const client = await open({}, LIMITS.maxBytes + 1)
    expect(codeOf(await client.waitForAnswer())).toBe('BODY_TOO_LARGE')
    client.drop()
  })

  test('on the whole body counts what was not declared', async () => {
    limits = { ...LIMITS, maxBytes: 200_000 }
    const answer = await sendParts((client) => client.file('a', 'a.pdf', 'application/pdf', samplePdf(300_000)))
    expect([answer.status, codeOf(answer)]).toEqual([413, 'BODY_TOO_LARGE'])
    expect(leftBehind()).toEqual([])
  })

  test('on the whole body takes a body of exactly that many bytes', async () => {
    const part = { disposition: 'form-data; name="a"; filename="a.pdf"', contentType: 'application/pdf', bytes: 5000 }
    limits = { ...LIMITS, maxBytes: multipartBytes([part]) }
    const client = await open({}, limits.maxBytes)
    await client.part(part.disposition, part.contentType, samplePdf(5000))
    expect((await client.finish()).status).toBe(200)
  })

  test('on a field takes exactly that many bytes and not one more', async () => {
    limits = { ...LIMITS, fieldBytes: 100 }
    expect((await sendParts((client) => client.field('a', 'x'.repeat(100)))).status).toBe(200)
    expect(codeOf(await sendParts((client) => client.field('a', 'x'.repeat(101))))).toBe('BODY_TOO_LARGE')
  })

  test.each([
    ['files', async (client: MultipartClient) => client.file('a', 'a.jpg', 'image/jpeg', sampleJpeg())],
    ['fields', async (client: MultipartClient) => client.field('a', '1')],
  ] as const)('on the number of %s holds', async (what, sendOne) => {
    limits = { ...LIMITS, [what]: 3 }
    const sendMany = (count: number) =>
      sendParts(async (client) => {
        for (let i = 0; i < count; i += 1) await sendOne(client)
      })
    expect((await sendMany(3)).status).toBe(200)
    expect([codeOf(await sendMany(4)), leftBehind()]).toEqual(['MALFORMED_REQUEST', []])
  })

  test('on parts of no kind holds as well', async () => {
    limits = { ...LIMITS, files: 1, fields: 1 }
    const answer = await sendParts(async (client) => {
      for (let i = 0; i < 10; i += 1) await client.part('attachment', undefined, 'x')
    })
    expect(codeOf(answer)).toBe('MALFORMED_REQUEST')
  })
})

describe('a body that is no form', () => {
  test.each(['application/json', 'text/plain', '', 'multipart/mixed; boundary=x', 'application/x-www-form-urlencoded'])(
    'of type "%s" is an unsupported media type',
    async (type) => {
      const client = await open({ 'content-type': type })
      expect([codeOf(await client.finish())]).toEqual(['UNSUPPORTED_MEDIA_TYPE'])
    },
  )

  test.each([
    ['without a boundary', 'multipart/form-data'],
    ['with an empty boundary', 'multipart/form-data; boundary='],
    ['with another boundary', 'multipart/form-data; boundary=other'],
    ['with a very long boundary', `multipart/form-data; boundary=${'b'.repeat(5000)}`],
    ['with a broken parameter', 'multipart/form-data; boundary="x'],
  ])('%s is malformed', async (_, type) => {
    const client = await open({ 'content-type': type })
    await client.field('a', '1')
    expect(codeOf(await client.finish())).toBe('MALFORMED_REQUEST')
  })

  test('is refused when it is compressed', async () => {
    const client = await open({ 'content-encoding': 'gzip' })
    expect(codeOf(await client.finish())).toBe('UNSUPPORTED_MEDIA_TYPE')
  })

  test.each<[string, (client: MultipartClient) => Promise<void>]>([
    ['empty', async () => {}],
    ['cut off in a field', async (client) => client.beginPart('form-data; name="a"')],
    [
      'cut off in a file',
      async (client) => {
        await client.beginPart('form-data; name="a"; filename="a.pdf"', 'application/pdf')
        await client.send(samplePdf(200_000))
      },
    ],
    ['a part with a huge head', async (client) => client.beginPart(`form-data; name="a"; x="${'y'.repeat(100_000)}"`)],
    [
      'parts with broken heads',
      async (client) => {
        for (let i = 0; i < 5; i += 1) await client.send('--teamsheet-test-boundary\r\n\x01broken\r\n\r\nx\r\n')
      },
    ],
    [
      'a broken head before a file, in one piece',
      async (client) => {
        const parts = [
          '\x01broken\r\n\r\nx',
          'Content-Disposition: form-data; name="a"; filename="a.pdf"\r\n\r\n%PDF-1.4',
        ]
        await client.send(parts.map((part) => `--teamsheet-test-boundary\r\n${part}\r\n`).join(''))
      },
    ],
  ])('that is %s is malformed', async (_, send) => {
    const client = await open()
    await send(client)
    expect(codeOf(await client.answer())).toBe('MALFORMED_REQUEST')
    expect(leftBehind()).toEqual([])
  })

  test.each<[string, string, string | Uint8Array]>([
    ['no name', 'form-data', 'x'],
    ['an empty name', 'form-data; name=""', 'x'],
    ['a name that is too long', `form-data; name="${'n'.repeat(101)}"`, 'x'],
    ['a file and no name', 'form-data; filename="a.pdf"', 'x'],
    ['a file name that is empty and content', 'form-data; name="a"; filename=""', 'x'],
    ['a NUL in its value', 'form-data; name="a"', 'x\0y'],
    ['a value that is not UTF-8', 'form-data; name="a"', new Uint8Array([0x61, 0xff, 0xfe])],
  ])('because a part has %s is malformed', async (what, disposition, content) => {
    const type = what.startsWith('a file name') ? 'application/octet-stream' : undefined
    const answer = await sendParts((client) => client.part(disposition, type, content))
    expect([answer.status, codeOf(answer)]).toEqual([400, 'MALFORMED_REQUEST'])
  })

  test.each(['klingon', 'utf-16le', 'x'.repeat(500)])(
    'in the charset %s is never an error of ours',
    async (charset) => {
      const answer = await sendParts((client) =>
        client.part('form-data; name="a"', `text/plain; charset=${charset}`, 'abc'),
      )
      expect([200, 400]).toContain(answer.status)
    },
  )
})

describe('a sender', () => {
  const slow: Pace = { bytesPerSecond: 20_000, overSeconds: 2 }

  test('who sends too slowly is told so', async () => {
    limits = { ...LIMITS, pace: slow }
    const client = await open()
    await client.beginPart('form-data; name="a"; filename="a.pdf"', 'application/pdf')
    await client.send(samplePdf(10_000))
    const answer = await client.waitForAnswer()
    expect([answer.status, codeOf(answer)]).toEqual([408, 'REQUEST_TIMEOUT'])
    expect(leftBehind()).toEqual([])
  })

  test('who is slow and keeps up is served', async () => {
    limits = { ...LIMITS, pace: slow }
    const client = await open()
    await client.beginPart('form-data; name="a"; filename="a.pdf"', 'application/pdf')
    await client.send(samplePdf(120_000), 30_000)
    await client.send('\r\n')
    expect((await client.finish()).status).toBe(200)
  })

  test('is not blamed for a slow handler', async () => {
    limits = { ...LIMITS, pace: slow }
    handlers.onField = () => Bun.sleep(4000)
    const answer = await sendParts(async (client) => {
      await client.field('a', '1')
      await client.file('b', 'b.pdf', 'application/pdf', samplePdf(500_000))
    })
    expect(answer.status).toBe(200)
  }, 15_000)

  test('who keeps up is stopped at the hard end all the same', async () => {
    limits = { ...LIMITS, endsAfterMs: 1500 }
    const client = await open()
    await client.beginPart('form-data; name="a"; filename="a.pdf"', 'application/pdf')
    await client.send(samplePdf(90_000), 30_000)
    expect(codeOf(await client.waitForAnswer())).toBe('REQUEST_TIMEOUT')
  })

  test('who goes away in the middle of 170 MB leaves nothing, holds no memory, and stops nobody', async () => {
    const file = samplePdf(FILE_MAX_BYTES)
    Bun.gc(true)
    const before = process.memoryUsage.rss()
    for (let round = 0; round < 3; round += 1) {
      const client = await open({}, LIMITS.maxBytes)
      for (let i = 0; i < 16; i += 1) await client.file(`f${i}`, 'f.pdf', 'application/pdf', file)
      await client.beginPart('form-data; name="cut"; filename="cut.pdf"', 'application/pdf')
      await client.send(file.subarray(0, 2 * MB))
      while (leftBehind().length === 0 || seen.files.length < 16) await Bun.sleep(5)
      client.drop()
      expect(await outcome).toBeInstanceOf(AppError)
      expect(leftBehind()).toEqual([])
      expect(await (await fetch(server.url)).text()).toBe('alive')
      seen.files = []
    }
    Bun.gc(true)
    expect((process.memoryUsage.rss() - before) / MB).toBeLessThan(100)
  }, 60_000)
})
