import { createHash } from 'node:crypto'

/** The longest side, in pixels, of the pictures that are drawn of a file. */
export const PICTURE_SIZES = [320, 1280] as const
export type PictureSize = (typeof PICTURE_SIZES)[number]

/** The name in the store of a picture drawn of the file of this name; as hard to guess. */
export const pictureName = (name: string, size: PictureSize) =>
  createHash('sha256').update(`${name} ${size}`).digest('hex')
