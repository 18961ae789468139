import type { InferSelectModel } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './db/client.ts'
import type { DatabaseState } from './db/embedded/supervise.ts'
import type { tournamentDocuments, tournaments } from './db/schema/index.ts'
import type { FileStore } from './files/storage.ts'
import type { Gate } from './lib/gate.ts'
import type { GrowingDelay } from './lib/growing-delay.ts'
import type { Keys } from './lib/keys.ts'
import type { Limiter } from './lib/limiter.ts'
import type { Actor } from './permissions.ts'
import type { Vitals } from './vitals/vitals.ts'

/** A tournament with the documents it asks for, in the order it asks. */
export type Tournament = InferSelectModel<typeof tournaments> & {
  documents: InferSelectModel<typeof tournamentDocuments>[]
}

/** What every service needs, built once at start and overridable in tests. */
export type AppContext = {
  config: Config
  db: Database
  files: FileStore
  keys: Keys
  limiter: Limiter
  /** Waits that grow with wrong passwords, PINs and links. */
  guesses: GrowingDelay
  log: Logger
  /** The requests that run; closed when the server stops. */
  gate: Gate
  /** Of the embedded database; a venue's own is taken to run. */
  databaseState: () => DatabaseState
  /** How this process is doing: what is outside, its tasks, its answers, notices to staff. */
  vitals: Vitals
  /** Who sent the request; a bad credential counts as nobody. */
  identify: (request: Request) => Promise<Actor>
  /** A digest of what a request wants to be identified by, good or bad; undefined where it shows nothing. Asks nobody. */
  credentialOf: (request: Request) => string | undefined
  /** By slug; without one, the default tournament. */
  findTournament: (slug?: string) => Promise<Tournament | undefined>
  now: () => Date
}
