import type { ContentType } from './file-type.ts'
import { decodeHeic } from './heic.ts'
import type { PictureSize } from './picture-name.ts'

/** A phone's largest pictures have 48 million. */
const PIXELS_MAX = 50_000_000
const WEBP_QUALITY = 80
const TIMEOUT_MS = 20_000
/** One column more than the digest has bits a row. */
const LIKENESS_COLUMNS = 9
const LIKENESS_ROWS = 8

/** WebP, upright, without metadata, never larger than the original. */
export type Pictures = {
  drawn: Record<PictureSize, Uint8Array<ArrayBuffer>>
  /** Of the original, upright. */
  width: number
  height: number
  /** 64 bits, as 8 bytes, of which like pictures differ in few: whether each of 9 by 8 grey fields is brighter than the one right of it. */
  likeness: Buffer
}

/**
 * Draws a file anew for display. Undefined for what is no picture, cannot be decoded in time or has more than 50 million pixels. The work
 * is done outside of the main thread.
 */
export async function drawPictures(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: ContentType,
  signal: AbortSignal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<Pictures | undefined> {
  if (contentType === 'application/pdf') return undefined
  const source =
    contentType === 'image/heic' ? await decodeHeic({ bytes, pixelsMax: PIXELS_MAX }, signal) : { bitmap: bytes }
  if ('refused' in source) return undefined
  try {
    const original = new Bun.Image(source.bitmap, { maxPixels: PIXELS_MAX })
    const { width, height } = await original.metadata()
    const large = await reduce(original, 1280)
    const small = await reduce(new Bun.Image(large), 320)
    return { drawn: { 320: small, 1280: large }, width, height, likeness: await digestLikeness(large) }
  } catch (error) {
    if (isUndrawable(error)) return undefined
    throw error
  }
}

const reduce = (picture: Bun.Image, size: PictureSize) =>
  picture
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: WEBP_QUALITY })
    .bytes() as Promise<Uint8Array<ArrayBuffer>>

/** The difference hash of Neal Krawetz ("Kind of Like That", 2013). */
async function digestLikeness(picture: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const grey = new Bun.Image(picture).resize(LIKENESS_COLUMNS, LIKENESS_ROWS).modulate({ saturation: 0 })
  const { decode } = await import('fast-png')
  const { data, channels } = decode(await grey.png().bytes())
  const brightness = (row: number, column: number) => data[(row * LIKENESS_COLUMNS + column) * channels]!
  const rows = Array.from({ length: LIKENESS_ROWS }, (_, row) =>
    Array.from({ length: LIKENESS_COLUMNS - 1 }, (_, column) => brightness(row, column) > brightness(row, column + 1)),
  )
  return Buffer.from(rows.map((bits) => bits.reduce((byte, bit) => byte * 2 + Number(bit), 0)))
}

const UNDRAWABLE = new Set([
  'ERR_IMAGE_DECODE_FAILED',
  'ERR_IMAGE_FORMAT_UNSUPPORTED',
  'ERR_IMAGE_TOO_MANY_PIXELS',
  'ERR_IMAGE_UNKNOWN_FORMAT',
])
const isUndrawable = (error: unknown) => UNDRAWABLE.has((error as { code?: string }).code ?? '')
