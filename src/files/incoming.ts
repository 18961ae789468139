import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isMissing } from './disk-failure.ts'

/** Longer than any upload may take. */
const LEFT_OVER_AFTER_MS = 4 * 3_600_000

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const NAME = /^([0-9a-f]{8})-(\d+)-/

/** A name of its own that tells which process on which machine is writing: several may share one directory. */
export const incomingPath = (dir: string) => join(dir, `${HOST}-${process.pid}-${crypto.randomUUID()}`)

/**
 * Deletes what lies in `dir` since its process died, or for longer than any upload takes.
 * At `start` this process has written nothing yet: what bears its number is of an earlier one (in a container, always number 1).
 */
export async function removeLeftovers(dir: string, start: boolean): Promise<number> {
  let removed = 0
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    if (!(isOfDeadProcess(name, start) || (await isOld(path)))) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

function isOfDeadProcess(name: string, start: boolean): boolean {
  const [, host, pid] = NAME.exec(name) ?? []
  if (host !== HOST) return false
  return Number(pid) === process.pid ? start : !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function isOld(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > LEFT_OVER_AFTER_MS
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
