import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, until } from '#test/db/embedded/processes.ts'
import { type Executable, endExecutables, openData, startExecutable } from '#test/support/executable.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { samplePdf } from '#test/support/sample-files.ts'

const MB = 1_048_576
const FILE_BYTES = 5 * MB - 1
/** What a body that is kept in memory would go far beyond. */
const GROWTH_MAX_BYTES = 130 * MB
const POLL_MS = 20
const SETTINGS = { TOURNAMENT_PRESET: 'icct26', ENABLE_RATE_LIMITING: 'false' }
const SLOTS = ['team.pastor_letter', 'team.payment_receipt', 'team.group_photo'].concat(
  Array.from({ length: 15 }, (_, row) => [`players.p${row + 1}.aadhar`, `players.p${row + 1}.subscription`]).flat(),
)

setDefaultTimeout(120_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('a form of 170 MB that is dropped half-way registers nothing, leaves no half file and harms nobody', async () => {
  const server = await startExecutable({ env: SETTINGS })
  const before = highWater(server)
  const client = await open(server)
  const page = await (await fetch(`${server.url}/register`)).text()
  await client.field('draft', /name="draft" value="([^"]+)"/.exec(page)![1]!)
  const file = samplePdf(FILE_BYTES)
  const slots = SLOTS.slice(0, Math.floor(SLOTS.length / 2))
  for (const slot of slots) await client.file(slot, 'scan.pdf', 'application/pdf', file)
  await client.beginPart(`form-data; name="${SLOTS.at(-1)}"; filename="half.pdf"`, 'application/pdf')
  await client.send(file.subarray(0, FILE_BYTES / 2))
  const sql = await openData(server.dataDir)
  const kept = () => sql`select from uploads where draft_id is not null`
  while ((await kept()).length < slots.length) await Bun.sleep(POLL_MS)
  await until(() => incoming(server).length === 1)
  // Meanwhile others are served.
  expect((await fetch(`${server.url}/register`)).status).toBe(200)
  client.drop()

  await until(() => incoming(server).length === 0)
  expect(await sql`select from teams`).toHaveLength(0)
  // What had arrived whole waits in the draft that the form named, for the captain to come back.
  expect(await kept()).toHaveLength(slots.length)
  await sql.end()
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(highWater(server) - before).toBeLessThan(GROWTH_MAX_BYTES)
  expect(server.output()).not.toContain('"level":50')
  expect(await server.stop()).toBe(0)
})

test('a whole one is kept, in as little memory', async () => {
  const server = await startExecutable({ env: SETTINGS })
  const before = highWater(server)
  const client = await open(server)
  const file = samplePdf(FILE_BYTES)
  for (const slot of SLOTS) await client.file(slot, 'scan.pdf', 'application/pdf', file)
  await client.field('teamName', 'Kings of Kotagiri')
  const answer = await client.finish()
  // Much of the form is missing: it comes back with its errors, and with its files.
  expect([answer.status, answer.headers.get('content-type')]).toEqual([422, expect.stringMatching(/^text\/html/)])
  expect(answer.body).toContain('Kings of Kotagiri')
  const sql = await openData(server.dataDir)
  expect(await sql`select from uploads where draft_id is not null`).toHaveLength(SLOTS.length)
  await sql.end()
  expect(incoming(server)).toEqual([])
  expect(highWater(server) - before).toBeLessThan(GROWTH_MAX_BYTES)
  expect(await server.stop()).toBe(0)
})

const open = ({ url }: Executable) =>
  MultipartClient.open({
    port: Number(new URL(url).port),
    path: '/register',
    headers: { origin: url, 'sec-fetch-site': 'same-origin', accept: 'text/html' },
  })

const incoming = (server: Executable) => readdirSync(join(server.dataDir, 'files/incoming'))

/** The most memory it ever had at once (proc(5), VmHWM). */
function highWater(server: Executable): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))
  return Number(line![1]) * 1024
}
