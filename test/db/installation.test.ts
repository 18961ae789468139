import { afterAll, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInstallation } from '#src/db/installation.ts'
import { readOrMakeMark } from '#src/files/mark.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { testDatabase } from '#test/support/database.ts'

const [FIRST, SECOND] = ['the first secret of this installation', 'the second secret of this installation']
const { db, drop } = await testDatabase()
const filesMark = 'here'
beforeEach(async () => {
  await db.write`delete from installation`
})
afterAll(drop)

test('the first start makes the file key, and every later one has it again', async () => {
  const { fileKey } = await readInstallation(db, { keys: makeKeys(FIRST), filesMark })
  expect(fileKey.length).toBe(32)
  expect((await readInstallation(db, { keys: makeKeys(FIRST), filesMark })).fileKey).toEqual(fileKey)
})

test('another SECRET_KEY is refused with both ways on', async () => {
  await readInstallation(db, { keys: makeKeys(FIRST), filesMark })
  const refused = readInstallation(db, { keys: makeKeys(SECOND), filesMark })
  expect(refused).rejects.toThrow(/SECRET_KEY_OLD.*--replace-secret-key/s)
  const unrelated = makeKeys(SECOND, 'a former secret that was never the one here')
  expect(readInstallation(db, { keys: unrelated, filesMark })).rejects.toThrow('SECRET_KEY_OLD')
})

test('with the former key as SECRET_KEY_OLD the new one takes over, and what was made under the former stays valid', async () => {
  const first = makeKeys(FIRST)
  await readInstallation(db, { keys: first, filesMark })
  const second = makeKeys(SECOND, FIRST)
  await readInstallation(db, { keys: second, filesMark })
  expect(second.matches('pin', 'REF 123456', first.hash('pin', 'REF 123456'))).toBe(true)
  expect(second.matches('pin', 'REF 123457', first.hash('pin', 'REF 123456'))).toBe(false)
  expect(second.decrypt(first.encrypt('the kept answer'))).toBe('the kept answer')
  await readInstallation(db, { keys: makeKeys(SECOND), filesMark })
  expect(makeKeys(SECOND).matches('pin', 'REF 123456', first.hash('pin', 'REF 123456'))).toBe(false)
})

test('--replace-secret-key goes on without the former one', async () => {
  await readInstallation(db, { keys: makeKeys(FIRST), filesMark })
  await readInstallation(db, { keys: makeKeys(SECOND), filesMark, replaceSecretKey: true })
  await readInstallation(db, { keys: makeKeys(SECOND), filesMark })
  expect(readInstallation(db, { keys: makeKeys(FIRST), filesMark })).rejects.toThrow('SECRET_KEY')
})

test('a process whose files lie elsewhere is refused', async () => {
  await readInstallation(db, { keys: makeKeys(FIRST), filesMark })
  expect(readInstallation(db, { keys: makeKeys(FIRST), filesMark: 'elsewhere' })).rejects.toThrow(
    'on a disk they share',
  )
})

test('a file store’s mark is made once, also by several at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'teamsheet-mark-'))
  const marks = await Promise.all(Array.from({ length: 10 }, async () => readOrMakeMark(folder)))
  expect(new Set(marks).size).toBe(1)
  expect(readFileSync(join(folder, 'installation'), 'utf8').trim()).toBe(marks[0]!)
  expect(statSync(join(folder, 'installation')).mode & 0o777).toBe(0o600)
  rmSync(folder, { recursive: true })
})
