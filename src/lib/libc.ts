import { dlopen, FFIType } from 'bun:ffi'

const LOCK = { shared: 1, exclusive: 2 }
const LOCK_NB = 4

const open = () =>
  dlopen('libc.so.6', {
    flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
    syncfs: { args: [FFIType.i32], returns: FFIType.i32 },
  }).symbols

let opened: ReturnType<typeof open> | undefined
const libc = () => (opened ??= open())

/** flock(2) without waiting: false when another open file holds a lock in the way. The lock ends with the descriptor or the process. */
export function tryLockFile(descriptor: number, kind: 'shared' | 'exclusive' = 'exclusive'): boolean {
  return libc().flock(descriptor, LOCK[kind] | LOCK_NB) === 0
}

/** syncfs(2): everything written to the file system that holds the descriptor is durable when this returns. */
export function syncFileSystem(descriptor: number): void {
  if (libc().syncfs(descriptor) !== 0) throw new Error('syncfs failed')
}
