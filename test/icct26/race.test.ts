import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestApp, testApp } from '#test/support/app.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { aForm, type FormFields, type Refusal, register } from './first-client.ts'

const AT_ONCE = 64
setDefaultTimeout(120_000)
let app: TestApp
beforeAll(async () => {
  app = await testApp({ preset: 'icct26' })
})
afterAll(() => app.end())

/** How each of the forms was answered, all sent at once. */
async function sendAll(forms: readonly FormFields[], headers: Record<string, string> = {}): Promise<string[]> {
  const answers = await Promise.all(forms.map((form) => register(app.url, form, headers)))
  return Promise.all(
    answers.map(async (answer) =>
      answer.status === 201 ? 'registered' : ((await answer.json()) as Refusal).error_code,
    ),
  )
}
const times = (answers: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(answers, (answer) => answer)].map(([answer, all]) => [answer, all.length]))
const forms = (about: (index: number) => FormFields) =>
  Array.from({ length: AT_ONCE }, (_, index) =>
    aForm({ player_0_aadhar_file: new File([samplePdf(1500, `id ${Math.random()}`)], 'id.pdf'), ...about(index) }),
  )

/** Numbers from one on; two of a church, one of a name and of an e-mail; every document its own file, and nothing left of the refused. */
async function expectWhole(teams: number) {
  const [found] = await app.ctx.db.read`
    select count(*)::int as teams, max(number)::int as last, count(distinct number)::int as numbers, count(distinct code)::int as codes,
      count(distinct name_key)::int as names, count(distinct captain_email_key)::int as emails,
      (select max(live_teams)::int from clubs) as "ofChurch", (select sum(live_teams)::int from clubs) as live,
      (select count(*)::int from documents) as documents,
      (select count(*)::int from players) as players
    from teams`
  expect(found).toEqual({
    ...{ teams, last: teams, numbers: teams, codes: teams, names: teams, emails: teams, ofChurch: 2, live: teams },
    documents: 2 * teams,
    players: 11 * teams,
  })
  expect(readdirSync(join(app.ctx.config.dataDir, 'files', 'incoming'))).toEqual([])
}

test('64 at once: two of each church, numbered without a gap', async () => {
  const answers = await sendAll(forms((index) => ({ church_name: `Church of ${'abcdefghijklmnop'[index % 16]}` })))
  expect(times(answers)).toEqual({ registered: 32, CLUB_LIMIT_REACHED: 32 })
  await expectWhole(32)
})

test('64 at once: one of each name, one of each e-mail, however they are written', async () => {
  const byName = await sendAll(
    forms((index) => ({
      team_name: index % 2 ? `Lions of ${'abcdefgh'[index % 8]}` : `LIONS  of ${'abcdefgh'[index % 8]}`,
    })),
  )
  expect(times(byName)).toEqual({ registered: 8, DUPLICATE_TEAM_NAME: 56 })
  const byEmail = await sendAll(
    forms((index) => {
      const email = `captain.${index % 8}@example.org`
      return { captain_email: index > 31 ? email.toUpperCase() : email }
    }),
  )
  expect(times(byEmail)).toEqual({ registered: 8, DUPLICATE_CAPTAIN_EMAIL: 56 })
  await expectWhole(48)
})

test('64 at once under one key are one team', async () => {
  const [form] = forms(() => ({}))
  const answers = await sendAll(Array(AT_ONCE).fill(form), { 'idempotency-key': crypto.randomUUID() })
  expect(times(answers)).toEqual({ registered: AT_ONCE })
  await expectWhole(49)
})
