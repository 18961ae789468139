import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { type Executable, emptyFolder, endExecutables, openData } from '#test/support/executable.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'
import { startMailing } from './mailing.ts'
import { anEntry, register } from './registering.ts'

setDefaultTimeout(60_000)

let folder: string
let server: SmtpStandIn
beforeEach(async () => {
  folder = await emptyFolder()
  server = await smtpStandIn()
})
afterEach(() => server.close())
afterAll(() => {
  endExecutables()
  cleanUp()
})

const start = () => startMailing(server, folder)

async function statesOf(running: Executable): Promise<string[]> {
  const sql = await openData(running.dataDir)
  const rows = await sql<{ state: string }[]>`select state from mails order by created_at`
  await sql.end()
  return rows.map(({ state }) => state)
}

const until = (isSo: () => boolean | Promise<boolean>) => untilIs(isSo, Boolean)
const areAllSent = async (running: Executable) => (await statesOf(running)).every((state) => state === 'sent')
const ids = () => server.received.map(({ messageId }) => messageId)

test('who registers gets a mail with a link that opens the team’s page', async () => {
  const running = await start()
  const { answer } = await register(running.url, anEntry())
  await until(() => server.received.length === 1)
  const [mail] = server.received
  expect(mail!.text).toContain(answer.reference)
  const link = new RegExp(`${running.url}/entry/[\\w-]{43}`).exec(mail!.text!)![0]
  const page = await fetch(link)
  expect([page.status, (await page.text()).includes(answer.reference)]).toEqual([200, true])
  await until(() => areAllSent(running))
  expect(running.output()).toContain('"event":"mail.sent"')
  expect(running.output()).not.toContain(mail!.envelope.to[0]!)
  expect(await running.stop()).toBe(0)
})

test.each([
  ['before the mail server answers', (kill: () => void) => kill()],
  ['as the mail server answers', (kill: () => void) => void setImmediate(kill)],
])('a mail whose sender is killed -9 %s arrives, with one Message-ID, and ends as sent', async (_, when) => {
  const killed = await start()
  let isKilled: Promise<void> | undefined
  server.rules = { data: () => void when(() => (isKilled ??= killed.kill9())) }
  const { status } = await register(killed.url, anEntry())
  expect(status).toBe(201)
  await until(() => isKilled !== undefined)
  await isKilled
  server.rules = {}
  const running = await start()
  await until(() => areAllSent(running))
  expect(server.received.length).toBeGreaterThanOrEqual(1)
  expect(new Set(ids()).size).toBe(1)
  await running.stop()
})

test('told to stop in the middle of a mail, it finishes that one and no other', async () => {
  const first = await start()
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<undefined>()
  server.rules = {
    data() {
      asked.resolve()
      return answer.promise
    },
  }
  await register(first.url, anEntry())
  await asked.promise
  const stopped = first.stop()
  await until(() => first.output().includes('"event":"listener.closed"'))
  answer.resolve(undefined)
  expect(await stopped).toBe(0)
  server.rules = {}
  const running = await start()
  expect(await statesOf(running)).toEqual(['sent'])
  expect(server.received).toHaveLength(1)
  await running.stop()
})

test('mail goes on when PostgreSQL was killed and came back, and when the mail server did', async () => {
  const running = await start()
  const { port } = server
  await server.close()
  await register(running.url, anEntry())
  await until(async () => (await statesOf(running))[0] === 'retrying')
  const former = running.postgresPid()
  process.kill(former, 'SIGKILL')
  await until(async () => (await fetch(`${running.url}/readyz`)).status !== 200)
  await until(async () => (await fetch(`${running.url}/readyz`)).status === 200)
  server = await smtpStandIn({ port })
  const { status } = await register(running.url, anEntry())
  expect(status).toBe(201)
  await until(() => areAllSent(running))
  expect(new Set(ids()).size).toBe(2)
  await running.stop()
})
