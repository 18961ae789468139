import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { endExecutables, startExecutable } from '#test/support/executable.ts'
import { forgetHighWater, highWaterBytes } from '#test/support/process-memory.ts'
import { type Manner, slowPhones } from '#test/support/slow-phones.ts'
import { anEntry, register } from './registering.ts'

const MB = 1_048_576
const PHONES = 50
const FILE_BYTES = 5 * MB - 1
/** Of each file; the rest comes slowly, so that all are under way together. */
const AT_ONCE_BYTES = 4.8 * MB
const SLOW_BYTES_PER_SECOND = 20_000
/** What has arrived of these files together is far more. */
const GROWTH_MAX_BYTES = 150 * MB
const SETTINGS = { TOURNAMENT_PRESET: 'open', ENABLE_RATE_LIMITING: 'false' }

setDefaultTimeout(180_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

const MANNERS: [Manner, string, number][] = [
  ['file', 'each file by itself', 201],
  ['form', 'as forms', 422],
]

test.each(MANNERS)(
  '50 phones in the middle of 240 MB of files cost no memory to speak of: %s',
  async (manner, _, status) => {
    const server = await startExecutable({ env: SETTINGS })
    // What any file and any registration needs once.
    const warmUp = slowPhones({
      url: server.url,
      count: 2,
      manner,
      bytes: MB,
      bytesPerSecond: Number.POSITIVE_INFINITY,
    })
    await warmUp.answers
    await register(server.url, anEntry())
    forgetHighWater(server.pid)
    const before = highWaterBytes(server.pid)

    const phones = slowPhones({
      url: server.url,
      count: PHONES,
      manner,
      bytes: FILE_BYTES,
      atOnceBytes: AT_ONCE_BYTES,
      bytesPerSecond: SLOW_BYTES_PER_SECOND,
    })
    await phones.underWay
    // Meanwhile an honest captain is served.
    expect((await fetch(`${server.url}/register`)).status).toBe(200)
    expect((await register(server.url, anEntry())).status).toBe(201)
    expect(phones.sentBytes()).toBeGreaterThan(PHONES * AT_ONCE_BYTES)
    expect(highWaterBytes(server.pid) - before).toBeLessThan(GROWTH_MAX_BYTES)

    const answers = await phones.answers
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]))
    expect(highWaterBytes(server.pid) - before).toBeLessThan(GROWTH_MAX_BYTES)
    expect(server.output()).not.toMatch(/"level":[56]0/)
    expect(await server.stop()).toBe(0)
  },
)
