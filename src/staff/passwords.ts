import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { AppError } from '#src/errors.ts'
import { newToken } from '#src/lib/keys.ts'

/** OWASP, "Password Storage Cheat Sheet": argon2id with 19 MiB and two passes. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
/** Each takes the memory above and a core for some 30 ms, on a thread of its own; the rest wait their turn. */
export const HASHES_AT_ONCE = 2
/** Some five seconds' work: a venue whose whole staff signs in at the same moment is let in. */
export const HASHES_WAITING_MAX = 256
const RETRY_AFTER_SECONDS = 5
const HASH = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/

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
export const hashPassword = (password: string) => inTurn(() => hashInTurn(password))

/** Whether it was made with less memory or fewer passes than are asked for today, so that the password is hashed anew when it is next given. */
export function isOutdated(hash: string): boolean {
  const [, memoryCost, timeCost] = HASH.exec(hash) ?? []
  return !(Number(memoryCost) >= ARGON2ID.memoryCost && Number(timeCost) >= ARGON2ID.timeCost)
}

/** As `hashPassword`, within a turn that is there already. */
export const hashInTurn = (password: string) => Bun.password.hash(password, ARGON2ID)

/**
 * Whether the password is the one of the hash; without a hash it takes the same time and says no, so that the time of an answer does
 * not tell which accounts exist. Called within `inTurn`.
 */
export async function isPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  decoy ??= hashInTurn(newToken())
  const nobodys = await decoy
  const matches = await Bun.password.verify(password, hash ?? nobodys)
  return matches && hash != null
}
