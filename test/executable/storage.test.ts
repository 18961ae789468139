import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import {
  type Executable,
  emptyFolder,
  endExecutables,
  openData,
  runExecutable,
  startExecutable,
} from '#test/support/executable.ts'
import type { FileHostStandIn } from '#test/support/file-host.ts'
import { s3Settings, s3StandIn } from '#test/support/s3-stand-in.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { anEntry, type Entry, register, sendFile } from './registering.ts'

/** With a letter and a photo; its hosts are tried again soon. */
const SETTINGS = {
  TOURNAMENT_PRESET: 'icct26',
  BREAKER_REST: '1',
  FILE_HOST_TIMEOUT: '1',
}
/** The timetable looks every ten seconds at what is due, and what failed is due within two minutes. */
const MOVED_MAX_MS = 150_000

setDefaultTimeout(200_000)

const HOSTS = [
  { open: cloudinaryStandIn, settingsOf: cloudinarySettings },
  { open: s3StandIn, settingsOf: s3Settings },
]
type Settings = Record<string, string>

afterAll(() => {
  endExecutables()
  cleanUp()
})

/** All at once: most of the time they wait for the timetable. */
const withEachHost = (
  work: (host: FileHostStandIn, start: () => Promise<Executable>, env: Settings) => Promise<void>,
) =>
  Promise.all(
    HOSTS.map(async ({ open, settingsOf }) => {
      const [host, cwd] = [await open(), await emptyFolder()]
      const env = { ...SETTINGS, ...settingsOf(host) }
      await work(host, () => startExecutable({ cwd, env }), env)
      expect(host.faults).toEqual([])
      await host.end()
    }),
  )

test('who registers while the host is down is registered; after kill -9 and when it is back, the files are there, and erased with the person', async () => {
  await withEachHost(async (host, start, env) => {
    host.behave('refuse')
    const killed = await start()
    const { entry, contents } = await registerWithFiles(killed)
    expect(filesIn(killed)).toHaveLength(2)
    await killed.kill9()

    const server = await start()
    host.behave('fine')
    await until(async () => filesIn(server).length === 0 && (await waiting(server)) === 0)
    for (const content of contents) expect(keptBy(host, content)).toHaveLength(1)
    expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({ storage: 'ok' })

    host.behave({ status: 503 })
    await erase(server, entry, env)
    for (const content of contents) expect(keptBy(host, content)).toHaveLength(1)
    await server.kill9()
    host.behave('fine')
    const last = await start()
    await until(() => host.kept.size === 0)
    expect(filesIn(last)).toEqual([])
    expect(await last.stop()).toBe(0)
  })
})

test('an upload that the host finishes after it was given up, and after kill -9, is there once', async () => {
  await withEachHost(async (host, start) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    host.behave({ after: promise }, ({ action }) => action === 'put')
    const killed = await start()
    const { contents } = await registerWithFiles(killed)
    await until(() => host.seen.filter((one) => one.startsWith('put')).length > contents.length)
    await killed.kill9()
    resolve()
    host.behave('fine')
    await until(() => host.busy() === 0)
    const server = await start()
    await until(async () => filesIn(server).length === 0 && (await waiting(server)) === 0)
    for (const content of contents) expect(keptBy(host, content)).toHaveLength(1)
    await server.stop()
  })
})

async function registerWithFiles({ url }: Executable): Promise<{ entry: Entry; contents: Uint8Array[] }> {
  const [letter, photo] = [samplePdf(30_000, 'a letter'), sampleJpeg(60_000, 'a photo')]
  const documents = [
    await sendFile(url, 'pastor_letter', new File([letter], 'letter.pdf')),
    await sendFile(url, 'group_photo', new File([photo], 'team.jpg')),
  ]
  const entry = anEntry({ documents })
  const { status, answer } = await register(url, entry)
  expect([status, answer.state]).toEqual([201, 'submitted'])
  return { entry, contents: [letter, photo] }
}

/** The captain and the team's documents, by the command, beside the running server. */
async function erase({ folder: cwd }: Executable, { body }: Entry, env: Settings): Promise<void> {
  const found = await runExecutable(['erase', '--find', JSON.parse(body).captain.email], { cwd, env })
  const [ref] = found.stdout.split(/\s/)
  const erased = await runExecutable(['erase', ref!, '--team-documents', '--confirm'], { cwd, env })
  expect([erased.exitCode, erased.stderr]).toEqual([0, ''])
}

/** What lies on its disk. */
function filesIn({ dataDir }: Executable): string[] {
  const entries = readdirSync(join(dataDir, 'files'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name !== 'installation').map(({ name }) => name)
}

async function waiting({ dataDir }: Executable): Promise<number> {
  const sql = await openData(dataDir)
  const [row] = await sql<[{ count: number }]>`select count(*)::int from file_copies where state = 'waiting'`
  await sql.end()
  return row.count
}

const keptBy = (host: FileHostStandIn, content: Uint8Array) =>
  [...host.kept.values()].filter((kept) => kept.equals(content))

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + MOVED_MAX_MS
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('It is still not so.')
    await Bun.sleep(100)
  }
}
