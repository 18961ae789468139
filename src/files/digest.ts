import { createHash } from 'node:crypto'

/** SHA-256. */
export const digestOf = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest()
export const isSame = (content: Uint8Array, digest: Uint8Array) => digestOf(content).equals(digest)
