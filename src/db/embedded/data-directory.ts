import { chmodSync, mkdirSync, realpathSync } from 'node:fs'
import { StartError } from '#src/lib/start-error.ts'

/** Others may pass through, to folders of their own, and see nothing. */
const PASSAGE_MODE = 0o711
const PRIVATE_MODE = 0o700

/**
 * Makes the data directory if it is not there, and leaves its mode alone if it is. Started by root it lets others pass, or the user that
 * PostgreSQL runs as would never reach its own folder.
 *
 * @returns its canonical path
 */
export function makeDataDirectory(path: string): string {
  try {
    const mode = process.getuid?.() === 0 ? PASSAGE_MODE : PRIVATE_MODE
    // The umask may have taken more away.
    if (mkdirSync(path, { recursive: true, mode })) chmodSync(path, mode)
    return realpathSync(path)
  } catch (error) {
    throw explainUnusable(error, path)
  }
}

/** The folder of everything PostgreSQL, made if it is not there. */
export function makeHome(path: string): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, PASSAGE_MODE)
}

const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: 'This user may not write there.',
  EPERM: 'This user may not write there.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EEXIST: 'There is a file of that name.',
  ENOTDIR: 'There is a file in its path.',
  ENOENT: 'It cannot be made there.',
}

/** What the operating system has against the data directory, as a StartError; any other error as it is. */
export function explainUnusable(error: unknown, dataDir: string): unknown {
  const sentence = SENTENCES[(error as NodeJS.ErrnoException).code ?? '']
  return sentence
    ? new StartError(`The data directory ${dataDir} cannot be used. ${sentence}`, { cause: error })
    : error
}
