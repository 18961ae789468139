import { createHash } from 'node:crypto'
import listed from './common-passwords.txt' with { type: 'text' }
import { isPredictablePassword } from './guessable-words.ts'

/** Of a SHA-256 digest: one password in 50 million that is none of them looks like one. */
export const DIGEST_BYTES = 5

let digests: Buffer | undefined

/**
 * Whether the password is among the 20,000 most common ones of twelve characters or more (scripts/common-passwords.ts names the list), or
 * hardly anything remains of it beside common words, runs of keys and the person's own words.
 */
export const isCommonPassword = (password: string, ownWords: readonly string[]): boolean =>
  isListed(password) || isPredictablePassword(password, ownWords)

/** As listed: nobody is safer for a capital letter. */
export const foldPassword = (password: string) => password.normalize('NFKC').toLowerCase()

/** By halves: the digests stand in their order. */
function isListed(password: string): boolean {
  digests ??= Buffer.from(listed, 'base64')
  const wanted = createHash('sha256').update(foldPassword(password)).digest().subarray(0, DIGEST_BYTES)
  let [from, to] = [0, digests.length / DIGEST_BYTES]
  while (from < to) {
    const middle = (from + to) >>> 1
    const order = digests.compare(wanted, 0, DIGEST_BYTES, middle * DIGEST_BYTES, (middle + 1) * DIGEST_BYTES)
    if (order === 0) return true
    if (order < 0) from = middle + 1
    else to = middle
  }
  return false
}
