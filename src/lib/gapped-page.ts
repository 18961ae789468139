import { constants, deflateRawSync } from 'node:zlib'

const LEVEL = 9
/** RFC 1952, section 2.3: magic, deflate, no flags, no time, best compression, no operating system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
const STORED_BYTES_MAX = 0xffff

/**
 * A page that is the same for everybody but for one text of its own for each, which may stand in several places. The rest is compressed
 * once: `fill` puts the text in, as it is, between blocks that know nothing of each other.
 */
export type GappedPage = { fill(text: string): { plain: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer> } }

/** @param gap what stands in the page where the text goes */
export function gappedPage(page: string, gap: string): GappedPage {
  const parts = page.split(gap).map((part) => Buffer.from(part))
  const last = parts.length - 1
  // A full flush ends at a byte and forgets what came before (zlib's manual, Z_FULL_FLUSH).
  const packed = parts.map((part, index) =>
    deflateRawSync(part, { level: LEVEL, finishFlush: index === last ? constants.Z_FINISH : constants.Z_FULL_FLUSH }),
  )
  return {
    fill(text) {
      const content = Buffer.from(text)
      const plain = Buffer.concat(between(parts, content))
      return { plain, gzip: Buffer.concat([HEADER, ...between(packed, storedBlock(content)), trailer(plain)]) }
    },
  }
}

const between = <T>(parts: readonly T[], separator: T): T[] =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]))

/** RFC 1951, section 3.2.4: not the last block, stored, length and its complement, the bytes. */
function storedBlock(content: Buffer): Buffer {
  if (content.byteLength > STORED_BYTES_MAX) throw new RangeError('A stored block holds at most 65,535 bytes.')
  const head = Buffer.alloc(5)
  head.writeUInt16LE(content.byteLength, 1)
  head.writeUInt16LE(content.byteLength ^ STORED_BYTES_MAX, 3)
  return Buffer.concat([head, content])
}

function trailer(plain: Uint8Array): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(Bun.hash.crc32(plain), 0)
  bytes.writeUInt32LE(plain.byteLength, 4)
  return bytes
}
