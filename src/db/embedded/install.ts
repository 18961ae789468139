import {
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { syncFileSystem } from '#src/lib/libc.ts'
import { StartError } from '#src/lib/start-error.ts'
import { giveOwnIdentity } from './identity.ts'
import type { Layout } from './layout.ts'
import { type Part, unpack } from './unpack.ts'
import { syncDirectory } from './write-durably.ts'

const PRIVATE_MODE_MASK = 0o700
const PUBLIC_MODE_MASK = 0o755
const UNFINISHED = '.unfinished'
const MAJOR_VERSION = '18'
/** `18.4-1a2b3c4d`: programs of this release or another. */
const RELEASE_FOLDER = /^\d+\.\d+-[0-9a-f]{8}(\.unfinished)?$/

/**
 * Unpacks what the data directory lacks: the programs of this release and, at the very first start, the cluster. Each appears under its
 * name whole and durable or not at all. Programs of other releases go. Throws StartError for a cluster of another
 * major version, or of another user unless we are root.
 *
 * @param noSync for tests: what is unpacked may be lost when the machine stops
 */
export async function install(layout: Layout, pack: string, noSync = false): Promise<{ firstStart: boolean }> {
  const needsRuntime = !existsSync(layout.runtime)
  const needsCluster = !existsSync(layout.cluster)
  const runtime = layout.runtime + UNFINISHED
  const cluster = layout.cluster + UNFINISHED
  const parts: Record<string, Part> = {}
  if (needsRuntime) parts.runtime = { into: runtime, modeMask: PUBLIC_MODE_MASK }
  if (needsCluster) parts.cluster = { into: cluster, modeMask: PRIVATE_MODE_MASK }
  if (needsRuntime || needsCluster) {
    for (const { into } of Object.values(parts)) rmSync(into, { recursive: true, force: true })
    await unpack(pack, parts)
    if (needsCluster) giveOwnIdentity(cluster)
    if (!noSync) syncWholeFileSystem(layout.home)
    if (needsRuntime) renameSync(runtime, layout.runtime)
    if (needsCluster) renameSync(cluster, layout.cluster)
    if (!noSync) syncDirectory(layout.home)
  }
  refuseForeignOwner(layout.cluster)
  refuseOtherMajorVersion(layout.cluster)
  for (const name of readdirSync(layout.home)) {
    const path = join(layout.home, name)
    if (RELEASE_FOLDER.test(name) && path !== layout.runtime) rmSync(path, { recursive: true, force: true })
  }
  return { firstStart: needsCluster }
}

/** Hands the cluster to the user PostgreSQL runs as. The folder itself comes last, so that an interrupted hand-over is repeated. */
export function handOver(cluster: string, owner: { uid: number; gid: number } | undefined): void {
  if (owner && statSync(cluster).uid !== owner.uid) chownAll(cluster, owner)
}

function chownAll(path: string, owner: { uid: number; gid: number }) {
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) chownAll(join(path, name), owner)
  chownSync(path, owner.uid, owner.gid)
}

function refuseForeignOwner(cluster: string) {
  const { uid } = statSync(cluster)
  const own = process.getuid?.()
  if (own === 0 || uid === own) return
  throw new StartError(
    `The database in ${cluster} belongs to the user with the number ${uid}, and this process runs as ${own}. ` +
      'Start it as that user, or let root give the data directory to this one (chown -R).',
  )
}

function refuseOtherMajorVersion(cluster: string) {
  const version = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (version === MAJOR_VERSION) return
  throw new StartError(
    `The database in ${cluster} was made by PostgreSQL ${version}; this release brings ${MAJOR_VERSION}. ` +
      'Make a backup with the release that made it, and restore it into a new data directory.',
  )
}

/** One call instead of a thousand fsyncs. */
function syncWholeFileSystem(path: string) {
  const descriptor = openSync(path, 'r')
  try {
    syncFileSystem(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
