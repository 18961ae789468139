/**
 * Makes a huge photo smaller before it is sent, where the browser can: an upright JPEG without metadata. Whatever it cannot or need not
 * do leaves the file as it is; the server looks at the bytes and draws its own pictures in any case.
 *
 * 2560 pixels are twice what is shown of a picture: an A4 page keeps some 220 dots an inch, so the number of a card can still be read. At
 * that size a JPEG has about 1 MB, sent in a minute over the weakest networks, where a phone's 4 to 12 MB take ten, or are refused.
 */
const LONGEST_SIDE = 2560
const JPEG_QUALITY = 0.85
/** What is sent soon enough as it is. */
const LEFT_ALONE_BYTES = 1.5 * 1_048_576
/** A photo that gains less keeps what its camera wrote. */
const WORTH_IT = 0.8
/** Decoded, a larger one may take more memory than a phone gives a page. */
const DECODED_MAX_BYTES = 30 * 1_048_576
const DECODING_MAX_MS = 20_000

const PHOTO_TYPES = /^image\/(jpeg|png|webp|heic|heif)$/

let last: Promise<unknown> = Promise.resolve()

/** Whether `makeSmaller` may make something else of the file. Never of a PDF. */
export const isHugePhoto = ({ type, size }: File): boolean =>
  PHOTO_TYPES.test(type) && size > LEFT_ALONE_BYTES && size <= DECODED_MAX_BYTES

/** One after another, as each is large in memory. Never rejects. */
export function makeSmaller(file: File, maxBytes: number): Promise<File> {
  const smaller = last.then(() => Promise.race([shrink(file, maxBytes), giveUp(file)])).catch(() => file)
  last = smaller
  return smaller
}

async function shrink(file: File, maxBytes: number): Promise<File> {
  // The orientation that the camera noted is applied; a browser that does not know the option refuses it.
  const photo = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height))
    if (scale === 1 && file.size <= maxBytes) return file
    const jpeg = await drawJpeg(photo, scale)
    if (!jpeg || jpeg.size > file.size * WORTH_IT) return file
    return new File([jpeg], `${file.name.replace(/\.[^.]*$/, '')}.jpg`, { type: jpeg.type })
  } finally {
    photo.close()
  }
}

async function drawJpeg(photo: ImageBitmap, scale: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(photo.width * scale)
  canvas.height = Math.round(photo.height * scale)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) return null
  context.imageSmoothingQuality = 'high'
  // What is transparent would become black.
  context.fillStyle = 'white'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(photo, 0, 0, canvas.width, canvas.height)
  const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY))
  // Safari keeps a canvas's memory until it is empty.
  canvas.width = 0
  return jpeg?.type === 'image/jpeg' ? jpeg : null
}

const giveUp = (file: File) => new Promise<File>((resolve) => setTimeout(() => resolve(file), DECODING_MAX_MS))
