import { forgetHighWater, highWaterBytes, privateBytes } from '#test/support/process-memory.ts'
import { type Manner, slowPhones } from '#test/support/slow-phones.ts'
import { hold, note, short, tell, title } from './report.ts'
import type { RunningServer } from './server.ts'

const MB = 1_048_576
const PHONES = 50
const BYTES_PER_SECOND = 20_000
/** How long each sends, by turns: more bytes should need no more memory. */
const SENDING_SECONDS = [15, 60, 180]
const SAMPLE_MS = 1000
const GROWTH_MAX_MB = 60
const REST_MS = 10_000
const MANNERS: Record<Manner, string> = { file: 'each file by itself', form: 'as forms' }

/** What the server needs of memory while 50 phones upload at 20 kB a second, and how long an honest client waits meanwhile. */
export async function measureSlowPhones(server: RunningServer): Promise<void> {
  title(`Memory while ${PHONES} phones upload at ${BYTES_PER_SECOND / 1000} kB a second`)
  note('Private memory of the server (smaps_rollup), and its high-water mark since before the phones came.')
  for (const manner of Object.keys(MANNERS) as Manner[]) {
    await send(server, manner, 1)
    for (const seconds of SENDING_SECONDS) await measure(server, manner, seconds)
  }
}

async function measure(server: RunningServer, manner: Manner, seconds: number): Promise<void> {
  const { pid, url } = server
  forgetHighWater(pid)
  const [before, highBefore] = [privateBytes(pid), highWaterBytes(pid)]
  const samples: number[] = []
  const waits: number[] = []
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const startedAt = performance.now()
      await (await fetch(`${url}/register`)).arrayBuffer()
      waits.push(performance.now() - startedAt)
      samples.push(privateBytes(pid))
      await Bun.sleep(SAMPLE_MS)
    }
  })()
  const sentBytes = await send(server, manner, seconds)
  isOver = true
  await watching
  const grown = highWaterBytes(pid) - highBefore
  await Bun.sleep(REST_MS)
  const mb = (bytes: number) => short(bytes / MB)
  const during = `at most ${mb(Math.max(...samples))}, in the middle ${mb(samples[samples.length >> 1]!)}`
  const memory = `before ${mb(before)}, ${during}, ${REST_MS / 1000} s after ${mb(privateBytes(pid))} MB`
  tell(`${seconds} s, ${mb(sentBytes)} MB, ${MANNERS[manner]}`, memory)
  tell('  slowest page of an honest client', `${short(Math.max(...waits))} ms`)
  hold('  high-water mark grown by', grown / MB, { most: GROWTH_MAX_MB }, ' MB')
}

/** Throws where one was refused. Returns how many bytes all have sent. */
async function send({ url }: RunningServer, manner: Manner, seconds: number): Promise<number> {
  const phones = slowPhones({
    url,
    count: PHONES,
    manner,
    bytes: seconds * BYTES_PER_SECOND,
    bytesPerSecond: BYTES_PER_SECOND,
  })
  const wanted = manner === 'file' ? 201 : 422
  for (const { status, body } of await phones.answers)
    if (status !== wanted) throw new Error(`A phone was answered ${status}: ${body}`)
  return phones.sentBytes()
}
