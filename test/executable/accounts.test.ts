import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { emptyFolder, endExecutables, runExecutable } from '#test/support/executable.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import { startMailing } from './mailing.ts'

setDefaultTimeout(60_000)

const PASSWORD = 'a rope for the marquee'
const NEW_PASSWORD = 'seven umbrellas in a field'
/** The path; the shell does not know the server's own address. */
const LINK = /\/(?:invitation|password-reset)\/[\w-]{43}/
const CSRF = /name="csrf" value="([^"]+)"/

let mailServer: SmtpStandIn
beforeAll(async () => {
  mailServer = await smtpStandIn()
})
afterAll(async () => {
  await mailServer.close()
  endExecutables()
  cleanUp()
})

test('somebody is invited by mail, accepts, forgets the password, and gets another from the shell', async () => {
  const cwd = await emptyFolder()
  const shell = (args: string[], input = '') => runExecutable(['staff', ...args], { cwd, input })
  const who = ['--email', 'owner@example.org', '--name', 'Meena', '--role', 'owner', '--password-stdin']
  expect((await shell(['add', ...who], PASSWORD)).exitCode).toBe(0)
  const server = await startMailing(mailServer, cwd)
  const send = async (address: string, form: Record<string, string>, cookie = '') =>
    fetch(new URL(address, server.url), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
      headers: { cookie, origin: server.url },
    })
  const sessionOf = (answer: Response) =>
    answer.headers
      .getSetCookie()
      .find((one) => one.startsWith('session='))
      ?.split(';')[0] ?? ''
  const linkOf = (text: string) => LINK.exec(text)![0]
  const mailTo = (address: string, from = 0) =>
    untilIs(
      () => mailServer.received.slice(from).find(({ envelope }) => envelope.to.includes(address))?.text,
      (text) => text !== undefined,
    )

  const owner = sessionOf(await send('/sign-in', { email: 'owner@example.org', password: PASSWORD }))
  const page = await (await fetch(`${server.url}/admin/staff`, { headers: { cookie: owner } })).text()
  const invitation = { csrf: CSRF.exec(page)![1]!, email: 'anita@example.org', role: 'viewer', sending: 'mail' }
  expect((await send('/admin/staff', invitation, owner)).headers.get('location')).toBe('/admin/staff?done=mailed')
  const accepted = await send(linkOf((await mailTo('anita@example.org'))!), { name: 'Anita', newPassword: PASSWORD })
  expect([accepted.status, accepted.headers.get('location'), sessionOf(accepted) !== '']).toEqual([303, '/admin', true])

  const before = mailServer.received.length
  expect((await send('/password-reset', { email: 'anita@example.org' })).status).toBe(303)
  const mailed = linkOf((await mailTo('anita@example.org', before))!)
  const printed = await shell(['reset', '--email', 'anita@example.org'])
  expect([printed.exitCode, linkOf(printed.stdout) !== mailed]).toEqual([0, true])
  expect((await send(linkOf(printed.stdout), { newPassword: NEW_PASSWORD })).status).toBe(303)
  // One new password ends every other way to it.
  expect((await send(mailed, { newPassword: PASSWORD })).status).toBe(410)
  const signIn = (password: string) => send('/sign-in', { email: 'anita@example.org', password })
  expect([(await signIn(PASSWORD)).status, (await signIn(NEW_PASSWORD)).status]).toEqual([422, 303])

  expect((await shell(['disable', '--email', 'anita@example.org'])).exitCode).toBe(0)
  expect(await (await signIn(NEW_PASSWORD)).text()).toContain('This account is disabled.')
  expect((await shell(['list'])).stdout).toContain('anita@example.org  Anita  disabled')
  for (const secret of [mailed.split('/').at(-1)!, 'anita@example.org']) expect(server.output()).not.toContain(secret)
  expect(await server.stop()).toBe(0)
})
