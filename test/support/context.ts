import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import type { Sql } from 'postgres'
import { type Config, readConfig } from '#src/config.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { readInstallation } from '#src/db/installation.ts'
import { openLimits } from '#src/db/limits.ts'
import type { Hosting } from '#src/files/hosted.ts'
import { openFiles } from '#src/files/open.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { logOptions } from '#src/lib/log.ts'
import { NOBODY } from '#src/permissions.ts'
import { PRESETS } from '#src/tournaments/presets.ts'
import { addTournament, isForFirstClient, makeDefaultTournament, tournamentFinder } from '#src/tournaments/service.ts'
import { makeVitals } from '#src/vitals/vitals.ts'
import { testDatabase } from './database.ts'
import { keepLog } from './run-log.ts'

/** What every server under test is started with. */
export const SECRET_KEY = 'a key that these tests alone are started with'

export type TestContext = AppContext & {
  tournament: Tournament
  /** The database as its owner has it, for what a server may not do. */
  owner: Sql
  /** Where its files can be. */
  hosting: Hosting
  /** Moves the clock that the server reads. */
  travel(ms: number): void
  /** Log lines so far, as they were written. */
  logged: string[]
  /** Texts of the statements that were sent to the database so far. */
  statements: string[]
  end(): Promise<void>
}

/** A context on a database of its own, with the default tournament made from a preset; overrides name what a test is about. */
export async function testContext(
  overrides: { config?: Partial<Config>; preset?: keyof typeof PRESETS; settings?: object } = {},
): Promise<TestContext> {
  const { db, owner, drop, statements } = await testDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'teamsheet-files-'))
  const preset = overrides.preset ?? 'open'
  const config = {
    ...readConfig({ SECRET_KEY }, {}, () => ''),
    dataDir,
    enableRateLimiting: false,
    icct26Api: isForFirstClient(preset),
    ...overrides.config,
  }
  const keys = makeKeys(SECRET_KEY)
  const { fileKey } = await readInstallation(db, { keys, filesMark: 'test' })
  await makeDefaultTournament(db, preset)
  if (overrides.settings) await db.write`update tournaments set ${db.write(overrides.settings)}`
  const logged: string[] = []
  let travelledMs = 0
  const now = () => new Date(Date.now() + travelledMs)
  const findTournament = tournamentFinder(db, now)
  const log = pino(logOptions('debug'), {
    write(line: string) {
      logged.push(line)
      keepLog(line)
    },
  })
  const vitals = makeVitals({ config, log, now })
  const dir = join(dataDir, 'files')
  const place = { mark: 'test', isOnlyDisk: true, dir, fileKey, leastFreeBytes: 0, retries: { count: 3, firstMs: 10 } }
  const onWaiting = () => void vitals.tasks.start('move-files')
  const ctx: TestContext = {
    config,
    db,
    owner,
    keys,
    now,
    findTournament,
    ...openFiles({ ...place, config, db, vitals, log, now, onWaiting }),
    limits: openLimits({ config, db, keys, log, now }),
    log,
    vitals,
    identity: { find: async () => NOBODY, credentialOf: () => undefined },
    tournament: (await findTournament())!,
    logged,
    statements,
    travel(ms) {
      travelledMs += ms
    },
    async end() {
      await drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return ctx
}

export const addTestTournament = (ctx: AppContext, slug: string, preset: keyof typeof PRESETS = 'open') =>
  addTournament(ctx.db, { ...PRESETS[preset], slug })
