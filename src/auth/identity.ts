import type { AppContext } from '#src/context.ts'
import { hashToken } from '#src/lib/keys.ts'
import { type Actor, NOBODY } from '#src/permissions.ts'
import { isKeyLike } from './keys/model.ts'
import { findActorOfKey } from './keys/service.ts'
import { isToken } from './model.ts'
import { findActor } from './sessions.ts'
import { findActorOfToken } from './tokens/service.ts'

/** What a request can be told by: its `Authorization` header and its session cookie. */
export type Shown = { authorization: string | null; cookie: string | undefined }

type Credential = { kind: 'key' | 'access token' | 'session' | 'none'; text: string }

const BEARER = /^Bearer(?: +(.*))?$/i
/** A JSON Web Token in its compact form (RFC 7515, section 7.1), whoever signed it, if anybody. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/

/** Who shows this; a bad credential counts as nobody. */
export async function findShownBy(ctx: AppContext, shown: Shown): Promise<Actor> {
  const { kind, text } = credentialShown(shown)
  if (kind === 'session') return findActor(ctx, text)
  if (kind === 'key') return findActorOfKey(ctx, text)
  if (kind === 'access token') return findActorOfToken(ctx, text)
  return NOBODY
}

/** A digest of the credential that is shown, good or bad; undefined for what is none of ours at all. */
export function digestShown(shown: Shown): string | undefined {
  const { kind, text } = credentialShown(shown)
  return kind === 'none' ? undefined : digestOf(text)
}

export const digestOf = (text: string): string => hashToken(text).toString('base64url')

/**
 * A bearer token (RFC 6750) is all that its request is told by: the cookie that a browser adds is not looked at. Other schemes of
 * `Authorization` belong to whatever stands before the server.
 */
function credentialShown({ authorization, cookie }: Shown): Credential {
  const bearer = BEARER.exec(authorization ?? '')
  if (!bearer) return cookie !== undefined && isToken(cookie) ? { kind: 'session', text: cookie } : NONE
  const text = bearer[1]?.trim() ?? ''
  if (isKeyLike(text)) return { kind: 'key', text }
  return COMPACT.test(text) ? { kind: 'access token', text } : NONE
}

const NONE: Credential = { kind: 'none', text: '' }
