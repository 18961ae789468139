import { m } from '#messages'
import { AppError, type ErrorCode } from '#src/errors.ts'
import { ROLE_NAMES } from '#src/permissions.ts'
import type { FlashMessage } from '#views/parts/flash.tsx'
import type { Sending } from './invite.ts'
import type { RoleGiven } from './model.ts'

/** As we write them: ids are compared letter by letter. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
/** What a page itself explains. */
const REFUSED: ReadonlySet<ErrorCode> = new Set(['CONFLICT', 'MAIL_NOT_SET_UP'])

/** A role and where it counts, as a form sends them; an empty tournament is all of them. Throws VALIDATION_FAILED, NOT_FOUND. */
export function readGiven({ role, tournament }: { role: string; tournament: string }): RoleGiven {
  const known = ROLE_NAMES.find((name) => name === role)
  if (!known) {
    const message = m.staff_role({ roles: ROLE_NAMES.join(', ') })
    throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'role', code: 'role', message }] })
  }
  return { role: known, tournamentId: readTournament(tournament) }
}

/** Null: all of them. Throws NOT_FOUND for what is no id. */
export function readTournament(tournament: string): string | null {
  if (tournament !== '' && !UUID.test(tournament)) throw new AppError('NOT_FOUND')
  return tournament || null
}

export const sendingOf = (typed: string): Sending => (typed === 'link' ? 'link' : 'mail')

/** A refusal to be told on the page that was asked from; undefined for all others. */
export function refusedFlash(thrown: unknown): { flash: FlashMessage; status: number } | undefined {
  if (!(thrown instanceof AppError) || !REFUSED.has(thrown.code)) return undefined
  return { flash: { kind: 'error', text: thrown.message }, status: thrown.status }
}

const DONE: Readonly<Record<string, () => string>> = {
  mailed: m.accounts_done_mailed,
  added: m.accounts_done_added,
  withdrawn: m.accounts_done_withdrawn,
  role: m.accounts_done_role,
  disabled: m.accounts_done_disabled,
  enabled: m.accounts_done_enabled,
  reset: m.accounts_done_reset,
  factors: m.accounts_done_factors,
  sessions: m.accounts_done_sessions,
  name: m.accounts_done_name,
  email: m.accounts_done_email,
  cancelled: m.accounts_done_cancelled,
  changed: m.auth_password_changed,
}

/** What was just done, as the address of a page tells it. */
export function doneFlash(done: string | undefined): FlashMessage | undefined {
  const text = done !== undefined && Object.hasOwn(DONE, done) ? DONE[done]!() : undefined
  return text === undefined ? undefined : { kind: 'success', text }
}
