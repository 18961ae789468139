import { crc32, deflateSync } from 'node:zlib'

/** Small real files, each distinct by its seed and padded to a length in a way its format allows. */
type Sample = (bytes?: number, seed?: number | string) => Uint8Array<ArrayBuffer>

const PIXEL_JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)
const PIXEL_WEBP_LOSSLESS = Buffer.from('VlA4TBEAAAAvAAAAAAdQwAIWsP+BiOh/AAA=', 'base64')
const COMMENT_MAX_BYTES = 65_533

/** One empty page, with a cross-reference table that is right. */
export const samplePdf: Sample = (bytes = 1500, seed = 0) => {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
  ]
  const build = (padding: number) => {
    let text = `%PDF-1.4\n%${seed}\n%${'.'.repeat(padding)}\n`
    const offsets = objects.map((object, index) => {
      const offset = text.length
      text += `${index + 1} 0 obj\n${object}\nendobj\n`
      return offset
    })
    const start = text.length
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
    return `${text}xref\n0 4\n0000000000 65535 f \n${rows}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${String(start).padStart(10, '0')}\n%%EOF\n`
  }
  return toBytes(Buffer.from(build(bytes - build(0).length), 'latin1'))
}

/** A grey pixel; comments before it make the length. */
export const sampleJpeg: Sample = (bytes = 1500, seed = 0) => {
  const segments = [PIXEL_JPEG.subarray(0, 2), comment(`seed ${seed}`)]
  let missing = bytes - PIXEL_JPEG.length - segments[1]!.length
  while (missing > 0) {
    const most = Math.min(missing, COMMENT_MAX_BYTES + 4)
    // Four bytes are the least a comment takes: never leave fewer for the next one.
    const length = missing - most > 0 && missing - most < 4 ? most - 4 : most
    segments.push(comment('.'.repeat(length - 4)))
    missing -= length
  }
  return toBytes(Buffer.concat([...segments, PIXEL_JPEG.subarray(2)]))
}

/** A grey pixel and a text chunk. */
export const samplePng: Sample = (bytes = 1500, seed = 0) => {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  const build = (padding: number) =>
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      pngChunk('IHDR', header),
      pngChunk('tEXt', Buffer.from(`Comment\0seed ${seed} ${'.'.repeat(padding)}`, 'latin1')),
      pngChunk('IDAT', deflateSync(Buffer.from([0, 128]))),
      pngChunk('IEND', Buffer.alloc(0)),
    ])
  return toBytes(build(bytes - build(0).length))
}

/** A pixel without loss and a chunk that readers skip; an even number of bytes. */
export const sampleWebp: Sample = (bytes = 1500, seed = 0) => {
  const build = (padding: number) => {
    const chunk = riffChunk('seed', Buffer.from(`${seed} ${'.'.repeat(padding)}`, 'latin1'))
    const content = Buffer.concat([Buffer.from('WEBP'), PIXEL_WEBP_LOSSLESS, chunk])
    return riffChunk('RIFF', content)
  }
  return toBytes(build(Math.max(0, bytes - build(0).length)))
}

/** The boxes that name the type, without a picture in them. */
export const sampleHeic = (bytes = 1500, seed: number | string = 0, majorBrand = 'heic', brands = ['mif1', 'heic']) => {
  const type = box('ftyp', Buffer.from(`${majorBrand}\0\0\0\0${brands.join('')}`, 'latin1'))
  const text = `seed ${seed} `
  return toBytes(
    Buffer.concat([
      type,
      box('free', Buffer.from(text + '.'.repeat(Math.max(0, bytes - type.length - 8 - text.length)))),
    ]),
  )
}

const toBytes = (buffer: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer)

function comment(text: string): Buffer {
  const marker = Buffer.from([0xff, 0xfe, 0, 0])
  marker.writeUInt16BE(text.length + 2, 2)
  return Buffer.concat([marker, Buffer.from(text, 'latin1')])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

function riffChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(type, 'latin1'), length, data, Buffer.alloc(data.length % 2)])
}

function box(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length + 8)
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data])
}
