import { randomInt } from 'node:crypto'
import type { AppContext } from '#src/context.ts'
import { newToken } from '#src/lib/keys.ts'

/** Crockford's base 32 (www.crockford.com/base32.html): no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const REFERENCE_LENGTH = 8
const PIN_DIGITS = 6

/** What a captain gets once: eight characters to read out, six digits, and the token of the entry page's link. */
export type EntrySecrets = { reference: string; pin: string; token: string }

export const newSecrets = (): EntrySecrets => ({
  reference: Array.from({ length: REFERENCE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  pin: String(randomInt(10 ** PIN_DIGITS)).padStart(PIN_DIGITS, '0'),
  token: newToken(),
})

/** A reference as people type it: any case, with spaces or hyphens, with the letters that look like digits. */
export const readReference = (typed: string) =>
  typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')

export const hashPin = (ctx: AppContext, reference: string, pin: string) => ctx.keys.hash('pin', `${reference} ${pin}`)

export const isPin = (ctx: AppContext, reference: string, pin: string, stored: Uint8Array) =>
  ctx.keys.matches('pin', `${reference} ${pin}`, stored)

export const sealSecrets = (ctx: AppContext, secrets: EntrySecrets) => ctx.keys.encrypt(JSON.stringify(secrets))

/** Undefined when they were sealed under another SECRET_KEY. */
export function openSecrets(ctx: AppContext, sealed: Uint8Array): EntrySecrets | undefined {
  const text = ctx.keys.decrypt(sealed)
  return text === undefined ? undefined : (JSON.parse(text) as EntrySecrets)
}
