import { afterAll, expect, test } from 'bun:test'
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { boundLog, LOG_MAX_BYTES, readLogTail } from '#src/db/embedded/log-file.ts'
import { cleanUp, makeFolder } from './processes.ts'

afterAll(cleanUp)

test('a log past its limit becomes the former log, and whoever writes to it goes on in the new one', () => {
  const path = join(makeFolder(), 'postgres.log')
  const writer = openSync(path, 'a')
  writeSync(writer, 'x'.repeat(LOG_MAX_BYTES))
  boundLog(path)()
  expect(existsSync(`${path}.1`)).toBe(false)
  writeSync(writer, 'y')
  boundLog(path)()
  writeSync(writer, 'later\n')
  closeSync(writer)
  expect(statSync(`${path}.1`).size).toBe(LOG_MAX_BYTES + 1)
  expect(readFileSync(path, 'utf8')).toBe('later\n')
})

test('the tail of a log is its last five lines, of a missing one nothing', () => {
  const path = join(makeFolder(), 'postgres.log')
  expect(readLogTail(path)).toBe('')
  writeFileSync(path, 'z'.repeat(5_000))
  appendFileSync(path, '\n1\n2\n3\n4\n5\n')
  expect(readLogTail(path)).toBe('1\n2\n3\n4\n5')
})
