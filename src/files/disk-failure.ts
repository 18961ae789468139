import { AppError } from '#src/errors.ts'

/** Waits for work on the disk and turns whatever it throws into STORAGE_UNAVAILABLE, with the cause for the log. */
export async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new AppError('STORAGE_UNAVAILABLE', { cause })
  }
}

export const isMissing = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
