import { describe, expect, test } from 'bun:test'
import { deflateSync } from 'node:zlib'
import { drawPictures } from '#src/files/pictures.ts'
import { flag, paintJpeg, paintPng, withExif } from '#test/support/pictures.ts'
import { sampleHeic, samplePdf, samplePng } from '#test/support/sample-files.ts'

const heic = new Uint8Array(await Bun.file(`${import.meta.dir}/samples/flag.heic`).arrayBuffer())
const sizeOf = async (bytes: Uint8Array<ArrayBuffer>) => {
  const { width, height, format } = await new Bun.Image(bytes).metadata()
  return [format, width, height]
}
const differingBits = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, byte, index) => sum + (byte ^ b[index]!).toString(2).replaceAll('0', '').length, 0)

describe('a picture', () => {
  test('is drawn anew in two sizes, as WebP', async () => {
    const pictures = (await drawPictures(await paintJpeg(2000, 1500), 'image/jpeg'))!
    expect(await sizeOf(pictures.drawn[1280])).toEqual(['webp', 1280, 960])
    expect(await sizeOf(pictures.drawn[320])).toEqual(['webp', 320, 240])
    expect([pictures.width, pictures.height]).toEqual([2000, 1500])
  })

  test('that is small is not blown up', async () => {
    const pictures = (await drawPictures(await paintPng(200, 100), 'image/png'))!
    expect(await sizeOf(pictures.drawn[1280])).toEqual(['webp', 200, 100])
    expect(await sizeOf(pictures.drawn[320])).toEqual(['webp', 200, 100])
  })

  test('stands upright and tells nothing of the camera', async () => {
    // Orientation 6: the first row of what was recorded is the right side (Exif 2.32).
    const turned = withExif(await paintJpeg(400, 300), 6)
    expect(Buffer.from(turned).includes('GPS 13.0827')).toBe(true)
    const { drawn, width, height } = (await drawPictures(turned, 'image/jpeg'))!
    expect([width, height]).toEqual([300, 400])
    expect(await sizeOf(drawn[1280])).toEqual(['webp', 300, 400])
    for (const part of ['Exif', 'EXIF', 'GPS']) expect(Buffer.from(drawn[1280]).includes(part)).toBe(false)
  })

  test('of a phone that takes HEIC is the same picture', async () => {
    const fromHeic = (await drawPictures(heic, 'image/heic'))!
    expect(await sizeOf(fromHeic.drawn[1280])).toEqual(['webp', 400, 300])
    const fromJpeg = (await drawPictures(await paintJpeg(400, 300), 'image/jpeg'))!
    expect(differingBits(fromHeic.likeness, fromJpeg.likeness)).toBeLessThanOrEqual(4)
    const [red, blue] = await Promise.all([
      centreOf(fromHeic.drawn[1280], 280, 150),
      centreOf(fromHeic.drawn[1280], 60, 150),
    ])
    expect(red[0]! - red[2]!).toBeGreaterThan(100)
    expect(blue[2]! - blue[0]!).toBeGreaterThan(100)
  })

  test('is like itself in another size and quality, and unlike another', async () => {
    const likeness = async (bytes: Uint8Array<ArrayBuffer>) => (await drawPictures(bytes, 'image/jpeg'))!.likeness
    const original = await likeness(await paintJpeg(800, 600))
    const other = flag(800, 600)
    expect(differingBits(original, await likeness(await paintJpeg(1600, 1200)))).toBeLessThanOrEqual(4)
    expect(
      differingBits(original, await likeness(await paintJpeg(800, 600, (x, y) => other(799 - x, 599 - y)))),
    ).toBeGreaterThan(10)
  })
})

/** Red, green and blue at a place. */
async function centreOf(picture: Uint8Array<ArrayBuffer>, x: number, y: number): Promise<Uint8Array> {
  const { decode } = await import('fast-png')
  const { data, channels, width } = decode(await new Bun.Image(picture).png().bytes())
  const at = (y * width + x) * channels
  return data.slice(at, at + 3) as Uint8Array
}

describe('there is no picture of', () => {
  test.each([
    ['a PDF', samplePdf(), 'application/pdf'],
    ['a HEIC without one in it', sampleHeic(), 'image/heic'],
    ['a HEIC that breaks off', heic.slice(0, heic.length / 2), 'image/heic'],
    ['what only begins like a JPEG', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), 'image/jpeg'],
    ['a PNG without pixels', samplePng(400).slice(0, 60), 'image/png'],
    ['a PNG that says it has 400 million pixels', bomb(), 'image/png'],
  ] as const)('%s', async (_, bytes, contentType) => {
    expect(await drawPictures(bytes as Uint8Array<ArrayBuffer>, contentType)).toBeUndefined()
  })

  test('what takes too long', async () => {
    expect(await drawPictures(heic, 'image/heic', AbortSignal.abort())).toBeUndefined()
  })
})

/** 20,000 by 20,000 pixels in a few bytes. */
function bomb(): Uint8Array<ArrayBuffer> {
  const png = Buffer.from(samplePng(400))
  png.writeUInt32BE(20_000, 16)
  png.writeUInt32BE(20_000, 20)
  png.writeUInt32BE(Bun.hash.crc32(png.subarray(12, 29)), 29)
  return new Uint8Array(Buffer.concat([png, deflateSync(Buffer.alloc(1000))]))
}
