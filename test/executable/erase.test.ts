import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { captain, fieldsOf } from '#test/registration/captain.ts'
import {
  type Executable,
  emptyFolder,
  endExecutables,
  openData,
  runExecutable,
  startExecutable,
} from '#test/support/executable.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { untilIs } from '#test/support/until.ts'
import { anEntry, register, sendFile } from './registering.ts'

setDefaultTimeout(180_000)

const OWNER = { email: 'meena@example.org', password: 'a rope for the marquee' }
const PERSON = { name: 'Velu Nachiyar', email: 'velu.n@example.org', phone: '+919876504321' }
/** Stands in the bytes of every file of theirs. */
const MARK = 'mark-of-velu'
const VALUES = [PERSON.name, PERSON.email, '9876504321', MARK].map((value) => value.toLowerCase())
const SETTINGS = {
  TOURNAMENT_PRESET: 'icct26',
  RATE_LIMIT_STORE: 'database',
  RATE_LIMIT_UPLOAD: '100',
  RATE_LIMIT_REQUESTS: '1000',
}
/** The timetable looks at files and traces ten seconds after the start. */
const GONE_WITHIN_MS = 60_000

afterAll(() => {
  endExecutables()
  cleanUp()
})

test('who is erased by the command or by the page is in no file of the data directory, after kill -9 in the middle either', async () => {
  const folder = await emptyFolder()
  const start = () => startExecutable({ cwd: folder, env: SETTINGS })
  let server = await start()
  await writeEverywhere(server)
  expect(await findInDatabase(server)).not.toEqual([])
  expect(findInFiles(server)).not.toEqual([])
  expect(await whoIsCounted(server)).toEqual([
    [true, false],
    [true, false],
  ])
  await eraseByCommand(server)
  expect([await findInDatabase(server), findInFiles(server)]).toEqual([[], []])

  await writeEverywhere(server)
  await eraseByPage(server)
  expect([await findInDatabase(server), findInFiles(server)]).toEqual([[], []])

  await writeEverywhere(server)
  const sql = await openData(server.dataDir)
  // Held up as it takes the tables: what is erased is committed, and its traces are not removed.
  const [isHeld, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = sql.begin(async (tx) => {
    await tx`lock table registration_moves in row exclusive mode`
    isHeld.resolve()
    await mayEnd.promise
  })
  await isHeld.promise
  const erasing = eraseByPage(server).catch(() => {})
  const watching = await openData(server.dataDir)
  await untilIs(
    () => watching`select from pg_stat_activity where query like 'vacuum%' and wait_event_type = 'Lock'`,
    ({ length }) => length > 0,
  )
  await server.kill9()
  await erasing
  mayEnd.resolve()
  await holding.catch(() => {})
  await Promise.all([sql.end(), watching.end()])

  server = await start()
  const end = Date.now() + GONE_WITHIN_MS
  while (Date.now() < end && [...(await findInDatabase(server)), ...findInFiles(server)].length > 0)
    await Bun.sleep(1000)
  expect([await findInDatabase(server), findInFiles(server)]).toEqual([[], []])
  expect(await server.stop()).toBe(0)
  expect(findInFiles(server)).toEqual([])
})

/** A team by the API, sent twice, and one by the form; a form that is not sent; mails, which are held; a wrong PIN; a link asked for. */
async function writeEverywhere(server: Executable): Promise<void> {
  const [first, ...others] = aSquad(11)
  const ofPlayer = await sendFile(server.url, 'aadhar', new File([sampleJpeg(3000, MARK)], `${PERSON.name}.jpg`))
  const letter = await sendFile(
    server.url,
    'pastor_letter',
    new File([samplePdf(1500, crypto.randomUUID())], 'letter.pdf'),
  )
  const players = [{ ...first!, name: PERSON.name, documents: [ofPlayer] }, ...others]
  const entry = anEntry({ captain: PERSON, players, documents: [letter] })
  const { status, answer } = await register(server.url, entry)
  expect([status, (await register(server.url, entry)).isReplayed]).toEqual([201, true])
  const guess = new URLSearchParams({ reference: answer.reference, pin: '000000' })
  await fetch(`${server.url}/entry`, { method: 'POST', body: guess, redirect: 'manual' })
  await fetch(`${server.url}/entry/link`, {
    method: 'POST',
    body: new URLSearchParams({ email: PERSON.email }),
    redirect: 'manual',
  })

  const files = {
    'team.pastor_letter': { name: `${PERSON.name}.pdf`, content: samplePdf(1500, 'a letter of all') },
    'players.p1.aadhar': { name: 'id.pdf', content: samplePdf(1500, MARK) },
  }
  const [sending, leaving] = [captain(server.url), captain(server.url)]
  for (const writer of [sending, leaving]) {
    await writer.open()
    // As captain they have a team.
    const contact = writer === sending ? { viceCaptain: PERSON } : { captain: PERSON }
    const form = fieldsOf(aRegistration({ ...contact, players: [{ ...first!, name: PERSON.name }, ...others] }))
    expect((await writer.post('/register/draft', form, { files })).status).toBeLessThan(400)
    if (writer === sending) expect((await writer.post('/register', form)).status).toBe(303)
  }
}

async function eraseByCommand({ folder: cwd }: Executable): Promise<void> {
  const run = async (...args: string[]) => {
    const done = await runExecutable(['erase', ...args], { cwd, env: SETTINGS })
    expect([done.exitCode, done.stderr]).toEqual([0, ''])
    return done.stdout
  }
  const refs = (await run('--find', PERSON.name)).split('\n').flatMap((line) => line.split(/\s/, 1).filter(Boolean))
  expect(await run(...refs, '--team-documents', '--confirm')).not.toContain('stands here')
}

/** Found, chosen, confirmed by its word, as the owner presses it. */
async function eraseByPage({ url, folder: cwd }: Executable): Promise<void> {
  const owner = ['--email', OWNER.email, '--name', 'Meena', '--role', 'owner', '--password-stdin']
  await runExecutable(['staff', 'add', ...owner], { cwd, input: OWNER.password, env: SETTINGS })
  const headers: Record<string, string> = { origin: url, 'sec-fetch-site': 'same-origin' }
  const post = (path: string, form: Record<string, string>) =>
    fetch(url + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers })
  headers.cookie = (await post('/sign-in', OWNER)).headers.get('set-cookie')!.split(';')[0]!
  const page = await (await fetch(`${url}/admin/erasure`, { headers })).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
  const found = await (await post('/admin/erasure/search', { csrf, q: PERSON.name })).text()
  const refs = [...found.matchAll(/name="person" value="([^"]+)"/g)].map(([, ref]) => ref!)
  const done = await post('/admin/erasure', { csrf, people: refs.join(' '), teamDocuments: 'on', word: 'erase' })
  expect(done.headers.get('location')).toStartWith('/admin/erasure?done=')
}

