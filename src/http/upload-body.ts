import type { Server } from 'bun'
import { AppError } from '#src/errors.ts'
import { minimumRate, type Pace, UPLOAD_PACE } from './minimum-rate.ts'

const SECOND_MS = 1000
/** Bun closes a connection on which nothing moves for so long; renewed every second while a body is being read. */
const SILENCE_SECONDS = 30
/** What is left for the answer when the body has been read: as long as a request without one is given, with its grace. */
const ANSWER_SECONDS = 65

export type UploadLimits = {
  maxBytes: number
  /** The hard end, however fast it goes. */
  endsAfterMs: number
  pace?: Pace
}

/**
 * The body of an upload, chunk by chunk as it arrives and no faster than it is taken. The chunks end with BODY_TOO_LARGE,
 * REQUEST_TIMEOUT (slower than `pace`, or past the hard end), or MALFORMED_REQUEST where the sender went away.
 * Throws BODY_TOO_LARGE at once when the declared length is, and UNSUPPORTED_MEDIA_TYPE for a compressed body.
 */
export function readUpload(request: Request, server: Server<unknown> | null, limits: UploadLimits) {
  if (request.headers.has('content-encoding'))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Please send the body uncompressed.' })
  if (Number(request.headers.get('content-length') ?? 0) > limits.maxBytes) throw new AppError('BODY_TOO_LARGE')
  const body = request.body
  if (body === null || request.bodyUsed) throw new AppError('MALFORMED_REQUEST', { message: 'The body is missing.' })
  const reader = body.getReader()
  const rate = minimumRate(limits.pace ?? UPLOAD_PACE)
  const endsAt = performance.now() + limits.endsAfterMs
  let refusal: unknown
  let waiting = false

  /** A read that waits for the sender returns at once. */
  const stop = (reason: unknown) => {
    refusal ??= reason
    clearInterval(clock)
    server?.timeout(request, ANSWER_SECONDS)
    reader.cancel().catch(() => {})
  }
  const clock = setInterval(() => {
    server?.timeout(request, SILENCE_SECONDS)
    if (rate.secondPassed(waiting) || performance.now() > endsAt) stop(new AppError('REQUEST_TIMEOUT'))
  }, SECOND_MS)
  server?.timeout(request, SILENCE_SECONDS)

  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    let bytes = 0
    try {
      for (;;) {
        waiting = true
        const { done, value } = await reader.read()
        waiting = false
        if (refusal !== undefined) throw refusal
        if (done) return
        bytes += value.byteLength
        if (bytes > limits.maxBytes) throw new AppError('BODY_TOO_LARGE')
        rate.received(value.byteLength)
        yield value
      }
    } catch (error) {
      throw error instanceof AppError ? error : new AppError('MALFORMED_REQUEST', { cause: error })
    } finally {
      stop(undefined)
    }
  }

  return { chunks: chunks(), stop }
}
