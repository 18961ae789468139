import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readOrMake } from '#src/lib/made-once.ts'

/** What tells this file store from any other: the one line of a file in it, made at the first start. */
export const readOrMakeMark = (dir: string): string => readOrMake(join(dir, 'installation'), randomUUID)
