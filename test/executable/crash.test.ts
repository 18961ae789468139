import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { type Executable, emptyFolder, endExecutables, openData, startExecutable } from '#test/support/executable.ts'
import { aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { type Answer, anEntry, type Entry, register, sendFile, withoutOrigin } from './registering.ts'

const ROUNDS = 30
const WRITERS = 6
const LETTER_BYTES = 60_000
const PHOTO_BYTES = 200_000
/** A round goes on for a while between nothing and this. */
const ROUND_MAX_MS = 500
/** With a letter that it asks for. */
const SETTINGS = { TOURNAMENT_PRESET: 'icct26', ENABLE_RATE_LIMITING: 'false', IDEMPOTENCY_MINUTES: '600' }

setDefaultTimeout(300_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

type Sent = { entry: Entry; digests: string[]; answer?: Answer }

test('through 30 rounds of kill -9 every acknowledged registration is there with its files, and none is there by half', async () => {
  const cwd = await emptyFolder()
  const sent: Sent[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startExecutable({ cwd, env: SETTINGS })
    const isOver = { yet: false }
    const writers = Array.from({ length: WRITERS }, () => write(server.url, sent, isOver))
    await Bun.sleep(Math.random() * ROUND_MAX_MS)
    isOver.yet = true
    // By turns the server, its database, and both at once.
    if (round % 3 !== 0) process.kill(server.postgresPid(), 'SIGKILL')
    if (round % 3 !== 1) await server.kill9()
    await Promise.all(writers)
    if (round % 3 === 1) await server.kill9()
  }
  const acknowledged = sent.filter(({ answer }) => answer !== undefined)
  expect(acknowledged.length).toBeGreaterThan(ROUNDS)

  const server = await startExecutable({ cwd, env: SETTINGS })
  await expectWhole(server, sent)
  for (const { entry, answer } of acknowledged) {
    const replay = await register(server.url, entry)
    expect([replay.status, replay.isReplayed]).toEqual([201, true])
    expect(withoutOrigin(replay.answer)).toEqual(withoutOrigin(answer!))
  }
  // What had no answer is sent again and is registered once, whether it was there already or not.
  for (const unanswered of sent.filter(({ answer }) => answer === undefined)) {
    const { status, answer } = await register(server.url, unanswered.entry)
    expect(status).toBe(201)
    unanswered.answer = answer
  }
  expect(await expectWhole(server, sent)).toBe(sent.length)
  expect(readdirSync(join(server.dataDir, 'files/incoming'))).toEqual([])
  expect(await server.stop()).toBe(0)
})

/** Sends files and registers the team that they are of, over and over, until the server is gone or it is over. */
async function write(url: string, sent: Sent[], isOver: { yet: boolean }): Promise<void> {
  while (!isOver.yet) {
    const seed = crypto.randomUUID()
    const letter = samplePdf(LETTER_BYTES, seed)
    const photo = sampleJpeg(PHOTO_BYTES, seed)
    try {
      const documents = [
        await sendFile(url, 'pastor_letter', new File([letter], 'letter.pdf')),
        await sendFile(url, 'group_photo', new File([photo], 'team.jpg')),
      ]
      const entry = anEntry({ documents, players: aSquad(11) })
      const attempt: Sent = { entry, digests: [letter, photo].map(digestOf) }
      sent.push(attempt)
      const { status, answer } = await register(url, entry)
      if (status === 201) attempt.answer = answer
    } catch {
      // It was killed under us; or its database was, and it said so.
    }
  }
}

const digestOf = (bytes: Uint8Array) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')

/** Compares the database and the files with what was sent. Returns how many teams there are. */
async function expectWhole(server: Executable, sent: readonly Sent[]): Promise<number> {
  const sql = await openData(server.dataDir)
  const teams = await sql<
    { name: string; number: number; code: string; players: number; isWhole: boolean; files: string[] }[]
  >`
    select name, number, code,
      (select count(*)::int from players where team_id = teams.id) as players,
      exists (select from decision_requests where team_id = teams.id)
      and exists (select from registration_moves where team_id = teams.id)
      and exists (select from mails where team_id = teams.id)
      and exists (select from entry_links where team_id = teams.id)
      and exists (select from audit_entries where subject_id = teams.id) as "isWhole",
      array(
        select files.tournament_id || '/' || left(files.name, 2) || '/' || files.name
        from documents join files on files.id = documents.file_id where documents.team_id = teams.id order by documents.position
      ) as files
    from teams order by number`
  await sql.end()
  expect(teams.map(({ number }) => number)).toEqual(teams.map((_, index) => index + 1))
  const byName = new Map(teams.map((team) => [team.name, team]))
  for (const { entry, answer } of sent) if (answer) expect([...byName.keys()]).toContain(entry.teamName)
  const sentByName = new Map(sent.map((attempt) => [attempt.entry.teamName, attempt]))
  for (const team of teams) {
    expect([team.name, team.players, team.isWhole]).toEqual([team.name, 11, true])
    const digests = team.files.map(async (path) =>
      digestOf(await Bun.file(join(server.dataDir, 'files', path)).bytes()),
    )
    expect(await Promise.all(digests)).toEqual(sentByName.get(team.name)!.digests)
  }
  return teams.length
}
