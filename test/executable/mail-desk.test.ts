import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { type Executable, emptyFolder, endExecutables, runExecutable } from '#test/support/executable.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import { startMailing } from './mailing.ts'
import { anEntry, register } from './registering.ts'

setDefaultTimeout(120_000)

const OWNER = { email: 'meena@example.org', password: 'a rope for the marquee' }
const LINK = /http:\/\/[^\s"]+\/entry\/[\w-]{43}/

let server: SmtpStandIn
let running: Executable
let cookie: string
beforeAll(async () => {
  const folder = await emptyFolder()
  server = await smtpStandIn()
  running = await startMailing(server, folder, { BREAKER_FAILURES: '2' })
  const owner = ['--email', OWNER.email, '--name', 'Meena', '--role', 'owner', '--password-stdin']
  await runExecutable(['staff', 'add', ...owner], { cwd: folder, input: OWNER.password })
  const signedIn = await send('/sign-in', OWNER)
  cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
})
afterAll(async () => {
  await running.stop()
  await server.close()
  endExecutables()
  cleanUp()
})

const headers = () => ({ origin: running.url, 'sec-fetch-site': 'same-origin', ...(cookie && { cookie }) })
const send = (path: string, form: Record<string, string>) =>
  fetch(running.url + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers: headers() })
const read = async (path: string) => (await fetch(running.url + path, { headers: headers() })).text()
/** Presses a button of a page. */
async function press(page: string, path: string, form: Record<string, string> = {}) {
  const csrf = /name="csrf" value="([^"]+)"/.exec(await read(page))![1]!
  return send(path, { csrf, ...form })
}
const untilShown = (path: string, words: RegExp) =>
  untilIs(
    () => read(path),
    (html) => words.test(html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')),
  )
const untilReceived = (subject: RegExp) =>
  untilIs(
    () => server.received.find((mail) => subject.test(mail.subject ?? '')),
    (found) => found !== undefined,
  ) as Promise<(typeof server.received)[number]>

test('in the tournament’s own words a mail goes out, is refused, is seen, and is sent again', async () => {
  const words = { subject: 'Welcome, {team_name}', body: 'Dear {captain_name},\n\n{link}' }
  const saved = await press('/admin/mail/messages/received', '/admin/mail/messages/received', words)
  expect(saved.headers.get('location')).toBe('/admin/mail/messages/received?done=saved')
  server.rules = { rcptTo: () => ({ code: 550, words: 'No such mailbox' }) }
  const entry = anEntry()
  const { answer } = await register(running.url, entry)
  await untilShown('/admin/mail?state=failed', new RegExp(`${entry.teamName} .* Failed 1 550 No such mailbox`))
  const page = await read(`/admin/registrations/${answer.id}`)
  expect(page).toContain('This did not reach the captain: Registration received.')
  const [, mail] = /href="\/admin\/mail\/([\w-]+)"/.exec(page)!
  server.rules = {}
  expect((await press(`/admin/mail/${mail}`, `/admin/mail/${mail}/sending`)).status).toBe(303)
  const received = await untilReceived(/^Welcome, /)
  expect(received.subject).toBe(`Welcome, ${entry.teamName}`)
  expect((await fetch(LINK.exec(received.text!)![0])).status).toBe(200)
})

test('a captain has the link sent again, staff pass one on, and both open the page until they are revoked', async () => {
  const entry = anEntry()
  const { answer } = await register(running.url, entry)
  const { captain } = JSON.parse(entry.body) as { captain: { email: string } }
  expect((await send('/entry/link', { email: captain.email })).headers.get('location')).toBe('/entry?asked')
  const mail = await untilReceived(new RegExp(`^${entry.teamName}: the link`))
  const links = `/admin/registrations/${answer.id}/links`
  const passed = await (await press(links, links)).text()
  expect(passed).toContain('https://wa.me/91')
  const both = [LINK.exec(mail.text!)![0], LINK.exec(passed)![0]]
  const open = () => Promise.all(both.map(async (link) => (await fetch(link)).status))
  expect(await open()).toEqual([200, 200])
  expect((await press(links, `${links}/revocation`)).status).toBe(303)
  expect(await open()).toEqual([410, 410])
})

test('a test message arrives; when the mail server fails, the owner is written to as soon as it is back', async () => {
  expect((await press('/admin/mail', '/admin/mail/test')).status).toBe(303)
  await untilReceived(/^Test message of /)
  server.rules = { connect: () => ({ code: 421, words: 'Too busy' }) }
  server.cut()
  for (let entered = 0; entered < 3; entered += 1) await register(running.url, anEntry())
  await untilShown('/admin/mail?state=queued', /Notice to the owners/)
  server.rules = {}
  expect((await press('/admin/system', '/admin/system/dependencies/mail/reset')).status).toBe(303)
  expect((await press('/admin/system', '/admin/system/tasks/deliver-mail/run')).status).toBe(303)
  const told = await untilReceived(/needs your attention$/)
  expect([told.envelope.to, told.text!.includes(`${running.url}/admin/system`)]).toEqual([[OWNER.email], true])
})
