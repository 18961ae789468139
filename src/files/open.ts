import { canUseHost } from '#src/config/files.ts'
import type { Config } from '#src/config.ts'
import type { Database } from '#src/db/client.ts'
import { StartError } from '#src/lib/start-error.ts'
import type { Vitals } from '#src/vitals/vitals.ts'
import { watchBacklog } from './backlog.ts'
import { listHostsInUse } from './copies-store.ts'
import { diskStore } from './disk.ts'
import { openHosts } from './guarded-host.ts'
import type { HostName } from './host.ts'
import { type Hosting, hostedStore } from './hosted.ts'
import type { FileStore } from './storage.ts'

const BYTES_PER_MB = 1_048_576

type Opening = Omit<Hosting, 'disk' | 'hosts' | 'to' | 'backlog'> & {
  config: Config
  db: Database
  vitals: Pick<Vitals, 'addDependency' | 'tell'>
  dir: string
  fileKey: Uint8Array
  leastFreeBytes?: number
  /** Put in for tests. */
  retries?: Parameters<typeof openHosts>[2]
}
export type OpenedFiles = {
  files: FileStore
  /** For whoever moves files from one place to another. */
  hosting: Hosting
}

/** The file store that the settings name, in front of everything that holds files of this installation. */
export function openFiles(opening: Opening): OpenedFiles {
  const { config, vitals, dir, fileKey, leastFreeBytes, retries } = opening
  const disk = diskStore({ dir, fileKey, ...(leastFreeBytes === undefined ? {} : { leastFreeBytes }) })
  const hosts = openHosts(config, vitals, retries)
  const backlog = watchBacklog({ ...opening, maxBytes: config.fileSpoolSize * BYTES_PER_MB })
  const to = config.fileStore === 'disk' ? undefined : config.fileStore
  const hosting: Hosting = { ...opening, disk, hosts, to, backlog }
  return { files: hostedStore(hosting), hosting }
}

/** Throws StartError where files lie at a host whose settings are not given. */
export async function requireHostsInUse(db: Database, config: Config): Promise<void> {
  for (const host of await listHostsInUse(db.read)) if (!canUseHost(config, host)) throw new StartError(SENTENCES[host])
}

const SENTENCES: Record<HostName, string> = {
  cloudinary:
    'Files of this installation are at Cloudinary. Give CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET, ' +
    'or first move them with "teamsheet files move --to disk".',
  s3:
    'Files of this installation are in a bucket. Give S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY as before, or first move them ' +
    'with "teamsheet files move --to disk".',
}
