import { createHash, createHmac } from 'node:crypto'
import { m } from '#messages'
import { AppError, type ErrorCode } from '#src/errors.ts'
import { type ContentType, detectContentType, HEAD_BYTES } from './file-type.ts'
import type { ReceivedFile, ReceiveLimits } from './storage.ts'

const BYTES_PER_MB = 1_048_576

const refuse = (refusal: ErrorCode, message: string, code: string = refusal.toLowerCase()) =>
  new AppError(refusal, { message, errors: [{ field: 'file', code, message }] })

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
    if (contentType === undefined) throw refuse('UNSUPPORTED_FILE_TYPE', m.files_type())
  }

  return {
    async take(chunk: Uint8Array): Promise<void> {
      bytes += chunk.byteLength
      if (bytes > maxBytes)
        throw refuse('FILE_TOO_LARGE', m.files_too_large({ mb: Math.floor(maxBytes / BYTES_PER_MB) }))
      digest.update(chunk)
      name.update(chunk)
      if (contentType !== undefined) return
      head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)])
      if (head.length >= HEAD_BYTES) await tellType()
    },

    async end(): Promise<Omit<ReceivedFile, 'temporary'>> {
      if (bytes === 0) throw refuse('VALIDATION_FAILED', m.files_empty(), 'empty')
      if (contentType === undefined) await tellType()
      return { name: name.digest('hex'), digest: digest.digest(), bytes, contentType: contentType! }
    },
  }
}
