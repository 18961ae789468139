import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { Ceremony } from '#src/auth/passkeys/service.ts'

const FLAGS = { present: 0x01, verified: 0x04, attested: 0x40 } as const

/** How an authenticator, or the browser around it, differs from an honest one. */
export type Deviation = {
  origin?: string
  rpId?: string
  isVerified?: boolean
  counter?: number
  challenge?: string
  userHandle?: string
}

/** An authenticator with one passkey (ES256), whose answers are the JSON that a browser sends (WebAuthn Level 3, sections 6.1 and 6.5). */
export function anAuthenticator(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' })
  const credentialId = randomBytes(16)
  const id = credentialId.toString('base64url')
  let counter = 0
  let userHandle = ''

  const clientData = (type: string, { options }: Ceremony, about: Deviation) =>
    Buffer.from(
      JSON.stringify({
        type,
        challenge: about.challenge ?? options.challenge,
        origin: about.origin ?? origin,
        crossOrigin: false,
      }),
    )
  const authData = (rpId: string, flags: number, count: number) => {
    const head = Buffer.alloc(5)
    head.writeUInt8(flags)
    head.writeUInt32BE(count, 1)
    return Buffer.concat([digest(rpId), head])
  }
  const answer = (response: object) =>
    JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response })

  return {
    /** Makes its passkey. */
    create(ceremony: Ceremony, about: Deviation = {}): { challenge: string; response: string } {
      const { options } = ceremony
      if (!('user' in options)) throw new Error('Nothing is to be made.')
      userHandle = options.user.id
      const flags = FLAGS.present | FLAGS.attested | ((about.isVerified ?? true) ? FLAGS.verified : 0)
      const key = Buffer.concat([
        Buffer.from('a5010203262001215820', 'hex'),
        Buffer.from(x!, 'base64url'),
        Buffer.from('225820', 'hex'),
        Buffer.from(y!, 'base64url'),
      ])
      const data = Buffer.concat([
        authData(about.rpId ?? options.rp.id!, flags, counter),
        Buffer.alloc(16),
        Buffer.from([0, credentialId.length]),
        credentialId,
        key,
      ])
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
        Buffer.from([data.length]),
        data,
      ])
      const response = {
        clientDataJSON: clientData('webauthn.create', ceremony, about).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      }
      return { challenge: ceremony.challenge, response: answer(response) }
    },

    /** Signs with it, counting on. */
    get(ceremony: Ceremony, about: Deviation = {}): { challenge: string; response: string } {
      const { options } = ceremony
      counter = about.counter ?? counter + 1
      const rpId = about.rpId ?? ('rpId' in options ? options.rpId! : '')
      const flags = FLAGS.present | ((about.isVerified ?? true) ? FLAGS.verified : 0)
      const data = authData(rpId, flags, counter)
      const client = clientData('webauthn.get', ceremony, about)
      const signature = sign('sha256', Buffer.concat([data, digest(client)]), privateKey)
      const response = {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: about.userHandle ?? userHandle,
      }
      return { challenge: ceremony.challenge, response: answer(response) }
    },
  }
}

const digest = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()
