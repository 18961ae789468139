import { m } from '#messages'
import type { FieldError } from '#src/errors.ts'
import { newToken } from '#src/lib/keys.ts'
import { checkTeamName, tidy } from '#src/lib/names.ts'
import { KEY_SCOPES, may, type Permission, type StaffActor } from '#src/permissions.ts'

const PREFIX = 'ts_live_'
const KEY = /^ts_live_[\w-]{43}$/
const HINT_LENGTH = 4
const DAY_MS = 86_400_000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Of those that are neither revoked nor over: of one tournament, or of all. */
export const LIVE_KEYS_MAX = 50
/** A key's last use is written at most this often. */
export const USED_EVERY_MS = 60_000
/** Of the list: the latest, those that have ended included. */
export const KEYS_SHOWN_MAX = 200

/** How long a key may be good, in days; null: until it is revoked. */
export const LIVES = { '90': 90, '365': 365, none: null } as const
export type Life = keyof typeof LIVES
export const LIFE_NAMES = Object.keys(LIVES) as Life[]

/** 256 random bits behind a word that tells people, and those who search what was published by mistake, what it is. */
export const newKey = () => PREFIX + newToken()
export const isKeyLike = (text: string) => text.startsWith(PREFIX)
/** Whether this can be one of our keys at all. */
export const isKey = (text: string) => KEY.test(text)
export const hintOf = (key: string) => key.slice(-HINT_LENGTH)
export const isKeyId = (text: string) => UUID.test(text)

/** As the form names them. */
export type TypedKey = { name: string; scopes: readonly string[]; reach: string; life: string }
/** `tournamentId` is null for all tournaments. */
export type NewKey = { name: string; scopes: Permission[]; tournamentId: string | null; expiresAt: Date | null }

/** What whoever makes a key here can give it: what they hold themselves, in this tournament or in all. */
export const scopesToGive = (actor: StaffActor, tournamentId: string): Permission[] =>
  KEY_SCOPES.filter((scope) => may(actor, scope, tournamentId))

/** Who may make keys for all tournaments: only who holds everything everywhere. */
export const mayReachAll = (actor: StaffActor) => actor.grants.some(({ role }) => role === 'owner')

/** A key as it is to be made, and every wrong field at once; it means something only without any. */
export function readNewKey(
  actor: StaffActor,
  tournamentId: string,
  typed: TypedKey,
  now: Date,
): { key: NewKey; errors: FieldError[] } {
  const name = tidy(typed.name)
  const givable = scopesToGive(actor, tournamentId)
  const scopes = givable.filter((scope) => typed.scopes.includes(scope))
  const days = LIFE_NAMES.includes(typed.life as Life) ? LIVES[typed.life as Life] : undefined
  const errors = [
    { field: 'name', ...checkTeamName(name) },
    { field: 'scopes', ...checkScopes(typed.scopes, givable) },
    { field: 'reach', ...checkReach(actor, typed.reach) },
    { field: 'life', ...(days === undefined && { code: 'choice', message: m.keys_life_choice() }) },
  ].filter((error): error is FieldError => 'message' in error)
  const expiresAt = days === undefined || days === null ? null : new Date(now.getTime() + days * DAY_MS)
  return { key: { name, scopes, tournamentId: typed.reach === 'all' ? null : tournamentId, expiresAt }, errors }
}

function checkScopes(asked: readonly string[], givable: readonly Permission[]) {
  if (asked.length === 0) return { code: 'required', message: m.keys_scopes_required() }
  if (asked.some((scope) => !givable.includes(scope as Permission)))
    return { code: 'choice', message: m.keys_scopes_not_held() }
  return undefined
}

function checkReach(actor: StaffActor, reach: string) {
  if (reach === 'tournament' || (reach === 'all' && mayReachAll(actor))) return undefined
  return { code: 'choice', message: m.keys_reach_choice() }
}
