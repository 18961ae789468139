import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '#src/lib/start-error.ts'
import { SOCKET_NAME } from './connection.ts'

/** `sun_path` of unix(7) has 108 bytes, the last of them zero. */
const SOCKET_PATH_MAX_BYTES = 107
const DIGEST_CHARACTERS = 16

export type SocketDirectory = {
  path: string
  /** Others may make files beside it. */
  isShared: boolean
}

/**
 * The folder the socket is to lie in: `preferred`, or, where the socket's path there would be too long for the kernel, one of the same
 * name at every start under the system's folder for temporary files.
 *
 * @param dataDir canonical path, which names the short folder together with our user id
 */
export function chooseSocketDirectory(preferred: string, dataDir: string): SocketDirectory {
  if (fits(preferred)) return { path: preferred, isShared: false }
  const digest = new Bun.CryptoHasher('sha256').update(`${dataDir}\0${process.getuid?.()}`).digest('hex')
  const name = `teamsheet-${digest.slice(0, DIGEST_CHARACTERS)}`
  const path = [tmpdir(), '/tmp'].map((folder) => join(folder, name)).find(fits)
  if (path) return { path, isShared: true }
  throw new StartError(`The path ${preferred} is too long for a socket. Choose a data directory nearer to the root.`)
}

/**
 * Makes the folder, mode 0700, for the user PostgreSQL runs as. In a shared place one that is already there counts only if it is a real
 * folder and ours: throws StartError if it is not.
 */
export function makeSocketDirectory(directory: SocketDirectory, owner: { uid: number; gid: number } | undefined): void {
  const { path, isShared } = directory
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = lstatSync(path)
  const isOurs = found.uid === process.getuid?.() || found.uid === owner?.uid
  if (!found.isDirectory() || (isShared && !isOurs)) {
    throw new StartError(`${path} is in the way: it belongs to somebody else. Remove it and start again.`)
  }
  chmodSync(path, 0o700)
  if (owner) chownSync(path, owner.uid, owner.gid)
}

const fits = (directory: string) => Buffer.byteLength(join(directory, SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES
