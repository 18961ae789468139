import type { Verdict } from './lib/limiter.ts'

/**
 * Every refusal the server can give: public, append-only codes with their HTTP status (RFC 9110) and the sentence a person reads.
 * The doors translate an AppError into problem+json (RFC 9457), a page or a fragment; nothing else is ever told to a client.
 */
export const ERRORS = {
  MALFORMED_REQUEST: [400, 'The request could not be read.'],
  UNAUTHORIZED: [401, 'Please sign in first.'],
  SECOND_FACTOR_REQUIRED: [401, 'Please confirm with your second factor.'],
  SECOND_FACTOR_SETUP_REQUIRED: [403, 'Please set up a second factor first.'],
  FORBIDDEN: [403, 'You are not allowed to do this.'],
  CSRF_FAILED: [403, 'This form did not come from our own page. Please open the page again and retry.'],
  REGISTRATION_CLOSED: [403, 'Registration is not open.'],
  NOT_FOUND: [404, 'There is nothing here.'],
  METHOD_NOT_ALLOWED: [405, 'This address does not take that kind of request.'],
  REQUEST_TIMEOUT: [408, 'The request took too long. Please try again.'],
  CONFLICT: [409, 'This is not possible in the present state.'],
  REQUEST_IN_PROGRESS: [409, 'The same request is still being worked on. Please try again in a moment.'],
  STALE_DECISION: [409, 'Somebody else decided in the meantime.'],
  ALREADY_DECIDED: [409, 'This has been decided already.'],
  DUPLICATE_TEAM_NAME: [409, 'A team of this name is already registered.'],
  DUPLICATE_CAPTAIN_EMAIL: [409, 'A team with this captain’s e-mail is already registered.'],
  CLUB_LIMIT_REACHED: [409, 'This club has entered as many teams as it may.'],
  TOURNAMENT_FULL: [409, 'All places are taken.'],
  MAIL_NOT_SET_UP: [409, 'No mail can be sent from here: SMTP_SERVER, SMTP_FROM_EMAIL and PUBLIC_URL need to be set.'],
  LINK_EXPIRED: [410, 'This link is no longer valid.'],
  BODY_TOO_LARGE: [413, 'The request is larger than this address takes.'],
  FILE_TOO_LARGE: [413, 'The file is larger than allowed.'],
  UNSUPPORTED_FILE_TYPE: [415, 'Only PDF, PNG, JPEG, WebP and HEIC files are taken.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'This address does not take that content type.'],
  WRONG_HOST: [421, 'This server does not answer for that host name.'],
  VALIDATION_FAILED: [422, 'Some fields need another look.'],
  IDEMPOTENCY_KEY_REUSED: [422, 'This Idempotency-Key was used for a different request.'],
  RATE_LIMITED: [429, 'Too many requests. Please wait a moment.'],
  INTERNAL_ERROR: [500, 'Something went wrong on our side. Nothing you sent is lost if you try again.'],
  DATABASE_UNAVAILABLE: [503, 'The database cannot be reached at the moment. Please try again shortly.'],
  STORAGE_UNAVAILABLE: [503, 'Files cannot be stored at the moment. Please try again later.'],
  MAIL_UNAVAILABLE: [503, 'Mail cannot be sent at the moment.'],
  SERVER_BUSY: [503, 'The server could not do this in time. Please try again shortly.'],
  SERVICE_STOPPING: [503, 'The server is restarting. Please try again in a moment.'],
} as const satisfies Record<string, readonly [status: number, sentence: string]>

export type ErrorCode = keyof typeof ERRORS

/** One wrong field: `field` as the request body names it (`captain.phone`, `players[2].name`), a machine `code` and the sentence beside the field. */
export type FieldError = { field: string; code: string; message: string }

export type AppErrorDetails = {
  /** Replaces the table's sentence where more can be said; never contains another person's data. */
  message?: string
  /** Every wrong field at once. */
  errors?: FieldError[]
  /** Seconds until a repeat may succeed; sent as `Retry-After` (RFC 9110, section 10.2.3). */
  retryAfterSeconds?: number
  /** Of RATE_LIMITED: the window that nothing is left of. */
  usedUp?: UsedUp
  cause?: unknown
}

export type UsedUp = { name: string; limit: number; windowSeconds: number }

/** What passes by itself may be tried again after this. */
const UNAVAILABLE_SECONDS = 5

/** The one way to refuse. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly errors: FieldError[]
  readonly retryAfterSeconds: number | undefined
  readonly usedUp: UsedUp | undefined

  constructor(code: ErrorCode, details: AppErrorDetails = {}) {
    super(details.message ?? ERRORS[code][1], { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.status = ERRORS[code][0]
    this.errors = details.errors ?? []
    this.retryAfterSeconds = details.retryAfterSeconds ?? (this.status === 503 ? UNAVAILABLE_SECONDS : undefined)
    this.usedUp = details.usedUp
  }
}

/** RATE_LIMITED by a window of which nothing is left. */
export const usedUpError = (name: string, { limit, windowSeconds, resetSeconds }: Verdict): AppError =>
  new AppError('RATE_LIMITED', {
    retryAfterSeconds: Math.max(1, resetSeconds),
    usedUp: { name, limit, windowSeconds },
  })

/** The wrong fields of a refused form, to show it again with them; throws whatever else was thrown. */
export function fieldErrorsOf(thrown: unknown): FieldError[] {
  if (thrown instanceof AppError && thrown.code === 'VALIDATION_FAILED') return thrown.errors
  throw thrown
}
