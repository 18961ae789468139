import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { composeMail, type MailOffice, startMail } from '#src/mail/service.ts'
import { mailSettings } from '#test/mail/post-office.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { type FileHostStandIn, hostConfig } from '#test/support/file-host.ts'
import { s3Settings, s3StandIn } from '#test/support/s3-stand-in.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import { aForm, allFiles, register } from './first-client.ts'

const TEAMS = 8
setDefaultTimeout(60_000)
let app: TestApp
let host: FileHostStandIn
let mails: SmtpStandIn
let office: MailOffice
beforeAll(async () => {
  ;[host, mails] = await Promise.all([s3StandIn(), smtpStandIn()])
  const config = { ...mailSettings(mails.port), ...hostConfig(s3Settings(host)) }
  app = await testApp({ preset: 'icct26', config })
  office = (await startMail(app.ctx, composeMail))!
})
afterAll(async () => {
  await office.stop(100)
  host.behave('fine')
  await app.end()
  await host.end()
  await mails.close()
})

test('teams register while neither the file host nor the mail server answers, and none waits for them under a lock', async () => {
  host.behave('stall')
  mails.rules = { connect: () => 'stall', mailFrom: () => 'stall' }
  const answers = await Promise.all(
    Array.from({ length: TEAMS }, () => register(app.url, { ...aForm(), ...allFiles() })),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(TEAMS).fill(201))
  void app.ctx.files.moveWaiting().catch(() => {})
  // Both have been asked by now, and keep whoever asked waiting; nobody holds a tournament.
  await untilIs(
    () => [host.seen.length > 0, mails.connections > 0],
    (asked) => asked.every(Boolean),
  )
  const held = await app.ctx.db
    .read`select pid from pg_locks where locktype = 'advisory' and classid = 7103 and granted`
  expect(held.length).toBe(0)
  expect((await register(app.url, aForm())).status).toBe(201)
})
