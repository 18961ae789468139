import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readOrMake } from './made-once.ts'

const BYTES = 48

/** The server's own secret in the data directory, mode 0600, made at the first start. */
export const readOrMakeSecretKey = (dataDir: string): string =>
  readOrMake(join(dataDir, 'secret-key'), () => randomBytes(BYTES).toString('base64url'))
