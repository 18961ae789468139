import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { type Executable, endExecutables, startExecutable } from '#test/support/executable.ts'
import { MultipartClient } from '#test/support/multipart-client.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { ATTACKS, type Attack, type SlowClient, slowClient } from '#test/support/slow-clients.ts'

const MB = 1_048_576
const IDLE = 1000
const MANY = 50
const OPENED_AT_ONCE = 100
/** What a server that kept what it is sent, or what is not taken from it, would go far beyond. */
const GROWTH_MAX_BYTES = 150 * MB
const SETTINGS = {
  TOURNAMENT_PRESET: 'open',
  ENABLE_RATE_LIMITING: 'false',
  REQUEST_TIMEOUT: '5',
  UPLOAD_TIMEOUT: '10',
}
/** Slower than it may be over its whole length, faster than the least rate. */
const HONEST_UPLOAD = { bytes: 120_000, bytesPerSecond: 40_000 }

setDefaultTimeout(120_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('slow and idle clients are ended in time, and meanwhile everybody else is served', async () => {
  const server = await startExecutable({ env: SETTINGS })
  const port = Number(new URL(server.url).port)
  const before = residentBytes(server)
  const attackers = await attack(port)
  const all = [...attackers.values()].flat()
  expect(all).toHaveLength(2 * IDLE + (attackers.size - 2) * MANY)

  let served = 0
  const isOver = () => all.every((client) => client.isEnded())
  do {
    await serveHonestly(server)
    served += 1
  } while (!isOver())
  await Promise.all(all.map((client) => client.ended))

  expect(served).toBeGreaterThan(0)
  for (const late of ['a slow JSON body', 'a slow form', 'a slow upload'] as const)
    expect(new Set(attackers.get(late)!.map((client) => client.heard().split('\r\n')[0]))).toEqual(
      new Set(['HTTP/1.1 408 Request Timeout']),
    )
  expect(residentBytes(server) - before).toBeLessThan(GROWTH_MAX_BYTES)
  expect(server.output()).not.toMatch(/"level":[56]0/)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
})

test('idle connections do not hold up a stop', async () => {
  const server = await startExecutable({ env: { ...SETTINGS, STOP_TIMEOUT: '300' } })
  const port = Number(new URL(server.url).port)
  const silent = await open(port, 'nothing at all', MANY)
  const idle = await open(port, 'nothing after an answer', MANY)
  while (idle.some((client) => client.heard() === '')) await Bun.sleep(5)
  expect(await server.stop()).toBe(0)
  await Promise.all(idle.map((client) => client.ended))
  // The kernel kept these from the server until they would speak.
  for (const client of silent) client.end()
})

async function attack(port: number): Promise<Map<Attack, SlowClient[]>> {
  const clients = new Map<Attack, SlowClient[]>()
  for (const manner of Object.keys(ATTACKS) as Attack[])
    clients.set(manner, await open(port, manner, manner.startsWith('nothing') ? IDLE : MANY))
  return clients
}

async function open(port: number, manner: Attack, count: number): Promise<SlowClient[]> {
  const clients: SlowClient[] = []
  while (clients.length < count) {
    const width = Math.min(OPENED_AT_ONCE, count - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: width }, () => slowClient(port, ATTACKS[manner])))))
  }
  return clients
}

/** Pages, a registration, and a file over a poor network: all of it succeeds. */
async function serveHonestly({ url }: Executable): Promise<void> {
  const statuses = await Promise.all([
    ...['/', '/register', '/api/v1/teams', '/readyz'].map(async (path) => (await fetch(url + path)).status),
    fetch(`${url}/api/v1/registrations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(aRegistration()),
    }).then(({ status }) => status),
    uploadHonestly(url),
  ])
  expect(statuses).toEqual([200, 200, 200, 200, 201, 201])
}

async function uploadHonestly(url: string): Promise<number> {
  const client = await MultipartClient.open({ port: Number(new URL(url).port), path: '/api/v1/uploads' })
  await client.field('kind', 'payment_receipt')
  await client.beginPart('form-data; name="file"; filename="a.pdf"', 'application/pdf')
  await client.send(samplePdf(HONEST_UPLOAD.bytes), HONEST_UPLOAD.bytesPerSecond)
  await client.send('\r\n')
  return (await client.finish()).status
}

const residentBytes = ({ pid }: Executable) =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
