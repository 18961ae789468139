import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { composeMail, type MailOffice, startMail } from '#src/mail/service.ts'
import { mailSettings } from '#test/mail/post-office.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { BROWSER_TEST_MAX_MS, launchBrowser, type OpenedPage, openPage } from '#test/support/browser.ts'
import { openRelay, type Relay } from '#test/support/relay.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { PASSWORD, signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { aForm, allFiles, type FormFields } from './first-client.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)
const PAGE = join(import.meta.dir, 'page')

let app: TestApp
let relay: Relay
let mails: SmtpStandIn
let office: MailOffice
let elsewhere: Bun.Server<undefined>
let browser: Browser
beforeAll(async () => {
  ;[mails, browser] = await Promise.all([smtpStandIn(), launchBrowser()])
  elsewhere = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => new Response(Bun.file(join(PAGE, new URL(request.url).pathname.replace(/\/$/, '/index.html')))),
  })
  const config = { ...mailSettings(mails.port), corsOrigins: [elsewhere.url.origin] }
  app = await testApp({ preset: 'icct26', config, clientDir: PAGE })
  relay = await openRelay(app.url)
  Object.assign(app.ctx.config, { publicUrl: relay.url })
  office = (await startMail(app.ctx, composeMail))!
})
afterAll(async () => {
  await office.stop(100)
  await browser.close()
  await elsewhere.stop(true)
  await relay.end()
  await app.end()
  await mails.close()
})

// biome-ignore lint/suspicious/noExplicitAny: what a test looks into
type Answer = { status: number; body: any; requestId: string; isReplayed: boolean; total: string; tries: unknown[] }
type Client = {
  useToken(token: string): void
  ask(path: string, method?: string, body?: string): Promise<Answer>
  register(fields: Record<string, string>, key: string): Promise<Answer>
  look(address: string): Promise<{ width: number; bytes: number }>
}

/** Opens the client, and what it can be asked to do. */
async function open(address: string) {
  const opened = await openPage(browser, address)
  await opened.page.locator('#state', { hasText: 'ready' }).waitFor()
  return { opened, page: opened.page, client: clientOf(opened.page) }
}

const clientOf = (page: Page): Client => {
  const call =
    (name: keyof Client) =>
    // biome-ignore lint/suspicious/noExplicitAny: whatever it answers
    (...given: any[]): any =>
      // biome-ignore lint/suspicious/noExplicitAny: the page's own
      page.evaluate(([name, given]) => (window as any).client[name](...given), [name, given] as const)
  return { useToken: call('useToken'), ask: call('ask'), register: call('register'), look: call('look') }
}

/** Chooses files as a person does; the page sends them with the texts. */
async function choose(page: Page, fields: FormFields): Promise<Record<string, string>> {
  const files = Object.entries(fields).filter((field): field is [string, File] => field[1] instanceof File)
  const ending = (file: File) => file.name.slice(file.name.lastIndexOf('.'))
  await page.locator('#files').setInputFiles(
    await Promise.all(
      files.map(async ([name, file]) => ({
        name: name + ending(file),
        mimeType: file.type || 'application/octet-stream',
        buffer: Buffer.from(await file.bytes()),
      })),
    ),
  )
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
  )
}

const mailsTo = (fields: FormFields) =>
  mails.received.filter(({ envelope }) => envelope.to.includes(String(fields.captain_email)))
const lastNumber = async () =>
  ((await app.ctx.db.read`select coalesce(max(number), 0)::int as last from teams`)[0]!.last as number) + 1

/** Churches → 25 files → the same again, as its answer was lost → a full church. What was registered, as the client was told. */
async function enter(page: Page, client: Client) {
  const form = { ...aForm(), ...allFiles(20_000) }
  expect((await client.ask('/api/churches/availability')).body.summary.total_churches).toBeNumber()
  const next = await lastNumber()
  relay.dropAnswerTo('POST /api/register/team')
  const answer = await client.register(await choose(page, form), crypto.randomUUID())
  expect(answer).toMatchObject({
    status: 201,
    isReplayed: true,
    tries: ['no answer', 201],
    body: { success: true, team_name: form.team_name, registration_status: 'pending' },
  })
  expect(await lastNumber()).toBe(next + 1)
  const church = { church_name: form.church_name! }
  expect((await client.register(await choose(page, aForm(church)), crypto.randomUUID())).status).toBe(201)
  expect(await client.register(await choose(page, aForm(church)), crypto.randomUUID())).toMatchObject({
    status: 409,
    body: { error_code: 'CLUB_LIMIT_REACHED', message: expect.stringContaining('Maximum 2 teams') },
    requestId: expect.any(String),
  })
  const { churches } = (await client.ask('/api/churches/availability')).body
  expect(churches).toContainEqual({ church_name: form.church_name, team_count: 2, locked: true })
  const code = (number: number) => `ICCT-${String(number).padStart(3, '0')}`
  return { form, first: code(next), second: code(next + 1) }
}

