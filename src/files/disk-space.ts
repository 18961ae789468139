import { statfs } from 'node:fs/promises'
import { onDisk } from './disk-failure.ts'

const LOOK_EVERY_MS = 2000

type Space = { freeBytes: number; totalBytes: number }

/** How full the disk under a directory is; looked up at most every `LOOK_EVERY_MS`. Throws STORAGE_UNAVAILABLE. */
export function diskSpace(dir: string): () => Promise<Space> {
  let lookedAt = Number.NEGATIVE_INFINITY
  let known: Promise<Space> | undefined
  return () => {
    if (known === undefined || performance.now() - lookedAt > LOOK_EVERY_MS) {
      lookedAt = performance.now()
      known = onDisk(look(dir))
      // A failed look is not an answer for the next two seconds.
      known.catch(() => {
        known = undefined
      })
    }
    return known
  }
}

async function look(dir: string): Promise<Space> {
  const { bsize, bavail, blocks } = await statfs(dir)
  return { freeBytes: bsize * bavail, totalBytes: bsize * blocks }
}
