const BMP_HEAD_BYTES = 54
const PIXEL_BYTES = 4

/** What colour a place has: red, green, blue, 0 to 255. */
type Paint = (x: number, y: number) => readonly [number, number, number]

/** As test/files/samples/flag.heic shows it: a blue band at the left of white, and a red disc. */
export const flag =
  (width: number, height: number): Paint =>
  (x, y) => {
    if (x / width <= 130 / 400) return [0x0b, 0x5c, 0xad]
    const isDisc = Math.hypot((x / width) * 400 - 280, (y / height) * 300 - 150) <= 80
    return isDisc ? [0xb4, 0x23, 0x18] : [255, 255, 255]
  }

/** A painted picture as a JPEG. */
export const paintJpeg = (width: number, height: number, paint: Paint = flag(width, height)) =>
  new Bun.Image(bitmap(width, height, paint)).jpeg({ quality: 90 }).bytes() as Promise<Uint8Array<ArrayBuffer>>

export const paintPng = (width: number, height: number, paint: Paint = flag(width, height)) =>
  new Bun.Image(bitmap(width, height, paint)).png().bytes() as Promise<Uint8Array<ArrayBuffer>>

/** The JPEG with an Exif segment that says how the camera was held (Exif 2.32, tag 0x0112) and where (a GPS tag as text). */
export function withExif(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = Buffer.alloc(26)
  tiff.write('MM\0*', 'latin1')
  tiff.writeUInt32BE(8, 4)
  tiff.writeUInt16BE(1, 8)
  tiff.writeUInt16BE(0x0112, 10)
  tiff.writeUInt16BE(3, 12)
  tiff.writeUInt32BE(1, 14)
  tiff.writeUInt16BE(orientation, 18)
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, Buffer.from('GPS 13.0827 80.2707')])
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]))
}

/** A Windows bitmap of 32 bits a pixel, top row first. */
function bitmap(width: number, height: number, paint: Paint): Buffer {
  const bytes = Buffer.alloc(BMP_HEAD_BYTES + width * height * PIXEL_BYTES)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(BMP_HEAD_BYTES, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(-height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(32, 28)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = paint(x, y)
      bytes.set([blue, green, red, 255], BMP_HEAD_BYTES + (y * width + x) * PIXEL_BYTES)
    }
  return bytes
}
