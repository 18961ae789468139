import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { type TestApp, testApp } from '#test/support/app.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { untilIs } from '#test/support/until.ts'
import { captain, errorsOf, fieldsOf, filesOf, rowsOf, valuesOf } from './captain.ts'

const MB = 1_048_576

let app: TestApp
let visitor: ReturnType<typeof captain>
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())
beforeEach(async () => {
  visitor = captain(app.url)
  await visitor.open()
})

const letter = (name = 'letter.pdf') => ({ name, content: samplePdf(2000, name) })
const text = { name: 'notes.txt', content: new Uint8Array(Buffer.from('Not a picture.')), type: 'text/plain' }
const sendOne = (slot: string, file: { name: string; content: Uint8Array<ArrayBuffer> }) =>
  visitor.post('/register/files', [['slot', slot]], { files: { file }, isHtmx: true })

test('files that come with a form that is wrong are kept, and what could not be taken is told beside its field', async () => {
  const wrong = aRegistration({ teamName: '' })
  const { status, html } = await visitor.sendForm(wrong, {
    files: {
      'team.pastor_letter': letter(),
      'players.p2.aadhar': text,
      'players.p3.aadhar': { name: 'empty.pdf', content: new Uint8Array() },
      'players.p4.aadhar': { name: 'large.pdf', content: samplePdf(5 * MB + 1) },
      'players.p5.subscription': { name: 'card.jpg', content: sampleJpeg() },
    },
  })
  expect(status).toBe(422)
  expect(errorsOf(html)).toEqual({
    teamName: 'Please enter a name.',
    'players-p2-aadhar': 'Only PDF, PNG, JPEG, WebP and HEIC files are taken.',
    'players-p3-aadhar': expect.any(String),
    'players-p4-aadhar': 'A file may have 5 MB at most.',
  })
  expect(filesOf(html)).toEqual(['card.jpg', 'letter.pdf'])
  expect(filesOf((await visitor.open()).html)).toEqual(['card.jpg', 'letter.pdf'])

  const mended = await visitor.sendForm({ ...wrong, teamName: 'Kings of Karur' })
  expect(mended.status).toBe(303)
  const documents = await app.ctx.db.read`
    select d.kind, p.position from documents d join teams t on t.id = d.team_id left join players p on p.id = d.player_id
    where t.name = 'Kings of Karur' order by d.kind`
  expect([...documents]).toEqual([
    { kind: 'pastor_letter', position: null },
    { kind: 'subscription', position: 5 },
  ])
})

test('a form that breaks off in its middle keeps the files that had arrived', async () => {
  const client = await MultipartClient.open({ port: Number(new URL(app.url).port), path: '/register' })
  await client.field('draft', visitor.token())
  await client.field('teamName', 'Kings of Karur')
  await client.file('team.pastor_letter', 'letter.pdf', 'application/pdf', letter().content)
  await client.beginPart('form-data; name="team.group_photo"; filename="photo.jpg"', 'image/jpeg')
  await client.send(sampleJpeg(50_000).subarray(0, 20_000))
  while (filesOf((await visitor.open(`/draft/${visitor.token()}`).catch(() => ({ html: '' }))).html).length === 0)
    await Bun.sleep(20)
  client.drop()
  expect(filesOf((await visitor.open(`/draft/${visitor.token()}`)).html)).toEqual(['letter.pdf'])
})

test.each([
  ['/register', 'team.pastor_letter'],
  ['/register/files', 'file'],
])('a form to %s that names no draft and breaks off leaves nothing, neither draft nor file', async (path, part) => {
  const left = async () => {
    const [counted] = await app.ctx.db.read`
      select (select count(*) from drafts)::int as drafts, (select count(*) from uploads)::int as uploads,
        (select count(*) from files)::int as files`
    return counted
  }
  const before = await left()
  const client = await MultipartClient.open({ port: Number(new URL(app.url).port), path })
  await client.field('slot', 'team.pastor_letter')
  await client.file(part, 'letter.pdf', 'application/pdf', letter('of nobody').content)
  await client.beginPart('form-data; name="teamName"')
  await untilIs(left, (now) => now!.uploads > before!.uploads)
  client.drop()
  await untilIs(left, (now) => Bun.deepEquals(now, before))
})

test('a form that names no draft and arrives whole is kept, and its answer tells which', async () => {
  const body = new FormData()
  body.append('team.pastor_letter', new Blob([letter('of a stranger').content]), 'letter.pdf')
  const whole = await fetch(`${app.url}/register`, { method: 'POST', body })
  const token = /=([\w-]{43});/.exec(whole.headers.get('set-cookie') ?? '')?.[1]
  expect(filesOf((await captain(app.url).open(`/draft/${token}`)).html)).toEqual(['letter.pdf'])
})

