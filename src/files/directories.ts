import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

const REMEMBERED_MAX = 10_000

/** Makes a directory's entries durable: a new name survives a power cut only when its directory was synced (fsync(2)). */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes directories below `root`, an absolute path, and syncs their parents up to the one it lies in, once each. Also where the directory was there already: another
 * process may have made it and not synced it yet.
 */
export function durableDirectories(root: string): (path: string) => Promise<void> {
  const made = new Map<string, Promise<void>>()

  const make = async (path: string) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const top = dirname(root)
    let synced = path
    while (synced !== top) {
      synced = dirname(synced)
      await syncDirectory(synced)
    }
  }

  return (path) => {
    const known = made.get(path)
    if (known) return known
    if (made.size >= REMEMBERED_MAX) made.clear()
    const making = make(path)
    made.set(path, making)
    making.catch(() => made.delete(path))
    return making
  }
}
