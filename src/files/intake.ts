import { createHash, createHmac } from 'node:crypto'
import { m } from '#messages'
import { AppError } from '#src/errors.ts'
import { type ContentType, detectContentType, HEAD_BYTES } from './file-type.ts'
import type { ReceivedFile, ReceiveLimits } from './storage.ts'

/**
 * Looks at a file while it passes: counts, digests, and tells its type as soon as enough of it is there.
 * `take` and `end` throw FILE_TOO_LARGE, UNSUPPORTED_FILE_TYPE; `end` throws VALIDATION_FAILED for an empty file.
 */
export function fileIntake({ maxBytes }: ReceiveLimits, fileKey: Uint8Array) {
  const digest = createHash('sha256')
  const name = createHmac('sha256', fileKey)
  let bytes = 0
  let head: Uint8Array = new Uint8Array()
  let contentType: ContentType | undefined

  const tellType = async () => {
    contentType = await detectContentType(head)
    if (contentType === undefined) throw new AppError('UNSUPPORTED_FILE_TYPE')
  }

  return {
    async take(chunk: Uint8Array): Promise<void> {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw new AppError('FILE_TOO_LARGE')
      digest.update(chunk)
      name.update(chunk)
      if (contentType !== undefined) return
      head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)])
      if (head.length >= HEAD_BYTES) await tellType()
    },

    async end(): Promise<Omit<ReceivedFile, 'temporary'>> {
      if (bytes === 0) {
        const message = m.files_empty()
        throw new AppError('VALIDATION_FAILED', { message, errors: [{ field: 'file', code: 'empty', message }] })
      }
      if (contentType === undefined) await tellType()
      return { name: name.digest('hex'), digest: digest.digest(), bytes, contentType: contentType! }
    },
  }
}
