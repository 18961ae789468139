import { m } from '#messages'
import type { Config } from '#src/config.ts'
import { AppError } from '#src/errors.ts'

/** What a route's body may be. JSON that `isOptional` may be left out, whatever type the request says it has. `stream` bodies are read by the route itself, counted by its own reader. */
export type BodyLimit = {
  kind: 'none' | 'json' | 'form' | 'json-or-form' | 'stream'
  maxBytes: number
  isOptional?: true
}

const MB = 1_048_576

export const BODY_NONE: BodyLimit = { kind: 'none', maxBytes: 0 }
export const BODY_JSON: BodyLimit = { kind: 'json', maxBytes: 256 * 1024 }
export const BODY_JSON_OPTIONAL: BodyLimit = { ...BODY_JSON, isOptional: true }
/** A form without files: `application/x-www-form-urlencoded`. */
export const BODY_FORM: BodyLimit = { kind: 'form', maxBytes: 64 * 1024 }
/** For fields that are sent in either way. */
export const BODY_JSON_OR_FORM: BodyLimit = { kind: 'json-or-form', maxBytes: 64 * 1024 }
/** One file and its overhead. */
export const bodyFile = (maxFileBytes: number): BodyLimit => ({ kind: 'stream', maxBytes: maxFileBytes + 64 * 1024 })
/** The whole registration form with its files. */
export const BODY_WHOLE_FORM: BodyLimit = { kind: 'stream', maxBytes: 170 * MB }
/**
 * What Bun itself refuses, by its length and before any hook of ours: no body, no CORS headers, so that a page of another origin is told
 * nothing at all. Far above every limit of ours, as a form of 33 photos straight from a camera is; nothing is held in memory for it.
 */
export const SERVER_BODY_MAX_BYTES = 1024 * MB
/** Values nested deeper than this in a JSON body are refused. */
export const JSON_DEPTH_MAX = 16
export const FORM_FIELDS_MAX = 200

/**
 * Bytes that a route reads at most: `MAX_REQUEST_SIZE` is the limit where a route takes no body and skips what comes, and above the
 * limits of those that read one at once; an upload, which goes to the disk as it comes, has its own.
 */
export const bodyMaxBytes = ({ kind, maxBytes }: BodyLimit, config: Config): number => {
  if (kind === 'stream') return maxBytes
  return kind === 'none' ? config.maxRequestSize : Math.min(maxBytes, config.maxRequestSize)
}

/** The refusal of a larger body. Where people send files it says how much they may have: those are photos, mostly. */
export const bodyTooLarge = (maxBytes: number): AppError =>
  new AppError(
    'BODY_TOO_LARGE',
    maxBytes < MB ? {} : { message: m.http_too_large({ megabytes: Math.floor(maxBytes / MB) }) },
  )
