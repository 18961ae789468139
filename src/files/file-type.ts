/** The kinds of file that are taken, with the extension each is given. */
export const CONTENT_TYPES = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/heic': 'heic',
} as const
export type ContentType = keyof typeof CONTENT_TYPES

/** How much of a file its type is told from. */
export const HEAD_BYTES = 4100

/** Of ISO/IEC 23008-12, annex B: a picture coded with HEVC. */
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis'])
const BRAND_BYTES = 4
const FIRST_COMPATIBLE_BRAND = 16

/** What a file is by its magic bytes, from its first `HEAD_BYTES` or all of it; undefined for whatever is not taken. */
export async function detectContentType(head: Uint8Array): Promise<ContentType | undefined> {
  const { fileTypeFromBuffer } = await import('file-type')
  const found = (await fileTypeFromBuffer(head))?.mime
  if (found === 'image/apng') return 'image/png'
  // `mif1` says only "a picture of this container", which AVIF is as well.
  if (found === 'image/heif')
    return compatibleBrands(head).some((brand) => HEIC_BRANDS.has(brand)) ? 'image/heic' : undefined
  return found !== undefined && found in CONTENT_TYPES ? (found as ContentType) : undefined
}

/** Of the `ftyp` box (ISO/IEC 14496-12, section 4.3): size, type, major brand, minor version, compatible brands. */
function compatibleBrands(head: Uint8Array): string[] {
  const box = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const end = Math.min(box.readUInt32BE(0), box.length)
  const brands: string[] = []
  for (let at = FIRST_COMPATIBLE_BRAND; at + BRAND_BYTES <= end; at += BRAND_BYTES)
    brands.push(box.toString('latin1', at, at + BRAND_BYTES))
  return brands
}
