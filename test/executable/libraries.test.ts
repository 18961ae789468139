import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { type Executable, endExecutables, openData, runExecutable, startExecutable } from '#test/support/executable.ts'
import { smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import manifest from '../../package.json' with { type: 'json' }
import { startMailing } from './mailing.ts'
import { anEntry, register } from './registering.ts'
import { setUpFactors } from './second-factor.ts'

setDefaultTimeout(60_000)

const EMAIL = 'meena@example.org'
const PASSWORD = 'a rope for the marquee'
/** Of the metrics. */
const TOKEN = 'four-ropes-and-a-bucket'
let server: Executable
beforeAll(async () => {
  server = await startExecutable({
    env: { LOG_FILE: 'logs/teamsheet.log', METRICS_TOKEN: TOKEN, TOURNAMENT_PRESET: 'open' },
  })
  const owner = ['--email', EMAIL, '--name', 'Meena Raj', '--role', 'owner', '--password-stdin']
  await runExecutable(['staff', 'add', ...owner], { cwd: server.folder, input: PASSWORD })
})
afterAll(() => {
  endExecutables()
  cleanUp()
})

const text = async (path: string) => (await fetch(server.url + path)).text()

/** Something that each library alone can have done, seen from outside. One that fails compiled is no dependency. */
const SHOWN: Record<string, () => Promise<void>> = {
  elysia: async () => expect(await text('/healthz')).toBe('{"status":"ok"}'),
  '@elysiajs/openapi': async () =>
    expect(JSON.parse(await text('/api/openapi.json')).paths['/api/v1/registrations'].post.responses).toHaveProperty(
      '201',
    ),
  '@sinclair/typebox': async () => {
    const { stderr } = await runExecutable(['serve'], { env: { PORT: 'ninety' } })
    expect(stderr).toStartWith('PORT does not take "ninety". It takes 0 to 65535.')
  },
  busboy: async () => expect(await sendFile('notes.pdf', '%PDF-1.4\n%%EOF\n')).toMatchObject({ kind: 'pastor_letter' }),
  'file-type': async () =>
    expect(await sendFile('notes.pdf', 'MZ is no PDF')).toMatchObject({ code: 'UNSUPPORTED_FILE_TYPE' }),
  'csv-stringify': async () => {
    const answer = await fetch(`${server.url}/admin/audit/export.csv`, { headers: { cookie: await signIn() } })
    expect(await answer.text()).toMatch(/^\d+,\S+Z,audit\.exported,staff,[\da-f-]+,Meena Raj,.*\r\n/m)
  },
  'd3-scale': async () => {
    await register(server.url, anEntry())
    const answer = await fetch(`${server.url}/admin`, { headers: { cookie: await signIn() } })
    expect(await answer.text()).toMatch(/<svg[^>]*role="img"/)
  },
  'htmx.org': async () => {
    const path = /src="(\/assets\/[^"]*htmx\.js)"/.exec(await text('/register'))![1]!
    expect(await text(path)).toContain('htmx')
  },
  'libphonenumber-js': async () => {
    const wrong = { name: 'Samuel', phone: '12345', email: 'samuel@example.org' }
    const { status, answer } = await register(server.url, anEntry({ captain: wrong }))
    expect([status, answer]).toMatchObject([422, { errors: [{ field: 'captain.phone' }] }])
  },
  // The first start's migrations and, in a transaction, its tournament.
  'drizzle-orm': async () =>
    expect(JSON.parse(await text('/api/v1/tournaments/current'))).toMatchObject({ slug: 'open' }),
  postgres: async () => expect(await text('/readyz')).toContain('"database":"ok"'),
  nodemailer: async () => expect((await mailed()).received).toBe(1),
  'pg-boss': async () => expect((await mailed()).queues).toContainEqual({ name: 'deliver-mail' }),
  cloudinary: async () => {
    const host = await cloudinaryStandIn()
    const hosted = await startExecutable({ env: { TOURNAMENT_PRESET: 'open', ...cloudinarySettings(host) } })
    await sendFile('notes.pdf', '%PDF-1.4\n%%EOF\n', hosted.url)
    await untilIs(
      () => [...host.kept.values()].map(String),
      (kept) => kept.includes('%PDF-1.4\n%%EOF\n'),
    )
    await hosted.stop()
    await host.end()
  },
  pino: async () => expect(server.output()).toMatch(/^\{"level":30,.*"event":"server\.started"\}$/m),
  'pino-roll': async () =>
    expect(await Bun.file(`${server.folder}/logs/teamsheet.1.log`).text()).toContain('"event":"server.started"'),
  'pino-pretty': async () => {
    const other = await startExecutable({ env: { LOG_FORMAT: 'text' } })
    await other.stop()
    expect(other.output()).toMatch(/^\[[\d: -]+\] INFO: server\.started /m)
  },
  jose: async () => {
    const { access_token: token } = (await (await login()).json()) as { access_token: string }
    const me = await fetch(`${server.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(await me.json()).toMatchObject({ email: EMAIL })
  },
  otpauth: async () => expect((await factors()).codes).toBe(10),
  uqr: async () => expect((await factors()).qr).toMatch(/<path d="(?:M\d+ \d+h1v1h-1z){100,}"/),
  '@simplewebauthn/server': async () => expect((await factors()).enteredBy).toContain('asha@example.org'),
  preact: async () => expect(await text('/sign-in')).toContain('<form'),
  'preact-render-to-string': async () => expect(await text('/sign-in')).toStartWith('<!doctype html><html lang="en">'),
  // The likeness that a PNG of the drawn picture gives.
  'fast-png': async () => expect((await drawn()).likeness).toHaveLength(8),
  'libheif-js': async () => expect((await drawn()).shown).toMatchObject({ format: 'webp', width: 400, height: 300 }),
  cockatiel: async () => expect(await signIn()).toStartWith('session='),
  'prom-client': async () => {
    const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(await answer.text()).toMatch(/^teamsheet_task_runs_total\{task="keep-warm"\} \d+$/m)
  },
  'rate-limiter-flexible': async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(server.url, anEntry())))
    expect(answers.map(({ status }) => status)).toContain(429)
  },
}

/** The cookie of a session. Passwords are worked on a few at a time. */
async function signIn(): Promise<string> {
  const answer = await fetch(`${server.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ email: EMAIL, password: PASSWORD }),
    headers: { origin: server.url },
  })
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

