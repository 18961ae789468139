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
    userID: handleOf(person.id),
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

/** What an authenticator knows a person by. */
const handleOf = (staffId: string) => Uint8Array.fromHex(staffId.replaceAll('-', ''))

/** The id of the passkey that a response says it is from, in base64url; undefined for what is no response. */
export function credentialIdOf(response: string): string | undefined {
  const id = memberOf(JSON.parse(response), 'id')
  return typeof id === 'string' ? id : undefined
}

/** Whether the authenticator made the passkey for this person (WebAuthn Level 3, section 7.2, step 6). */
export const isMadeFor = (response: string, staffId: string): boolean =>
  memberOf(memberOf(JSON.parse(response), 'response'), 'userHandle') ===
  handleOf(staffId).toBase64({ alphabet: 'base64url', omitPadding: true })

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

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