test('a button of the form keeps the files that come with it, and tells which could not be taken', async () => {
  const fields = fieldsOf(aRegistration())
  const files = { 'team.pastor_letter': letter(), 'team.group_photo': text }
  const { status, html } = await visitor.post('/register/players', fields, { files })
  expect(status).toBe(422)
  expect(Object.keys(errorsOf(html))).toEqual(['team-group-photo'])
  expect(rowsOf(html)).toHaveLength(12)
  expect(filesOf(html)).toEqual(['letter.pdf'])
  expect(valuesOf(html)['players.p1.name']).toBe('Arun Raj')
})

test('a row takes its files with it, and the other rows keep theirs', async () => {
  const fields = fieldsOf(aRegistration())
  const files = { 'players.p2.aadhar': letter('second.pdf'), 'players.p3.aadhar': letter('third.pdf') }
  await visitor.post('/register/draft', fields, { files })
  await visitor.post('/register/players/removal', [...fields, ['row-removed', 'p2']])
  const { html } = await visitor.open()
  expect(filesOf(html)).toEqual(['third.pdf'])
  expect(html.indexOf('third.pdf')).toBeGreaterThan(html.indexOf('id="section-players-p3"'))
  expect(html.indexOf('third.pdf')).toBeLessThan(html.indexOf('id="section-players-p4"'))
})

test('a file sent on its own answers with its field, and what it changes in the form besides', async () => {
  await visitor.post('/register/draft', [['teamName', 'Kings']])
  const { status, html } = await sendOne('team.pastor_letter', letter())
  expect(status).toBe(200)
  expect(html).toStartWith('<div class="field file-field" data-file-field')
  expect(filesOf(html)).toEqual(['letter.pdf'])
  expect(html).toContain('id="form-progress" hx-swap-oob="true"')
  expect(html).toMatch(/id="review"[\s\S]*1 received/)
  expect(valuesOf((await visitor.open()).html).teamName).toBe('Kings')
})

test('a file of a form in which nothing was typed yet begins its draft', async () => {
  await sendOne('players.p1.aadhar', letter('id.pdf'))
  expect(filesOf((await visitor.open()).html)).toEqual(['id.pdf'])
})

test('another file takes the place of the one before', async () => {
  await sendOne('team.pastor_letter', letter('first.pdf'))
  await sendOne('team.pastor_letter', letter('second.pdf'))
  expect(filesOf((await visitor.open()).html)).toEqual(['second.pdf'])
})

test('one that cannot be taken leaves the one before where it is', async () => {
  await sendOne('team.pastor_letter', letter('first.pdf'))
  const { status, html } = await sendOne('team.pastor_letter', text)
  expect(status).toBe(422)
  expect(errorsOf(html)).toEqual({ 'team-pastor-letter': 'Only PDF, PNG, JPEG, WebP and HEIC files are taken.' })
  expect(filesOf(html)).toEqual(['first.pdf'])
})

test('a place that the form does not have is none', async () => {
  for (const slot of [
    'team.aadhar',
    'players.p1.pastor_letter',
    'players.x.aadhar',
    'team.passport',
    'team',
    '',
    'a.b.c.d',
  ])
    expect((await sendOne(slot, letter())).status).toBe(404)
  const open = await testApp()
  const other = captain(open.url)
  await other.open()
  const files = { file: letter() }
  expect((await other.post('/register/files', [['slot', 'team.pastor_letter']], { files, isHtmx: true })).status).toBe(
    404,
  )
  await open.end()
})

test('a file is taken out by the button beside it, with script and without', async () => {
  await sendOne('team.pastor_letter', letter())
  await sendOne('team.group_photo', letter('photo.pdf'))
  const fields = fieldsOf(aRegistration({ teamName: 'Kings' }))
  const { html } = await visitor.post('/register/files/removal', [...fields, ['slot', 'team.group_photo']], {
    isHtmx: true,
    isUrlEncoded: true,
  })
  expect(html).toMatch(/<input type="file"[^>]*id="team-group-photo"[^>]*autofocus/)
  expect((await visitor.post('/register/files/removal', [...fields, ['slot', 'team.pastor_letter']])).status).toBe(303)
  const page = (await visitor.open()).html
  expect(filesOf(page)).toEqual([])
  expect(valuesOf(page).teamName).toBe('Kings')
})
