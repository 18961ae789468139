import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { AppContext } from '#src/context.ts'
import type { AppError } from '#src/errors.ts'
import { diskStore } from '#src/files/disk.ts'
import { newDraftToken } from '#src/registration/form/draft-token.ts'
import { admitNewDraft } from '#src/registration/form/new-draft.ts'
import { expireDrafts } from '#src/registration/service.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { captain, valuesOf } from './captain.ts'

const DAY_MS = 86_400_000
const MINUTE_SECONDS = 60
const LETTER = { name: 'letter.pdf', content: samplePdf() }

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

/** The form as a program sends it that shows another token every time. */
const save = (url: string, token = newDraftToken(app.ctx.keys)) =>
  fetch(`${url}/register/draft`, {
    method: 'POST',
    headers: { 'hx-request': 'true', cookie: `draft-${app.ctx.tournament.slug}=${token}` },
    body: new URLSearchParams({ draft: token, teamName: 'Lions' }),
  })
const countDrafts = async (on: TestApp) =>
  (await on.ctx.db.read`select count(*)::int as drafts from drafts`)[0]!.drafts as number
const diskWith = (limits: object) =>
  diskStore({ dir: join(app.ctx.config.dataDir, 'files'), fileKey: Buffer.alloc(32), leastFreeBytes: 0, ...limits })

async function withFiles(files: AppContext['files'], work: () => Promise<void>): Promise<void> {
  const before = app.ctx.files
  app.ctx.files = files
  await work().finally(() => {
    app.ctx.files = before
  })
}

test('an address begins sixty drafts a minute, and saves those it has as before', async () => {
  const strict = await testApp({ config: { enableRateLimiting: true } })
  const first = newDraftToken(strict.ctx.keys)
  const answers = [await save(strict.url, first)]
  for (let i = 1; i < 60; i += 1) answers.push(await save(strict.url))
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
  const refused = await save(strict.url)
  expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('RATE_LIMITED')])
  expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, MINUTE_SECONDS + 1)
  expect((await save(strict.url, first)).status).toBe(200)
  expect(await countDrafts(strict)).toBe(60)
  const visitor = captain(strict.url)
  await visitor.open()
  expect((await visitor.sendForm(aRegistration())).status).toBe(303)
  await strict.end()
})

test('and as many as a setting says within an hour, six hundred unless it says otherwise, and any number where limits are lifted', async () => {
  expect(app.ctx.config).toMatchObject({ rateLimitNewDrafts: 60, rateLimitNewDraftsHour: 600 })
  const config = { ...app.ctx.config, enableRateLimiting: true, rateLimitNewDraftsHour: 2 }
  const begin = (sender: string, on: AppContext = { ...app.ctx, config }) =>
    admitNewDraft(on, { sender }).then(
      () => 'begun',
      (error: AppError) => error.retryAfterSeconds,
    )
  expect([await begin('a'), await begin('a')]).toEqual(['begun', 'begun'])
  expect(await begin('a')).toBeWithin(3000, 3601)
  expect([await begin('b'), await begin('a', app.ctx)]).toEqual(['begun', 'begun'])
})

test('on a disk that is nearly full no draft is begun; one that is there is saved, and a form is sent', async () => {
  const [known, fresh] = [captain(app.url), captain(app.url)]
  await known.open()
  await known.post('/register/draft', [['teamName', 'Lions']])
  await fresh.open()
  const before = await countDrafts(app)
  await withFiles(diskWith({ leastFreeBytes: Number.MAX_SAFE_INTEGER }), async () => {
    for (const path of ['/register/draft', '/register/players', '/register/sections/team']) {
      const { status, html } = await fresh.post(path, [['teamName', 'Tigers']])
      expect([status, html]).toEqual([503, expect.stringContaining('the form can still be sent')])
    }
    expect(await countDrafts(app)).toBe(before)
    expect((await known.post('/register/draft', [['teamName', 'Lions of Salem']])).status).toBe(303)
    expect(valuesOf((await known.open()).html).teamName).toBe('Lions of Salem')
    expect((await fresh.sendForm(aRegistration())).status).toBe(303)
  })
})

test('a file sent alone is asked for again where too many are arriving, and a whole form goes on without it', async () => {
  await addTestTournament(app.ctx, 'cup', 'icct26')
  const visitor = captain(app.url)
  await visitor.open('/t/cup/register')
  await withFiles(diskWith({ receptionsMax: 0 }), async () => {
    const slot: [string, string][] = [['slot', 'team.pastor_letter']]
    const alone = await visitor.post('/t/cup/register/files', slot, { files: { file: LETTER }, isHtmx: true })
    expect([alone.status, alone.headers.get('retry-after')]).toEqual([503, '10'])
    const files = { 'team.pastor_letter': LETTER }
    expect((await visitor.post('/t/cup/register/draft', [['teamName', 'Lions']], { files })).status).toBe(422)
    expect(valuesOf((await visitor.open('/t/cup/register')).html).teamName).toBe('Lions')
  })
})

test('drafts that are over all go in one run', async () => {
  const then = new Date(app.ctx.now().getTime() - 15 * DAY_MS)
  await app.ctx.db.write`
    insert into drafts (id, tournament_id, token_hash, form, updated_at)
    select gen_random_uuid(), ${app.ctx.tournament.id}, int4send(n), '{}', ${then} from generate_series(1, 201) n`
  expect(await expireDrafts(app.ctx)).toBe(201)
})
