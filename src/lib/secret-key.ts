import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const BYTES = 48

/** The server's own secret in the data directory, mode 0600, made once; two processes that make it at once end with the same. */
export function readOrMakeSecretKey(dataDir: string): string {
  const path = join(dataDir, 'secret-key')
  const present = read(path)
  if (present) return present
  mkdirSync(dataDir, { recursive: true })
  const temporary = `${path}.${process.pid}`
  const file = openSync(temporary, 'w', 0o600)
  writeSync(file, randomBytes(BYTES).toString('base64url'))
  fsyncSync(file)
  closeSync(file)
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
  return read(path)!
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
