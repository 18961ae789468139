import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import postgres from 'postgres'
import { StartError } from '#src/lib/start-error.ts'
import { connectionsTo, ROLE, SERVER_ROLE, serverPassword } from './connection.ts'
import { writeDurably } from './write-durably.ts'

/** What the packed cluster was made with. It opens nothing: the first start replaces it before anyone else can reach the socket. */
export const INITIAL_PASSWORD = 'teamsheet'

const PASSWORD_BYTES = 32
const CONNECT_TIMEOUT_SECONDS = 10
const INVALID_PASSWORD = '28P01'

/**
 * The password of the role `teamsheet`, made at the first start of a cluster; that of the server's role follows from it. It is on disk
 * before the database learns of it, under another name until it has, so that an end at any moment leaves a cluster that the next start can
 * open. Throws StartError when the cluster has a password that the data directory does not hold.
 */
export async function ensurePassword(path: string, socketDirectory: string): Promise<string> {
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const pending = `${path}.pending`
  if (!existsSync(pending)) writeDurably(pending, randomBytes(PASSWORD_BYTES).toString('base64url'))
  const password = readFileSync(pending, 'utf8')
  for (const current of [INITIAL_PASSWORD, password]) {
    if (!(await setPassword(socketDirectory, current, password))) continue
    renameSync(pending, path)
    return password
  }
  throw new StartError(
    `The database does not take the password in ${pending}. Put the file ${path} back from a backup.`,
  )
}

/** False when `current` is not the password. */
async function setPassword(socketDirectory: string, current: string, next: string): Promise<boolean> {
  const { connection } = connectionsTo(socketDirectory, current)
  const sql = postgres({ ...connection, max: 1, connect_timeout: CONNECT_TIMEOUT_SECONDS })
  try {
    // ALTER ROLE takes no parameters; base64url needs no escaping.
    await sql.unsafe(
      `ALTER ROLE ${ROLE} PASSWORD '${next}'; ALTER ROLE ${SERVER_ROLE} PASSWORD '${serverPassword(next)}'`,
    )
    return true
  } catch (error) {
    if ((error as { code?: string }).code === INVALID_PASSWORD) return false
    throw error
  } finally {
    await sql.end()
  }
}
