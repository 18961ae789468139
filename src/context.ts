import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './db/client.ts'
import type { FileStore } from './files/storage.ts'
import type { Keys } from './lib/keys.ts'
import type { Limiter } from './lib/limiter.ts'

/** What every service needs, built once at start and overridable in tests. At most ten fields. */
export type AppContext = {
  config: Config
  db: Database
  files: FileStore
  keys: Keys
  limiter: Limiter
  log: Logger
  now: () => Date
}
