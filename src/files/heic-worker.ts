import libheif from 'libheif-js/libheif-wasm/libheif-bundle.mjs'
import type { HeicAnswer, HeicQuestion } from './heic.ts'

declare const self: Worker

const BMP_HEAD_BYTES = 54
const PIXEL_BYTES = 4

// The library writes about broken files to the console, which is not ours to write to.
Object.assign(console, { log() {}, warn() {}, error() {} })

/** A thread of its own for one picture: what decodes it may take long, hang or grow, and goes with the thread. */
self.onmessage = async ({ data }: MessageEvent<HeicQuestion>) => {
  try {
    const answer: HeicAnswer = await toBitmap(data)
    self.postMessage(answer, 'bitmap' in answer ? [answer.bitmap.buffer] : [])
  } catch {
    self.postMessage({ refused: 'broken' } satisfies HeicAnswer)
  }
}

async function toBitmap({ bytes, pixelsMax }: HeicQuestion): Promise<HeicAnswer> {
  const { HeifDecoder } = await libheif()
  const [picture] = new HeifDecoder().decode(bytes)
  if (!picture) return { refused: 'broken' }
  const [width, height] = [picture.get_width(), picture.get_height()]
  if (width * height > pixelsMax) return { refused: 'too-large' }
  const bitmap = new Uint8Array(BMP_HEAD_BYTES + width * height * PIXEL_BYTES)
  const data = new Uint8ClampedArray(bitmap.buffer, BMP_HEAD_BYTES)
  const isDrawn = await new Promise((done) => picture.display({ data, width, height }, (drawn) => done(drawn !== null)))
  if (!isDrawn) return { refused: 'broken' }
  for (let at = 0; at < data.length; at += PIXEL_BYTES) {
    const red = data[at]!
    data[at] = data[at + 2]!
    data[at + 2] = red
  }
  writeHead(bitmap, width, height)
  return { bitmap }
}

/** A Windows bitmap of 32 bits a pixel (BITMAPFILEHEADER and BITMAPINFOHEADER), blue first, top row first. */
function writeHead(bitmap: Uint8Array, width: number, height: number): void {
  const head = new DataView(bitmap.buffer)
  bitmap.set([0x42, 0x4d])
  head.setUint32(2, bitmap.length, true)
  head.setUint32(10, BMP_HEAD_BYTES, true)
  head.setUint32(14, 40, true)
  head.setInt32(18, width, true)
  head.setInt32(22, -height, true)
  head.setUint16(26, 1, true)
  head.setUint16(28, PIXEL_BYTES * 8, true)
}
