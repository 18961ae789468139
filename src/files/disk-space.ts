import { statfs } from 'node:fs/promises'
import { onDisk } from './disk-failure.ts'

export type Space = { freeBytes: number; totalBytes: number }

/** How full the disk under a directory is now. Throws STORAGE_UNAVAILABLE. */
export async function diskSpace(dir: string): Promise<Space> {
  const { bsize, bavail, blocks } = await onDisk(statfs(dir))
  return { freeBytes: bsize * bavail, totalBytes: bsize * blocks }
}
