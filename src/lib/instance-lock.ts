import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { tryLockFile } from './libc.ts'

export type InstanceLock = {
  /** Lets the next process have the directory. May be called twice. */
  release(): void
}

/**
 * One process a directory: an flock(2) on `<directory>/lock`, which the kernel lets go of when the process ends, however it ends.
 * The file is never deleted, or two processes could hold locks on two files of the same name. Throws what open(2) says when the
 * directory cannot be written to.
 *
 * @returns the lock, or the process id of its holder (undefined while the holder has not written it yet)
 */
export function takeInstanceLock(directory: string): { lock: InstanceLock } | { heldBy: number | undefined } {
  const path = join(directory, 'lock')
  const descriptor = openSync(path, 'a+', 0o600)
  if (!tryLockFile(descriptor)) {
    closeSync(descriptor)
    return { heldBy: Number(readFileSync(path, 'utf8')) || undefined }
  }
  ftruncateSync(descriptor)
  writeSync(descriptor, String(process.pid))
  let held = true
  return {
    lock: {
      release() {
        if (held) closeSync(descriptor)
        held = false
      },
    },
  }
}
