import { randomBytes } from 'node:crypto'
import { equalBytes, type Keys } from '#src/lib/keys.ts'
import { StartError } from '#src/lib/start-error.ts'
import type { Database } from './client.ts'

const FILE_KEY_BYTES = 32

/**
 * The facts kept in the database about this installation, made at the first start: the key that names files, and the digest of SECRET_KEY.
 * Throws StartError when this process was given another SECRET_KEY than the one the database was made with.
 */
export async function readInstallation(db: Database, keys: Keys): Promise<{ fileKey: Buffer }> {
  await db.write`
    insert into installation (file_key, secret_key_digest) values (${randomBytes(FILE_KEY_BYTES)}, ${keys.digest()}) on conflict do nothing`
  const [row] = await db.read<
    { fileKey: Buffer; digest: Buffer }[]
  >`select file_key as "fileKey", secret_key_digest as digest from installation`
  if (!equalBytes(row!.digest, keys.digest()))
    throw new StartError(
      'SECRET_KEY is not the one this database was made with. Please give the former one, or restore the file secret-key in the data directory.',
    )
  return { fileKey: row!.fileKey }
}
