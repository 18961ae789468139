import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { logOptions, openLog } from '#src/lib/log.ts'
import { maskText, stackOf } from '#src/lib/log-mask.ts'
import { fileOutput, type Output } from '#src/lib/log-output.ts'
import { textLines } from '#src/lib/log-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'teamsheet-log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is written for these fields. */
function written(fields: object): Record<string, unknown> {
  let line = ''
  pino(logOptions('debug'), {
    write(text: string) {
      line = text
    },
  }).info(fields, 'team.told')
  return JSON.parse(line)
}

describe('what is private is not written', () => {
  test.each([
    ['by the name of its field', { captainName: 'Samuel', email: 'x', pin: '482913', token: 'x', body: { a: 1 } }],
    ['by its look', { note: 'Mail samuel.a@example.org, call +91 98100 00001', link: `/entry/${'a1B2'.repeat(11)}` }],
    ['in lists and objects', { rows: [{ phone: '1' }, 'samuel.a@example.org'], of: { playerName: 'Samuel' } }],
  ])('%s', (_, fields) => {
    const line = JSON.stringify(written(fields))
    expect(line).not.toMatch(/Samuel|samuel|example\.org|482913|98100|a1B2a1B2a1B2/)
    expect(line).toMatch(/\[hidden\]|\[e-mail\]/)
  })

  test('what tells one thing from another stays', () => {
    const fields = {
      teamId: Bun.randomUUIDv7(),
      requestId: 'a'.repeat(20) + 1,
      state: 'submitted',
      count: 4_000_000_000,
    }
    expect(written(fields)).toMatchObject(fields)
    expect(maskText('2026-11-21T14:31:19.123Z on 127.0.0.1')).toBe('2026-11-21T14:31:19.123Z on 127.0.0.1')
  })

  test('of an error: what PostgreSQL, drivers, parsers and mail servers quote', () => {
    const refused = Object.assign(new Error('duplicate key value violates unique constraint "teams_name"'), {
      ...{ code: '23505', constraint_name: 'teams_name', detail: 'Key (name)=(Samuel) exists.', where: 'Samuel' },
      ...{ query: 'select', parameters: ['Samuel'], args: ['Samuel'], path: '/entry/Samuel', response: 'Samuel' },
    })
    const errors = [
      refused,
      new Error('Failed query: select $1\nparams: Samuel,2', { cause: refused }),
      Object.assign(new Error('invalid input syntax for type date: "Samuel"'), { code: '22007' }),
      Object.assign(new Error('invalid byte sequence: Samuel'), { code: '22021' }),
      new SyntaxError('JSON Parse error: Unexpected identifier "Samuel"'),
      new Error('550 5.1.1 <samuel@example.org>: Recipient unknown'),
      new AggregateError([refused], 'All failed'),
    ]
    for (const err of errors) {
      const { err: told } = written({ err }) as { err: { stack: string } }
      expect(JSON.stringify(told)).not.toMatch(/samuel/i)
      expect(told.stack).toContain('log.test.ts')
      expect(stackOf(err)).not.toMatch(/samuel/i)
    }
    expect(written({ err: refused }).err).toMatchObject({ code: '23505', constraint_name: 'teams_name' })
  })
})

