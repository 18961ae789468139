import { randomBytes } from 'node:crypto'
import type { Keys } from '#src/lib/keys.ts'

const RANDOM_BYTES = 16
const MAC_BYTES = 16
const PURPOSE = 'draft'

/**
 * The token of a form: 128 random bits, and 128 of their MAC under the server's key, base64url. Nobody but the server makes one, so nobody
 * can give a person a form whose token they chose. Told without asking the database.
 */
export function newDraftToken(keys: Keys): string {
  const random = randomBytes(RANDOM_BYTES)
  return Buffer.concat([random, macOf(keys, random)]).toString('base64url')
}

/** Whether the server made it, under its key or the former one. */
export function isDraftToken(keys: Keys, token: string): boolean {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== RANDOM_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return false
  const [random, mac] = [bytes.subarray(0, RANDOM_BYTES), bytes.subarray(RANDOM_BYTES)]
  return keys.matches(PURPOSE, random.toString('base64url'), mac)
}

const macOf = (keys: Keys, random: Buffer) => keys.hash(PURPOSE, random.toString('base64url')).subarray(0, MAC_BYTES)