/** List → detail → approve, which the captain hears of → reject. */
async function decide(client: Client, { form, first, second }: Awaited<ReturnType<typeof enter>>) {
  const list = await client.ask('/admin/teams?status=pending')
  expect(list.body.data.map(({ teamId }: { teamId: string }) => teamId)).toEqual([second, first])
  expect(list.total).toBe('2')
  const { data } = (await client.ask(`/admin/teams/${first}`)).body
  expect(data.team.captain.phone).toBe(form.captain_phone)
  expect(await client.look(data.team.groupPhoto)).toEqual({ width: 1, bytes: (form.group_photo as File).size })
  expect(await client.look(data.players[3].subscriptionFile)).toMatchObject({ width: 1 })
  const before = mailsTo(form).length
  expect((await client.ask(`/admin/teams/${first}/confirm`, 'PUT')).body.registration_status).toBe('confirmed')
  await untilIs(
    () => mailsTo(form).length,
    (received) => received > before,
  )
  expect((await client.ask(`/admin/teams/${first}/confirm`, 'PUT')).body.data.alreadyConfirmed).toBe(true)
  expect((await client.ask(`/admin/teams/${second}/reject`, 'PUT')).body.registration_status).toBe('rejected')
  expect((await client.ask('/admin/teams?status=pending')).body.data).toEqual([])
  expect((await client.ask('/api/teams')).body.teams.at(-1)).toMatchObject({ team_id: second })
}

describe('from our own origin', () => {
  let opened: OpenedPage
  test('a captain registers, staff sign in with us, come back and decide', async () => {
    const visited = await open(`${relay.url}/registration`)
    opened = visited.opened
    const { page, client } = visited
    const entered = await enter(page, client)
    const refused = await client.ask('/admin/teams')
    expect(refused.status).toBe(401)
    const { email } = await signedIn(app.ctx, 'reviewer', 'Asha')
    await page.goto(/https?:\S+/.exec(refused.body.detail)![0])
    await page.locator('[name=email]').fill(email)
    await page.locator('[name=password]').fill(PASSWORD)
    await page.locator('form button[type=submit]').first().click()
    await page.waitForURL(`${relay.url}/registration`)
    await decide(client, entered)
    // Refusals and the lost answer, which a browser tells of by itself; nothing of a policy.
    expect(opened.complaints.filter((said) => !said.startsWith('Failed to load resource'))).toEqual([])
    await opened.close()
  })
})

describe('from another origin', () => {
  test('the same goes with a token, and without one nothing of staff’s', async () => {
    const { opened, page, client } = await open(`${elsewhere.url.origin}/?api=${encodeURIComponent(relay.url)}`)
    const entered = await enter(page, client)
    expect(await client.ask('/admin/teams')).toMatchObject({ status: 401, requestId: expect.any(String) })
    const { email } = await signedIn(app.ctx, 'reviewer', 'Daniel')
    const login = await client.ask('/api/v1/auth/login', 'POST', JSON.stringify({ email, password: PASSWORD }))
    expect(login.status).toBe(200)
    await client.useToken(login.body.access_token)
    await decide(client, entered)
    expect(opened.complaints.filter((said) => !said.startsWith('Failed to load resource'))).toEqual([])
    await opened.close()
  })

  test('a page that CORS_ORIGINS does not name reads nothing', async () => {
    const stranger = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) =>
        new Response(Bun.file(join(PAGE, new URL(request.url).pathname.replace(/\/$/, '/index.html')))),
    })
    const { opened, client } = await open(`${stranger.url.origin}/?api=${encodeURIComponent(relay.url)}`)
    await expect(client.ask('/api/teams')).rejects.toThrow('Failed to fetch')
    await opened.close()
    await stranger.stop(true)
  })
})
