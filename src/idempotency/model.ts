import { Type as t } from '@sinclair/typebox'

/** 1 to 255 printable characters (draft-ietf-httpapi-idempotency-key-header-07). */
export const IdempotencyKey = t.String({
  pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,253}[\\x21-\\x7e])?$',
  maxLength: 255,
})
const PATTERN = new RegExp(IdempotencyKey.pattern as string)
export const isIdempotencyKey = (key: string) => PATTERN.test(key)

/** Which door a key was given at: the same key at another door is another key. */
export type Door = 'form' | 'api' | 'icct26'
