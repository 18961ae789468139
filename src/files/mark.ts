import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'installation'

/** What tells this file store from any other: a line in it, made once; processes that make it at the same time end with the same. */
export function readOrMakeMark(dir: string): string {
  const path = join(dir, NAME)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const temporary = join(dir, `${NAME}.${randomUUID()}`)
  writeFileSync(temporary, `${randomUUID()}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
  return readFileSync(path, 'utf8').trim()
}
