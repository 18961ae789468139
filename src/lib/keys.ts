import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const TOKEN_BYTES = 32
const KEY_ID_BYTES = 9
/** The shortest MAC that counts (RFC 2104, section 5: half of the hash). */
const MAC_BYTES_MIN = 16

/** Everything made from the server's SECRET_KEY: one derived key a purpose (HKDF, RFC 5869), never the secret itself. */
export type Keys = {
  /** HMAC-SHA-256 of the value, 32 bytes. */
  hash(purpose: string, value: string): Buffer
  /** Whether `stored` is the hash of the value, or its first 16 bytes or more, under this key or the former one. */
  matches(purpose: string, value: string, stored: Uint8Array): boolean
  /** `payload.signature`, both base64url; the payload can be read by whoever holds it. */
  sign(purpose: string, payload: string): string
  /** The payload of a token that `sign` made for the same purpose; undefined for any other. */
  verify(purpose: string, token: string): string | undefined
  /** AES-256-GCM: nonce, tag, ciphertext. */
  encrypt(plain: string): Buffer
  /** What `encrypt` was given, under this key or the former one; undefined for any other bytes. */
  decrypt(bytes: Uint8Array): string | undefined
  /** For signatures that a library makes: the present key, which signs, first; the former one, where one is given, only verifies. */
  signingKeys(purpose: string): readonly SigningKey[]
  /** Tells whether another process runs under the same secret, without telling the secret. */
  digest(): Buffer
  /** The same of SECRET_KEY_OLD, where one is given. */
  formerDigest(): Buffer | undefined
}

/** `id` tells keys apart and nothing of them; `key` is 32 bytes. */
export type SigningKey = { id: string; key: Uint8Array }

/** `formerSecretKey` still opens what was closed under it; nothing new is made with it. */
export function makeKeys(secretKey: string, formerSecretKey?: string): Keys {
  const former = formerSecretKey === undefined ? undefined : makeKeys(formerSecretKey)
  const derived = new Map<string, Buffer>()
  const keyFor = (purpose: string) => {
    const key = derived.get(purpose) ?? Buffer.from(hkdfSync('sha256', secretKey, 'teamsheet', purpose, KEY_BYTES))
    derived.set(purpose, key)
    return key
  }
  const hash = (purpose: string, value: string) => createHmac('sha256', keyFor(purpose)).update(value).digest()

  return {
    hash,

    matches: (purpose, value, stored) =>
      (stored.length >= MAC_BYTES_MIN && equalBytes(hash(purpose, value).subarray(0, stored.length), stored)) ||
      (former?.matches(purpose, value, stored) ?? false),

    sign(purpose, payload) {
      return `${Buffer.from(payload).toString('base64url')}.${hash(purpose, payload).toString('base64url')}`
    },

    verify(purpose, token) {
      const [body, signature, ...rest] = token.split('.')
      if (!body || !signature || rest.length > 0) return undefined
      const payload = Buffer.from(body, 'base64url').toString('utf8')
      return equalBytes(hash(purpose, payload), Buffer.from(signature, 'base64url')) ? payload : undefined
    },

    encrypt(plain) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyFor('encryption'), iv)
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },

    decrypt(bytes) {
      const sealed = Buffer.from(bytes)
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyFor('encryption'), sealed.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        })
        decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return former?.decrypt(bytes)
      }
    },

    signingKeys: (purpose) => [
      { id: hash(purpose, 'id').subarray(0, KEY_ID_BYTES).toString('base64url'), key: keyFor(`${purpose}, signing`) },
      ...(former?.signingKeys(purpose) ?? []),
    ],

    digest: () => hash('digest', 'SECRET_KEY'),
    formerDigest: () => former?.digest(),
  }
}

/** 256 random bits, base64url: a link, a session, a draft. Only `hashToken` of it is ever stored. */
export const newToken = () => randomBytes(TOKEN_BYTES).toString('base64url')
export const hashToken = (token: string) => createHash('sha256').update(token).digest()

export const equalBytes = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b)
