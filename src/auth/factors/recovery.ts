import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import type { Actor } from '#src/permissions.ts'
import { RECOVERY_CODES } from './model.ts'
import * as store from './store.ts'

/** Crockford's base 32: no I, L, O or U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** OWASP ASVS 5, 6.5.2: 112 bits or more need no slow hash. */
const CODE_LENGTH = 24
const GROUP = /.{4}(?=.)/g
const PURPOSE = 'recovery code'

/** Ten new codes of 120 bits in place of all earlier ones, as they are shown once: `ABCD-EFGH-…`, six groups. Only digests under the server's key stay. */
export async function makeRecoveryCodes(
  tx: Queryable,
  ctx: AppContext,
  staffId: string,
  actor: Actor,
): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newCode)
  await store.deleteRecoveryCodes(tx, staffId)
  await store.insertRecoveryCodes(
    tx,
    staffId,
    codes.map((code) => ctx.keys.hash(PURPOSE, `${staffId} ${code}`)),
  )
  await record(tx, { event: 'factor.recovery-codes-made', actor, subjectId: staffId, data: { count: codes.length } })
  return codes.map((code) => code.replace(GROUP, '$&-'))
}

/** 256 is eight times the alphabet, so that each letter is as likely as any other. */
const newCode = () =>
  [...crypto.getRandomValues(new Uint8Array(CODE_LENGTH))].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')

/** A code as it is typed, without what only makes it readable; undefined where it cannot be one. */
export function tidyRecoveryCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return code.length === CODE_LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : undefined
}

/** Uses a tidied code up; returns how many are left, undefined where it is none of theirs. */
export async function useRecoveryCode(
  tx: Queryable,
  ctx: AppContext,
  staffId: string,
  code: string,
): Promise<number | undefined> {
  const left = await store.listRecoveryCodes(tx, staffId)
  const own = left.find((hash) => ctx.keys.matches(PURPOSE, `${staffId} ${code}`, hash))
  if (!own || !(await store.updateCodeUsed(tx, staffId, own, ctx.now()))) return undefined
  return left.length - 1
}
