import { randomBytes } from 'node:crypto'
import { equalBytes, type Keys } from '#src/lib/keys.ts'
import { StartError } from '#src/lib/start-error.ts'
import type { Database } from './client.ts'

const FILE_KEY_BYTES = 32

type Started = { keys: Keys; filesMark: string; hasFileHost?: boolean; replaceSecretKey?: boolean }

/**
 * The facts kept in the database about this installation, made at the first start: the key that names files, the digest of SECRET_KEY,
 * the mark of its file store. Throws StartError when this process was given another SECRET_KEY, or other files, than the database has. With
 * a file host each machine has a directory of its own, in which files only wait.
 */
export async function readInstallation(
  db: Database,
  { keys, filesMark, hasFileHost = false, replaceSecretKey = false }: Started,
): Promise<{ fileKey: Buffer; isOnlyDisk: boolean }> {
  await db.write`
    insert into installation (file_key, secret_key_digest, files_mark)
    values (${randomBytes(FILE_KEY_BYTES)}, ${keys.digest()}, ${filesMark}) on conflict do nothing`
  const [row] = await db.read<{ fileKey: Buffer; digest: Buffer; filesMark: string }[]>`
    select file_key as "fileKey", secret_key_digest as digest, files_mark as "filesMark" from installation`
  const { fileKey, digest, filesMark: known } = row!
  const isOnlyDisk = known === filesMark
  if (!isOnlyDisk && !hasFileHost)
    throw new StartError(
      'The files of this database lie elsewhere: several servers on one database need one data directory for files, on a disk they share. ' +
        `If the files are lost for good, put "${known}" into the file "files/installation" of the data directory to go on without them.`,
    )
  if (equalBytes(digest, keys.digest())) return { fileKey, isOnlyDisk }
  const former = keys.formerDigest()
  if (!replaceSecretKey && !(former && equalBytes(digest, former)))
    throw new StartError(
      'SECRET_KEY is not the one this database was made with. Give the former one as SECRET_KEY_OLD, and what was made under it stays ' +
        'valid; or start once with --replace-secret-key, and PINs and kept answers become void (links and sign-ins stay).',
    )
  await db.write`update installation set secret_key_digest = ${keys.digest()}`
  return { fileKey, isOnlyDisk }
}

/** From here on the files of this database lie in the store of this mark. */
export async function settleFilesMark(db: Database, filesMark: string): Promise<void> {
  await db.write`update installation set files_mark = ${filesMark}`
}
