import type { InferSelectModel } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './db/client.ts'
import type { tournamentDocuments, tournaments } from './db/schema/index.ts'
import type { FileStore } from './files/storage.ts'
import type { GrowingDelay } from './lib/growing-delay.ts'
import type { Keys } from './lib/keys.ts'
import type { Limiter } from './lib/limiter.ts'
import type { Actor } from './permissions.ts'
import type { Vitals } from './vitals/vitals.ts'

/** A tournament with the documents it asks for, in the order it asks. */
export type Tournament = InferSelectModel<typeof tournaments> & {
  documents: InferSelectModel<typeof tournamentDocuments>[]
}

/** Who sends requests. */
export type Identity = {
  /** A bad credential counts as nobody. */
  find(request: Request): Promise<Actor>
  /** A digest of what a request wants to be identified by, good or bad; undefined where it shows nothing. Asks nobody. */
  credentialOf(request: Request): string | undefined
}

/** What every service needs, built once at start and overridable in tests. */
export type AppContext = {
  config: Config
  db: Database
  files: FileStore
  keys: Keys
  /** `guesses`: waits that grow with wrong passwords, PINs and links. */
  limits: { requests: Limiter; guesses: GrowingDelay }
  log: Logger
  /** How this process is doing: the requests that run, what is outside, its tasks, its answers, notices to staff. */
  vitals: Vitals
  identity: Identity
  /** By slug; without one, the default tournament. */
  findTournament: (slug?: string) => Promise<Tournament | undefined>
  now: () => Date
}
