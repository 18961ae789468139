import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { AppError } from '#src/errors.ts'
import { newToken } from '#src/lib/keys.ts'

/** OWASP, "Password Storage Cheat Sheet": argon2id with 19 MiB and two passes. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
/** Each takes the memory above and a core for some 30 ms; the rest wait their turn. */
const HASHES_AT_ONCE = 2
const HASHES_WAITING_MAX = 60
const RETRY_AFTER_SECONDS = 2

const turns = bulkhead(HASHES_AT_ONCE, HASHES_WAITING_MAX)
let decoy: Promise<string> | undefined

/** Runs one piece of hashing work when its turn comes. Throws RATE_LIMITED when too many wait already. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await turns.execute(work)
  } catch (error) {
    if (error instanceof BulkheadRejectedError)
      throw new AppError('RATE_LIMITED', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    throw error
  }
}

/** The hash as it is stored: algorithm, parameters, salt and digest in one (PHC string). */
export const hashPassword = (password: string) => inTurn(() => Bun.password.hash(password, ARGON2ID))

/**
 * Whether the password is the one of the hash; without a hash it takes the same time and says no, so that the time of an answer does
 * not tell which accounts exist. Called within `inTurn`.
 */
export async function isPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  decoy ??= Bun.password.hash(newToken(), ARGON2ID)
  const nobodys = await decoy
  const matches = await Bun.password.verify(password, hash ?? nobodys)
  return matches && hash != null
}
