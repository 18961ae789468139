import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeKeys } from '#src/lib/keys.ts'
import { readOrMakeSecretKey } from '#src/lib/secret-key.ts'

const keys = makeKeys('one secret that is long enough for this')
const others = makeKeys('another secret that is long enough too')

test('what is signed is verified for its purpose and under its key only', () => {
  const token = keys.sign('file', 'payload.with.dots')
  expect(keys.verify('file', token)).toBe('payload.with.dots')
  expect(keys.verify('link', token)).toBeUndefined()
  expect(others.verify('file', token)).toBeUndefined()
  expect(keys.verify('file', `${token.slice(0, -2)}AA`)).toBeUndefined()
  for (const broken of ['', '.', 'a', 'a.b.c', '%.%']) expect(keys.verify('file', broken)).toBeUndefined()
})

test('what is encrypted is read under its key only, and any change is noticed', () => {
  const sealed = keys.encrypt('the PIN')
  expect(keys.decrypt(sealed)).toBe('the PIN')
  expect(others.decrypt(sealed)).toBeUndefined()
  sealed[sealed.length - 1]! ^= 1
  expect(keys.decrypt(sealed)).toBeUndefined()
  expect(keys.decrypt(new Uint8Array(3))).toBeUndefined()
})

test('the secret key is made once, for its owner only', () => {
  const directory = mkdtempSync(join(tmpdir(), 'teamsheet-key-'))
  const made = readOrMakeSecretKey(directory)
  expect(made.length).toBeGreaterThanOrEqual(32)
  expect(readOrMakeSecretKey(directory)).toBe(made)
  expect(statSync(join(directory, 'secret-key')).mode & 0o777).toBe(0o600)
  rmSync(directory, { recursive: true })
})