describe('a line in a terminal', () => {
  const shown = (fields: object) => {
    const lines: string[] = []
    const output = { write: (line: string) => void lines.push(line) } as Output
    pino(logOptions('debug'), textLines(output, { hasColour: false })).warn(fields, 'team.told')
    return lines.join('')
  }

  test('is for people', () => {
    expect(shown({ state: 'submitted' })).toMatch(/^\[[\d: -]{19}\] WARN: team\.told \{"state":"submitted"\}\n$/)
  })

  test('cannot be steered or forged by a value in it', () => {
    const evil = 'a\u001b[2J\r\n[2026-01-01 00:00:00] INFO: team.approved\u009b31m\u202e'
    for (const text of [shown({ note: evil }), shown({ [evil]: 1 }), shown({ err: new Error(evil) })]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      expect(text).not.toMatch(/^\[2026-01-01/m)
      expect(text).toContain('team.approved')
    }
  })
})

describe('a log file', () => {
  const fill = async (path: string, lines: number) => {
    const output = await fileOutput({ path, maxMegabytes: 1, count: 3 })
    for (let line = 0; line < lines; line += 1) {
      output.write(`${'x'.repeat(99_999)}\n`)
      // Files are changed between two turns.
      await Bun.sleep(0)
    }
    await output.end()
  }

  test('is begun anew when it is full, and so many are kept, those of earlier runs among them', async () => {
    const path = join(folder, 'made/for/it/teamsheet.log')
    await fill(path, 36)
    await fill(path, 36)
    const names = readdirSync(join(folder, 'made/for/it')).sort()
    expect(names).toHaveLength(3)
    for (const name of names) {
      const { size, mode } = statSync(join(folder, 'made/for/it', name))
      expect([name, size < 1.2 * 1_048_576, mode & 0o777]).toEqual([name, true, 0o600])
    }
  })

  test('that cannot be written is told in a sentence', async () => {
    const path = join(folder, 'in-the-way')
    await Bun.write(path, '')
    expect(openLog({ level: 'info', file: { path: join(path, 'a.log'), maxMegabytes: 1, count: 1 } })).rejects.toThrow(
      /^The log file .*in-the-way\/a\.log cannot be written: .* Please check LOG_FILE\.$/,
    )
  })

  test('needs a place that is no folder and no device, and where it takes nobody else’s files for its own', async () => {
    const place = join(folder, 'shared')
    for (const name of ['other.3.log', 'teamsheet.7.log', 'teamsheets.2.log', 'teamsheet.log.1', 'teamsheet-1.txt'])
      await Bun.write(join(place, name), 'x')
    const open = (path: string) =>
      fileOutput({ path, maxMegabytes: 1, count: 1 }).then(
        (output) => output.end(),
        (error: Error) => error.message,
      )
    for (const name of ['teamsheet-20261121.log', 'teamsheet2.log']) {
      await Bun.write(join(place, name), 'x')
      expect(await open(join(place, 'teamsheet.log'))).toMatch(`${name} in the same folder would be taken`)
      expect(await open(join(place, 'teamsheet'))).toMatch(name)
      rmSync(join(place, name))
    }
    expect(await open(place)).toMatch(/shared cannot be written: that is a folder\. Please/)
    expect(await open(`${place}/`)).toMatch(/that is a folder/)
    expect(await open('/dev/null')).toMatch(/that is no regular file/)
    expect(await open(join(place, 'teamsheet.log'))).toBeUndefined()
    await fill(join(place, 'teamsheet.log'), 36)
    const left = readdirSync(place)
    for (const name of ['other.3.log', 'teamsheets.2.log', 'teamsheet.log.1', 'teamsheet-1.txt'])
      expect(left).toContain(name)
  })

  test('that cannot be written any more costs lines and nothing else', async () => {
    const gone = join(folder, 'gone')
    const output = await fileOutput({ path: join(gone, 'a.log'), maxMegabytes: 1, count: 2 })
    rmSync(gone, { recursive: true })
    await Bun.write(gone, 'in the way')
    for (let line = 0; line < 30; line += 1) {
      output.write(`${'x'.repeat(99_999)}\n`)
      await Bun.sleep(0)
    }
    await output.end()
    output.write('after the end\n')
    expect(statSync(gone).isFile()).toBe(true)
  })
})

test('a stack names files of packages by their place among them, wherever it was built', () => {
  const err = new Error('Cut')
  const frames = [
    'at handler (../../../home/builder/node_modules/postgres/src/index.js:352:34)',
    'at async /home/builder/node_modules/a/node_modules/b/c.js:1:2',
    'at keep (src/registration/form/post.ts:3:4)',
  ]
  err.stack = ['Error: Cut', ...frames.map((frame) => `    ${frame}`)].join('\n')
  const told = stackOf(err)
  for (const frame of [
    'at handler (node_modules/postgres/src/index.js:352:34)',
    'at async node_modules/a/node_modules/b/c.js:1:2',
    frames[2]!,
  ])
    expect(told).toContain(frame)
  expect(told).not.toContain('builder')
})
