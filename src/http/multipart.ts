import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Server } from 'bun'
import busboy from 'busboy'
import type { Config } from '#src/config.ts'
import { AppError } from '#src/errors.ts'
import { BODY_FORM, bodyMaxBytes, FORM_FIELDS_MAX } from './limits.ts'
import { readUpload, type UploadLimits } from './upload-body.ts'

const BUFFER_BYTES = 64 * 1024
const SECOND_MS = 1000
/** `UPLOAD_RATE_MIN` is kept up over any so many seconds: a phone on a poor network does, a connection held open on purpose does not. */
const PACE_SECONDS = 30

export type MultipartLimits = UploadLimits & {
  files: number
  fields: number
  fieldBytes: number
  nameBytes: number
  /** Of the same form where it is sent without files, URL-encoded. */
  textBytes: number
}

/** One file and what belongs to it. */
export const oneFile = (config: Config, maxBytes: number): MultipartLimits => ({
  files: 1,
  fields: 8,
  fieldBytes: 1024,
  nameBytes: 100,
  maxBytes,
  ...uploadLimits(config, config.uploadTimeout),
})

/** The registration form with all its files. */
export const wholeForm = (config: Config, maxBytes: number): MultipartLimits => ({
  files: 60,
  fields: FORM_FIELDS_MAX,
  fieldBytes: 4096,
  nameBytes: 100,
  maxBytes,
  ...uploadLimits(config, config.formTimeout),
})

const uploadLimits = (config: Config, endsAfterSeconds: number) => ({
  textBytes: bodyMaxBytes(BODY_FORM, config),
  endsAfterMs: endsAfterSeconds * SECOND_MS,
  pace: { bytesPerSecond: config.uploadRateMin, overSeconds: PACE_SECONDS },
  answerSeconds: config.requestTimeout,
})

export type MultipartHandlers = {
  onField(name: string, value: string): void | Promise<void>
  /**
   * `content` arrives while it is read; what is left unread when the handler is done is skipped. `filename` is the sender's, without a
   * path, never empty, otherwise unchecked; so is `mimeType`.
   */
  onFile(name: string, filename: string, mimeType: string, content: AsyncIterable<Uint8Array>): void | Promise<void>
}

/**
 * Reads a multipart form (RFC 7578) as it arrives, handing over its parts one at a time and in their order: the next one when the
 * handler of the one before is done. What a handler throws ends the reading and is thrown on; a sender who goes away ends the content
 * of the file being read with an error. A file field in which nothing was chosen is no part.
 * Throws BODY_TOO_LARGE, MALFORMED_REQUEST, REQUEST_TIMEOUT, UNSUPPORTED_MEDIA_TYPE.
 */
export async function readMultipart(
  request: Request,
  server: Server<unknown> | null,
  limits: MultipartLimits,
  handlers: MultipartHandlers,
): Promise<void> {
  const parser = makeParser(request, limits)
  const body = readUpload(request, server, limits)
  let failure: unknown
  let turn: Promise<void> = Promise.resolve()

  const fail = (reason: unknown) => {
    failure ??= reason
    body.stop(failure)
    parser.destroy(asError(failure))
  }
  // Each turn has its `catch` from the start: a rejection that nobody awaits yet would end the process.
  const inTurn = (work: () => void | Promise<void>) => {
    turn = turn.then(() => (failure === undefined ? work() : undefined)).catch(fail)
  }

  // After an error busboy goes through the rest of what it was given, and begins files whose end it never tells: none may be read.
  parser.on('error', (error) => fail(error instanceof AppError ? error : notWellFormed(error)))
  parser.on('field', (name, value, info) => {
    const refusal = refuseField(name, value, info.valueTruncated, limits)
    if (refusal) fail(refusal)
    else inTurn(() => handlers.onField(name, value))
  })
  parser.on('file', (name, stream, info) => {
    // Without a listener an error of a stream that is not read yet would end the process.
    stream.on('error', () => {})
    const refusal = refuseName(name, limits)
    if (refusal) return fail(refusal)
    inTurn(async () => {
      if (info.filename) await handlers.onFile(name, info.filename, info.mimeType, contentOf(stream))
      else await refuseUnnamed(stream)
      stream.resume()
    })
  })
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
    parser.on(limit, () => fail(malformed('The form has too many parts.')))

  try {
    await pipeline(body.chunks, parser)
  } catch (error) {
    fail(error instanceof AppError ? error : notWellFormed(error))
  }
  await turn
  if (failure !== undefined) throw failure
}

function makeParser(request: Request, limits: MultipartLimits): busboy.Busboy {
  const contentType = request.headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(contentType))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Please send multipart/form-data.' })
  try {
    return busboy({
      headers: { 'content-type': contentType },
      highWaterMark: BUFFER_BYTES,
      fileHwm: BUFFER_BYTES,
      defParamCharset: 'utf8',
      limits: {
        files: limits.files,
        fields: limits.fields,
        parts: limits.files + limits.fields + 1,
        // A value of exactly the limit counts as cut off.
        fieldSize: limits.fieldBytes + 1,
      },
    })
  } catch (cause) {
    throw malformed('The boundary of the form is missing.', cause)
  }
}

/** Leaves the stream open when its reader stops early: busboy waits for its end. */
async function* contentOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw error instanceof AppError ? error : notWellFormed(error)
  }
}

async function refuseUnnamed(stream: Readable): Promise<void> {
  for await (const _ of contentOf(stream)) throw malformed('A file has no name.')
}

function refuseName(name: string | undefined, limits: MultipartLimits): AppError | undefined {
  if (!name || Buffer.byteLength(name) > limits.nameBytes)
    return malformed('The name of a field is missing or too long.')
  return /[\p{Cc}\ufffd]/u.test(name) ? malformed('The name of a field is not plain text.') : undefined
}

function refuseField(name: string, value: string | undefined, cutOff: boolean, limits: MultipartLimits) {
  if (cutOff) return new AppError('BODY_TOO_LARGE', { message: 'A field is longer than this form takes.' })
  // U+FFFD is what bytes that are not valid UTF-8 were turned into.
  if (value === undefined || /[\0\ufffd]/.test(value)) return malformed('A field is not valid UTF-8 text.')
  return refuseName(name, limits)
}

const notWellFormed = (cause: unknown) => malformed('The form is not well-formed.', cause)
const malformed = (message: string, cause?: unknown) => new AppError('MALFORMED_REQUEST', { message, cause })
const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)))
