import { join } from 'node:path'
import type { Logger } from 'pino'
import { credentialOf, identify } from '#src/auth/pages.ts'
import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'
import { type Connection, openDatabase } from '#src/db/client.ts'
import { type EmbeddedDatabase, openEmbedded, startEmbedded } from '#src/db/embedded/embedded.ts'
import { readInstallation } from '#src/db/installation.ts'
import { openLimits } from '#src/db/limits.ts'
import { migrate } from '#src/db/migrate.ts'
import { diskStore } from '#src/files/disk.ts'
import { readOrMakeMark } from '#src/files/mark.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { readOrMakeSecretKey } from '#src/lib/secret-key.ts'
import { StartError } from '#src/lib/start-error.ts'
import { makeDefaultTournament, tournamentFinder } from '#src/tournaments/service.ts'
import { makeVitals } from '#src/vitals/vitals.ts'

export type OpenedContext = { ctx: AppContext; close(): Promise<void> }

/**
 * Everything a command needs, in the order it can be had: the database (started where it is ours and nobody runs it), its schema, the
 * installation's keys, the default tournament, the file store. Throws StartError with a sentence where one of them cannot be had.
 */
export async function openContext(
  config: Config,
  log: Logger,
  { serving }: { serving: boolean },
): Promise<OpenedContext> {
  const embedded = config.databaseUrl === undefined ? await openOwnDatabase(config, log, serving) : undefined
  const connection: Connection = embedded?.connection ?? { url: config.databaseUrl! }
  try {
    await migrate(connection).catch(explainUnusable)
    const db = openDatabase(
      connection,
      embedded ? Math.min(config.databasePool, EMBEDDED_CONNECTIONS_MAX) : config.databasePool,
    )
    const keys = makeKeys(config.secretKey ?? readOrMakeSecretKey(config.dataDir), config.secretKeyOld)
    const filesDir = join(config.dataDir, 'files')
    const { replaceSecretKey } = config
    const { fileKey } = await readInstallation(db, { keys, filesMark: readOrMakeMark(filesDir), replaceSecretKey })
    await makeDefaultTournament(db, config.tournamentPreset)
    const now = () => new Date()
    const ctx: AppContext = {
      config,
      db,
      files: await diskStore({ dir: filesDir, fileKey }),
      keys,
      ...openLimits({ config, db, keys, log, now }),
      log,
      vitals: makeVitals({ config, log, now }),
      identify: (request) => identify(ctx, request),
      credentialOf: (request) => credentialOf(ctx, request),
      findTournament: tournamentFinder(db, now),
      now,
    }
    return {
      ctx,
      async close() {
        await db.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** What a venue's own PostgreSQL refuses with, as a sentence; its own words name neither password nor data. */
function explainUnusable(error: unknown): never {
  if (error instanceof StartError) throw error
  const { code, message } = error as { code?: unknown; message?: string }
  if (typeof code !== 'string') throw error
  throw new StartError(`The database cannot be used: ${message} (${code}). Please check DATABASE_URL.`, {
    cause: error,
  })
}

/** Of the 30 that the embedded PostgreSQL takes; commands beside the server need some, too. */
const EMBEDDED_CONNECTIONS_MAX = 22

const openOwnDatabase = (config: Config, log: Logger, serving: boolean): Promise<EmbeddedDatabase> =>
  serving ? startEmbedded({ dataDir: config.dataDir, log }) : openEmbedded({ dataDir: config.dataDir, log })