const has = (text: string) => VALUES.filter((value) => text.includes(value))

/** Of requests and of wrong guesses: whether any are counted, and whether one says of what, or of whom. */
async function whoIsCounted({ dataDir }: Executable): Promise<boolean[][]> {
  const sql = await openData(dataDir)
  const keys = [await sql`select key from rate_limits`, await sql`select key from guess_failures`]
  await sql.end()
  return keys.map((rows) => [rows.length > 0, rows.some(({ key }) => /127\.0|@/.test(key))])
}

/** In any row of any table. */
async function findInDatabase({ dataDir }: Executable): Promise<string[]> {
  const sql = await openData(dataDir)
  try {
    await sql`checkpoint`
    const tables = await sql`
      select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`
    const rows = await Promise.all(
      tables.map(async ({ name }) =>
        (await sql`select lower(one::text) as text from ${sql.unsafe(name)} one`).map((row) => [name, row.text]),
      ),
    )
    return rows.flat().flatMap(([name, text]) => has(text).map((value) => `${name}: ${value}`))
  } finally {
    await sql.end()
  }
}

/** In any file of the data directory or its name; of the write-ahead log and the planner's former samples docs/RETENTION.md tells. */
function findInFiles({ dataDir }: Executable): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('pg_wal'))
    .flatMap(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return has(`${name} ${read(path)}`.toLowerCase()).map((value) => `${path}: ${value}`)
    })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // Gone since it was listed.
    return ''
  }
}