const login = () =>
  fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    body: new URLSearchParams({ username: EMAIL, password: PASSWORD }),
  })

let picture: ReturnType<typeof drawPicture> | undefined
const drawn = () => (picture ??= drawPicture())

/** A HEIC file of a registration as staff see it, and what the database keeps of it. */
async function drawPicture() {
  const form = new FormData()
  form.set('kind', 'group_photo')
  form.set('file', Bun.file(`${import.meta.dir}/../files/samples/flag.heic`), 'flag.heic')
  const upload = (await (await fetch(`${server.url}/api/v1/uploads`, { method: 'POST', body: form })).json()) as {
    id: string
  }
  const { answer } = await register(server.url, anEntry({ documents: [upload.id] }))
  const sql = await openData(server.dataDir)
  const [document] = await sql`select id from documents where team_id = ${answer.id}`
  const path = `/admin/registrations/${answer.id}/documents/${document!.id}/picture`
  const shown = await fetch(server.url + path, { headers: { cookie: await signIn() } })
  const [file] = await sql`select likeness from files where likeness is not null`
  await sql.end()
  return { likeness: file!.likeness, shown: await new Bun.Image(await shown.arrayBuffer()).metadata() }
}

let enrolling: ReturnType<typeof setUpFactors> | undefined
const factors = () => (enrolling ??= setUpFactors(server))

let mailing: ReturnType<typeof mailOnce> | undefined
const mailed = () => (mailing ??= mailOnce())

/** What a server with mail has sent after one registration, and the queues it keeps. */
async function mailOnce() {
  const mailServer = await smtpStandIn()
  const sender = await startMailing(mailServer)
  await register(sender.url, anEntry())
  await untilIs(() => mailServer.received.length, Boolean)
  const sql = await openData(sender.dataDir)
  const queues = await sql`select name from jobs.queue`
  await sql.end()
  await sender.stop()
  await mailServer.close()
  return { received: mailServer.received.length, queues }
}

async function sendFile(name: string, content: string, url = server.url): Promise<unknown> {
  const form = new FormData()
  form.set('kind', 'pastor_letter')
  form.set('file', new File([content], name))
  return (await fetch(`${url}/api/v1/uploads`, { method: 'POST', body: form })).json()
}

test('each library that is bundled is tried', () => {
  expect(Object.keys(SHOWN).sort()).toEqual(Object.keys(manifest.dependencies).sort())
})

test.each(Object.keys(SHOWN))('%s works inside the executable', async (name) => {
  await SHOWN[name]!()
})
