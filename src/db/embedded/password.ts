import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import postgres from 'postgres'
import { writeDurably } from './write-durably.ts'

/** What the packed cluster was made with. It opens nothing: the first start replaces it before anyone else can reach the socket. */
export const INITIAL_PASSWORD = 'teamsheet'
export const ROLE = 'teamsheet'
export const DATABASE = 'teamsheet'
export const PORT = 5432

const PASSWORD_BYTES = 32
const CONNECT_TIMEOUT_SECONDS = 10
const INVALID_PASSWORD = '28P01'

/**
 * The password of the role `teamsheet`, made at the first start of a cluster. It is on disk before the database learns of it, under
 * another name until it has, so that an end at any moment leaves a cluster that the next start can open.
 */
export async function ensurePassword(path: string, socketDirectory: string): Promise<string> {
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const pending = `${path}.pending`
  if (!existsSync(pending)) writeDurably(pending, randomBytes(PASSWORD_BYTES).toString('base64url'))
  const password = readFileSync(pending, 'utf8')
  try {
    await setPassword(socketDirectory, INITIAL_PASSWORD, password)
  } catch (error) {
    if ((error as { code?: string }).code !== INVALID_PASSWORD) throw error
    await setPassword(socketDirectory, password, password)
  }
  renameSync(pending, path)
  return password
}

async function setPassword(host: string, current: string, next: string) {
  const sql = postgres({
    host,
    port: PORT,
    user: ROLE,
    password: current,
    database: DATABASE,
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
  })
  try {
    // ALTER ROLE takes no parameters; base64url needs no escaping.
    await sql.unsafe(`ALTER ROLE ${ROLE} PASSWORD '${next}'`)
  } finally {
    await sql.end()
  }
}
