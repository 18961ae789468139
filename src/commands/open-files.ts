import { readFileSync } from 'node:fs'
import { m } from '#messages'

/** Some thousand connections that somebody holds open, and still a place for everybody else. */
const WANTED = 4096
const LIMITS = '/proc/self/limits'

/**
 * What to say where few files may be open at once. Bun raises the limit to the most that is allowed when it starts; beyond that, new
 * connections wait until others end. `limits` is the text of `/proc/<pid>/limits` (proc(5)); undefined where that is enough or not known.
 */
export function fewFilesWarning(limits: string | undefined): string | undefined {
  const limit = Number(/^Max open files +(\d+) /m.exec(limits ?? '')?.[1] ?? WANTED)
  return limit < WANTED ? m.serve_few_open_files({ limit, wanted: WANTED }) : undefined
}

export function readLimits(): string | undefined {
  try {
    return readFileSync(LIMITS, 'utf8')
  } catch {
    return undefined
  }
}
