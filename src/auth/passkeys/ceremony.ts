import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { ListedPasskey, PasskeyRow } from './store.ts'

/** What the browser asks its authenticator for. */
export type Asked = PublicKeyCredentialCreationOptionsJSON | PublicKeyCredentialRequestOptionsJSON

type Expected = { value: string; party: { id: string; origin: string } }

/** A passkey that its authenticator finds by itself, without a name typed, and uses only for the person who made it. */
export const askForNew = (
  party: Expected['party'],
  person: { id: string; name: string; email: string },
  { site, known }: { site: string; known: readonly ListedPasskey[] },
) =>
  generateRegistrationOptions({
    rpName: site,
    rpID: party.id,
    userID: Uint8Array.fromHex(person.id.replaceAll('-', '')),
    userName: person.email,
    userDisplayName: person.name,
    excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })

/** Without `known` ones it is both factors, so the authenticator has to make sure of the person. */
export const askForKnown = (party: Expected['party'], known?: readonly ListedPasskey[]) =>
  generateAuthenticationOptions({
    rpID: party.id,
    allowCredentials: known?.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    userVerification: known ? 'preferred' : 'required',
  })

/** The passkey that was made; undefined where it is not what was asked for, at this address, by this challenge. */
export async function readNew(
  response: string,
  { value, party }: Expected,
): Promise<Omit<PasskeyRow, 'id' | 'staffId' | 'name'> | undefined> {
  const { registrationInfo } = await verifyRegistrationResponse({
    response: JSON.parse(response) as RegistrationResponseJSON,
    expectedChallenge: value,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
  })
  if (!registrationInfo) return undefined
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential
  return { credentialId: id, publicKey, counter, transports }
}

/** The id of the passkey that a response says it is from, in base64url; undefined for what is no response. */
export function credentialIdOf(response: string): string | undefined {
  const parsed: unknown = JSON.parse(response)
  const id = typeof parsed === 'object' && parsed !== null && 'id' in parsed ? parsed.id : undefined
  return typeof id === 'string' ? id : undefined
}

/** What the passkey counts now; undefined where it did not sign this challenge for this address. */
export async function readSigned(
  response: string,
  { value, party }: Expected,
  passkey: PasskeyRow,
  needsVerification: boolean,
): Promise<number | undefined> {
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: JSON.parse(response) as AuthenticationResponseJSON,
    expectedChallenge: value,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: needsVerification,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(passkey.publicKey),
      counter: passkey.counter,
      transports: passkey.transports,
    },
  })
  return verified ? authenticationInfo.newCounter : undefined
}
