import { fstatSync } from 'node:fs'
import pino from 'pino'
import { findObstacle } from './log-place.ts'
import { StartError } from './start-error.ts'

/** What waits for a slow reader at most; lines beyond are dropped and counted. */
const QUEUE_MAX_BYTES = 4 * 1_048_576
const WRITE_MAX_BYTES = 65_536
const END_TIMEOUT_MS = 1000
const OWNER_ONLY = 0o600
const STANDARD_OUTPUT = 1
/** C1 control characters, line separators and changes of direction, which JSON leaves as they are and some terminals obey. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** `count` files of `maxMegabytes` are kept, the one being written among them, each with a number before its ending. */
export type LogFile = { path: string; maxMegabytes: number; count: number }

/** Somewhere that takes lines, one a call. */
export type Output = {
  write(line: string): void
  /** Hears how many lines were dropped, once there is room again. */
  onDropped(tell: (count: number) => void): void
  /** Waits until all is written, at most a second. */
  end(): Promise<void>
}

type Destination = ReturnType<typeof pino.destination>

/**
 * Standard output. A file there is written at once, so that not even SIGKILL costs a line; a pipe or a terminal may stop reading, so
 * what it does not take waits in a queue.
 */
export function standardOutput(): Output {
  const limits = { maxLength: QUEUE_MAX_BYTES, maxWrite: WRITE_MAX_BYTES }
  const destination = pino.destination({ ...limits, dest: STANDARD_OUTPUT, sync: isFile(STANDARD_OUTPUT) })
  // pino calls it when the process exits, and it would try for ever where nothing is taken; `end` has waited by then.
  destination.flushSync = () => {}
  return outputTo(destination)
}

/** A file, written at once, whose directory is made. Throws StartError where it cannot be written, or would have to share its numbers. */
export async function fileOutput({ path, maxMegabytes, count }: LogFile): Promise<Output> {
  const obstacle = findObstacle(path)
  if (obstacle !== undefined) throw unwritable(path, `${obstacle}.`)
  try {
    const { default: roll } = await import('pino-roll')
    const limit = { count, removeOtherLogFiles: true }
    const options = { file: path, size: `${maxMegabytes}m`, limit, mkdir: true, mode: OWNER_ONLY }
    return outputTo(await roll({ ...options, sync: true, maxLength: QUEUE_MAX_BYTES }))
  } catch (error) {
    throw unwritable(path, `${(error as Error).message}.`, error)
  }
}

const unwritable = (path: string, why: string, cause?: unknown) =>
  new StartError(`The log file ${path} cannot be written: ${why} Please check LOG_FILE.`, { cause })

function outputTo(destination: Destination): Output {
  let dropped = 0
  let isOpen = true
  // Whoever read it has gone, or the disk is full: there is nobody left to tell, and the next line tries again.
  destination.on('error', () => {})
  destination.on('drop', () => {
    dropped += 1
  })
  return {
    write(line) {
      if (isOpen) destination.write(line.replace(UNSAFE, escapeJson))
    },
    onDropped(tell) {
      destination.on('write', () => {
        if (dropped === 0) return
        const count = dropped
        dropped = 0
        queueMicrotask(() => tell(count))
      })
    },
    end() {
      const { promise, resolve } = Promise.withResolvers<void>()
      destination.once('close', resolve)
      isOpen = false
      destination.end()
      return Promise.race([promise, Bun.sleep(END_TIMEOUT_MS)])
    },
  }
}

const escapeJson = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}
