import { join } from 'node:path'
import type { Logger } from 'pino'
import { credentialOf, identify } from '#src/auth/pages.ts'
import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'
import { awaitDatabase } from '#src/db/await-database.ts'
import { type Connection, type Database, openDatabase } from '#src/db/client.ts'
import { SERVER_ROLE } from '#src/db/embedded/connection.ts'
import { type EmbeddedDatabase, openEmbedded, startEmbedded } from '#src/db/embedded/embedded.ts'
import { readInstallation } from '#src/db/installation.ts'
import { openLimits } from '#src/db/limits.ts'
import { migrate } from '#src/db/migrate.ts'
import type { Hosting } from '#src/files/hosted.ts'
import { readOrMakeMark } from '#src/files/mark.ts'
import { openFiles, requireHostsInUse } from '#src/files/open.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { readOrMakeSecretKey } from '#src/lib/secret-key.ts'
import { canDeliver } from '#src/mail/model.ts'
import { isForFirstClient, makeDefaultTournament, tournamentFinder } from '#src/tournaments/service.ts'
import { makeVitals } from '#src/vitals/vitals.ts'

export type OpenedContext = {
  ctx: AppContext
  /** The places that files can be moved between. */
  hosting: Hosting
  close(): Promise<void>
}

type Opening = {
  /** Keeps the database for itself and running, as a server does; a command shares it. */
  serving: boolean
  /** Ends the wait for a database. */
  signal?: AbortSignal
}

/** Of the 30 that the embedded PostgreSQL takes, the one that mail listens on included; commands beside the server need some, too. */
const EMBEDDED_CONNECTIONS_MAX = 24
const LISTENING_CONNECTIONS = 1

/**
 * Everything a command needs, in the order it can be had: the database (started where it is ours and nobody runs it), its schema, the
 * installation's keys, the default tournament, the file store. Throws StartError with a sentence where one of them cannot be had, and
 * what `signal` was aborted with.
 */
export async function openContext(config: Config, log: Logger, opening: Opening): Promise<OpenedContext> {
  const embedded = config.databaseUrl === undefined ? await openOwnDatabase(config, log, opening.serving) : undefined
  const owner: Connection = embedded?.connection ?? { url: config.databaseUrl! }
  const server: Connection = embedded?.serverConnection ?? owner
  const connectionsMax = embedded ? Math.min(config.databasePool, ownConnections(config)) : config.databasePool
  try {
    const { db, keys, preset, ...installation } = await awaitDatabase(
      () => openInstallation(config, { owner, server }, connectionsMax, embedded?.state),
      {
        isPatient: config.waitForDatabase,
        log,
        signal: opening.signal,
      },
    )
    const now = () => new Date()
    const vitals = makeVitals({ config, log, now })
    const { files, hosting } = openFiles({
      ...installation,
      config,
      db,
      vitals,
      dir: filesDirOf(config),
      log,
      now,
      onWaiting: () => void vitals.tasks.start('move-files'),
    })
    const ctx: AppContext = {
      config: { ...config, icct26Api: config.icct26Api ?? isForFirstClient(preset) },
      db,
      files,
      keys,
      limits: openLimits({ config, db, keys, log, now }),
      log,
      vitals,
      identity: { find: (request) => identify(ctx, request), credentialOf: (request) => credentialOf(ctx, request) },
      findTournament: tournamentFinder(db, now),
      now,
    }
    return {
      ctx,
      hosting,
      async close() {
        await db.close()
        log.info('pools.closed')
        await embedded?.stop()
        if (embedded?.owned) log.info('database.stopped')
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/**
 * The database at this executable's schema, with what it keeps about this installation. The embedded one is migrated by its owner and used by
 * a role of the server's own; with `DATABASE_URL` there is one role.
 */
async function openInstallation(
  config: Config,
  { owner, server }: { owner: Connection; server: Connection },
  connectionsMax: number,
  state?: Database['state'],
) {
  await migrate(owner, { hasJobs: canDeliver(config), serverRole: 'user' in server ? SERVER_ROLE : undefined })
  const db = openDatabase(server, connectionsMax, { state })
  try {
    const keys = makeKeys(config.secretKey ?? readOrMakeSecretKey(config.dataDir), config.secretKeyOld)
    const { replaceSecretKey } = config
    const mark = readOrMakeMark(filesDirOf(config))
    const hasFileHost = config.fileStore !== 'disk'
    const { fileKey, isOnlyDisk } = await readInstallation(db, { keys, filesMark: mark, hasFileHost, replaceSecretKey })
    await requireHostsInUse(db, config)
    const preset = await makeDefaultTournament(db, config.tournamentPreset)
    return { db, keys, fileKey, mark, isOnlyDisk, preset }
  } catch (error) {
    await db.close()
    throw error
  }
}

const ownConnections = (config: Config) => EMBEDDED_CONNECTIONS_MAX - (canDeliver(config) ? LISTENING_CONNECTIONS : 0)

const filesDirOf = (config: Config) => join(config.dataDir, 'files')

const openOwnDatabase = (config: Config, log: Logger, serving: boolean): Promise<EmbeddedDatabase> =>
  serving ? startEmbedded({ dataDir: config.dataDir, log }) : openEmbedded({ dataDir: config.dataDir, log })
