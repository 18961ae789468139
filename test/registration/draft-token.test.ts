import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { hashToken } from '#src/lib/keys.ts'
import { forgetTournaments } from '#src/tournaments/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { captain, fieldsOf } from './captain.ts'

setDefaultTimeout(60_000)

let app: TestApp
beforeAll(async () => {
  app = await testApp()
  const kind = { tournament_id: app.ctx.tournament.id, kind: 'pastor_letter', position: 1, required: false }
  await app.ctx.db.write`insert into tournament_documents ${app.ctx.db.write(kind)}`
  forgetTournaments(app.ctx.db)
})
afterAll(() => app.end())

const letter = () => ({ name: 'letter.pdf', content: samplePdf() })
const notes = () => ({ name: 'notes.txt', content: new Uint8Array(Buffer.from('no picture')), type: 'text/plain' })
/** The token, and its digest in every way in which a digest is written. */
const waysOf = (token: string) => [
  token,
  ...(['hex', 'base64', 'base64url'] as const).map((way) => hashToken(token).toString(way)),
]

/** Everything that is done with a form, and everything that goes wrong with one. */
async function liveThrough(visitor: ReturnType<typeof captain>): Promise<number[]> {
  const fields = fieldsOf(aRegistration())
  const slot: [string, string] = ['slot', 'team.pastor_letter']
  await visitor.open()
  const token = visitor.token()
  const stranger = captain(app.url)
  const answers = [
    await visitor.post('/register/draft', fields),
    await visitor.post('/register/draft', fields, { isHtmx: true, isUrlEncoded: true }),
    await visitor.post('/register/sections/team', fields, { isHtmx: true }),
    await visitor.post('/register/players', fields),
    await visitor.post('/register/files', [slot], { files: { file: letter() }, isHtmx: true }),
    await visitor.post('/register/files', [slot], { files: { file: notes() }, isHtmx: true }),
    await visitor.post('/register/files', [['slot', 'nowhere']], { files: { file: letter() } }),
    await visitor.post('/register/files/removal', [slot]),
    await stranger.open(`/draft/${token}`),
    await stranger.open(`/draft/${token}x`),
    await stranger.open(`/register?draft=${token}`),
    await stranger.open(`/no/such/${token}`),
    await visitor.post(`/draft/${token}/choice`, []),
    await visitor.post(`/draft/${token}`, []),
    await visitor.post('/register', []),
    await visitor.post('/register', fields),
    await visitor.post('/register', fields),
    await visitor.post('/register/draft', fields, { isHtmx: true }),
    await visitor.open(`/draft/${token}`),
  ]
  return answers.map(({ status }) => status)
}

test('the token of a form stands in no line of the log and in no entry, whatever is done with it and fails', async () => {
  const { ctx } = app
  const visitor = captain(app.url)
  const statuses = await liveThrough(visitor)
  for (const status of [200, 204, 303, 404, 405, 415, 422]) expect(statuses).toContain(status)
  const broken = captain(app.url)
  await broken.open()
  await ctx.owner`alter table drafts rename to drafts_elsewhere`
  const failed = await broken.post('/register/draft', fieldsOf(aRegistration()))
  await ctx.owner`alter table drafts_elsewhere rename to drafts`
  expect(failed.status).toBe(500)

  const log = ctx.logged.join('')
  for (const event of ['draft.begun', 'upload.kept', 'registration.received'])
    expect(log).toContain(`"event":"${event}"`)
  const entries = await ctx.db.read`select to_jsonb(e)::text as entry from audit_entries e`
  expect(entries.length).toBeGreaterThan(0)
  const told = [log, ...entries.map(({ entry }) => entry)].join('\n')
  for (const token of [visitor.token(), broken.token()])
    expect(waysOf(token).filter((text) => told.includes(text))).toEqual([])
})

test('no page on which a token stands tells a browser to send its address elsewhere, or leads there by itself', async () => {
  const visitor = captain(app.url)
  await visitor.open()
  await visitor.post('/register/draft', [['teamName', 'Kings']])
  const token = visitor.token()
  for (const path of ['/register', `/draft/${token}`, `/draft/${token}x`, `/entry/${token}`]) {
    const { headers, html } = await visitor.open(path)
    expect([path, headers.get('referrer-policy')]).toEqual([path, 'same-origin'])
    expect([path, /referrerpolicy|<meta[^>]+referrer/i.test(html)]).toEqual([path, false])
    const addresses = [...html.matchAll(/\s(?:href|src|srcset|action|formaction|poster)="([^"]*)"/g)].map(
      ([, to]) => to!,
    )
    const elsewhere = addresses.filter(
      (to) => !/^(?:mailto:|tel:|data:|#)/.test(to) && new URL(to, app.url).origin !== app.url,
    )
    expect([path, elsewhere]).toEqual([path, []])
  }
})
