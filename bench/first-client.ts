import { aForm, allFiles, type FormFields, register } from '#test/icct26/first-client.ts'
import { forgetHighWater, highWaterBytes, privateBytes } from '#test/support/process-memory.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { inFolder } from './folder.ts'
import { hold, note, short, spread, tell, title } from './report.ts'
import { alternate, figureOf, ratios } from './rounds.ts'
import type { Options } from './run.ts'
import { type Product, type RunningServer, startProduct } from './server.ts'

const MB = 1_048_576
const FILE_BYTES = 400_000
const TIMES_A_ROUND = 10
/** The most there is: three files of the team and two of each of fifteen players, of 5 MB. */
const LARGEST_FILE_BYTES = 5 * MB
const LARGEST_SQUAD = 15
const SAMPLE_MS = 20
const REST_MS = 10_000
const RATIO_MAX = 1
const GROWTH_MAX_MB = 60

/** One registration with 25 files by the first client's form, beside the same by /api/v1; and memory while the largest form arrives. */
export async function measureFirstClient(product: Product, { rounds }: Options): Promise<void> {
  title(`One registration with 25 files of ${FILE_BYTES / 1000} kB, one client`)
  note('By /api/v1 the files are sent one after another, then the registration that names them.')
  await inFolder(async (folder) => {
    const server = await startProduct(product, folder, { ICCT26_API: 'true' })
    try {
      await compare(server, rounds)
      await measureLargest(server)
    } finally {
      await server.stop()
    }
  })
}

async function compare(server: RunningServer, rounds: number): Promise<void> {
  const timed = (send: (fields: FormFields) => Promise<void>) => async () => {
    const forms = Array.from({ length: TIMES_A_ROUND }, () => ({ ...aForm(), ...allFiles(FILE_BYTES) }))
    const startedAt = performance.now()
    for (const form of forms) await send(form)
    return (performance.now() - startedAt) / TIMES_A_ROUND
  }
  const contestants = [timed((form) => byForm(server.url, form)), timed((form) => byApi(server.url, form))]
  // Once for warmth.
  await alternate(1, contestants)
  const { pid } = server
  forgetHighWater(pid)
  const before = highWaterBytes(pid)
  const [form, api] = (await alternate(rounds, contestants)) as [number[], number[]]
  tell('by the first client’s form', spread(figureOf(form), ' ms'))
  tell('by /api/v1', spread(figureOf(api), ' ms'))
  const ratio = ratios(form, api)
  hold('form beside /api/v1', ratio.median, { most: RATIO_MAX })
  note(`  of each round: ${spread(ratio)}`)
  tell('private memory after it', `${short(privateBytes(pid) / MB)} MB`)
  tell('high-water mark grown by', `${short((highWaterBytes(pid) - before) / MB)} MB`)
}

async function byForm(url: string, form: FormFields): Promise<void> {
  const answer = await register(url, form)
  if (answer.status !== 201) throw new Error(`The form was answered ${answer.status}: ${await answer.text()}`)
  await answer.arrayBuffer()
}

async function byApi(url: string, form: FormFields): Promise<void> {
  const ids = new Map<string, string>()
  for (const [field, file] of Object.entries(form))
    if (file instanceof File) ids.set(field, await upload(url, field, file))
  const about = aRegistration()
  const of = (names: readonly string[]) => names.flatMap((name) => ids.get(name) ?? [])
  const body = {
    ...about,
    documents: of(['pastor_letter', 'payment_receipt', 'group_photo']),
    players: about.players.map((player, index) => ({
      ...player,
      documents: of([`player_${index}_aadhar_file`, `player_${index}_subscription_file`]),
    })),
  }
  const answer = await fetch(`${url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.status !== 201) throw new Error(`/api/v1 answered ${answer.status}: ${await answer.text()}`)
  await answer.arrayBuffer()
}

async function upload(url: string, field: string, file: File): Promise<string> {
  const kind = /^player_\d+_(aadhar|subscription)_file$/.exec(field)?.[1] ?? field
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', file)
  const answer = await fetch(`${url}/api/v1/uploads`, { method: 'POST', body: form })
  if (answer.status !== 201) throw new Error(`A file was answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}

async function measureLargest({ url, pid }: RunningServer): Promise<void> {
  const files = Array.from({ length: LARGEST_SQUAD }, (_, player) =>
    ['aadhar', 'subscription'].map((kind) => [`player_${player}_${kind}_file`, largest(`${kind} ${player}`)]),
  ).flat()
  const ofTeam = ['pastor_letter', 'payment_receipt', 'group_photo'].map((kind) => [kind, largest(kind)])
  const form = { ...aForm({}, LARGEST_SQUAD), ...Object.fromEntries([...ofTeam, ...files]) }
  forgetHighWater(pid)
  const [before, highBefore] = [privateBytes(pid), highWaterBytes(pid)]
  const samples: number[] = []
  const clock = setInterval(() => samples.push(privateBytes(pid)), SAMPLE_MS)
  const startedAt = performance.now()
  await byForm(url, form)
  clearInterval(clock)
  const bytes = [...ofTeam, ...files].length * LARGEST_FILE_BYTES
  const seconds = (performance.now() - startedAt) / 1000
  const grown = highWaterBytes(pid) - highBefore
  await Bun.sleep(REST_MS)
  const mb = (of: number) => short(of / MB)
  tell(`the largest form, ${mb(bytes)} MB in 33 files`, `${short(seconds)} s`)
  const after = `${REST_MS / 1000} s after ${mb(privateBytes(pid))}`
  tell('  private memory', `before ${mb(before)}, at most ${mb(Math.max(before, ...samples))}, ${after} MB`)
  hold('  high-water mark grown by', grown / MB, { most: GROWTH_MAX_MB }, ' MB')
}

const largest = (seed: string) => new File([samplePdf(LARGEST_FILE_BYTES, seed)], 'scan.pdf')
