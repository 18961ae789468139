import type { Server } from 'bun'
import { AppError } from '#src/errors.ts'
import { currentScope } from '#src/lib/scope.ts'
import { refuseCompressed } from './body.ts'
import { bodyTooLarge } from './limits.ts'
import { minimumRate, type Pace } from './minimum-rate.ts'

const SECOND_MS = 1000
/** Bun closes a connection on which nothing moves for so long; renewed every second while a body is being read. */
const SILENCE_SECONDS = 30
/** For the refusal of what is late, after the deadline. */
const GRACE_SECONDS = 5

export type UploadLimits = {
  maxBytes: number
  /** The hard end, however fast it goes. */
  endsAfterMs: number
  pace: Pace
  /** What is left for the answer when the body has been read: as long as a request without one is given. */
  answerSeconds: number
}

/**
 * The body of an upload, chunk by chunk as it arrives and no faster than it is taken. The chunks end with BODY_TOO_LARGE,
 * REQUEST_TIMEOUT (slower than `pace`, or past the hard end), MALFORMED_REQUEST where the sender went away, or with what the scope is
 * cancelled with, as the request's is when the server stops.
 * Throws BODY_TOO_LARGE at once when the declared length is, and UNSUPPORTED_MEDIA_TYPE for a compressed body.
 */
export function readUpload(request: Request, server: Server<unknown> | null, limits: UploadLimits) {
  refuseCompressed(request)
  if (Number(request.headers.get('content-length') ?? 0) > limits.maxBytes) throw bodyTooLarge(limits.maxBytes)
  const body = request.body
  if (body === null || request.bodyUsed) throw new AppError('MALFORMED_REQUEST', { message: 'The body is missing.' })
  const reader = body.getReader()
  const rate = minimumRate(limits.pace)
  const endsAt = performance.now() + limits.endsAfterMs
  const scope = currentScope()
  let refusal: unknown
  let waiting = false
  let isReading = true
  // Its own rules, the pace and the hard end, stand in for the request's deadline.
  if (scope !== undefined) scope.deadline = Number.POSITIVE_INFINITY

  /** A read that waits for the sender returns at once. */
  const stop = (reason: unknown) => {
    refusal ??= reason
    if (!isReading) return
    isReading = false
    clearInterval(clock)
    scope?.leave(reading)
    server?.timeout(request, limits.answerSeconds + GRACE_SECONDS)
    if (scope !== undefined) scope.deadline = performance.now() + limits.answerSeconds * SECOND_MS
    reader.cancel().catch(() => {})
  }
  const reading = { cancel: stop }
  const clock = setInterval(() => {
    server?.timeout(request, SILENCE_SECONDS)
    if (rate.secondPassed(waiting) || performance.now() > endsAt) stop(new AppError('REQUEST_TIMEOUT'))
  }, SECOND_MS)
  server?.timeout(request, SILENCE_SECONDS)
  scope?.enter(reading)

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
        if (bytes > limits.maxBytes) throw bodyTooLarge(limits.maxBytes)
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
