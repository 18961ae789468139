import { type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import type { AppContext } from '#src/context.ts'
import { ACCESS_TOKEN_SECONDS, CLOCK_TOLERANCE_SECONDS } from './model.ts'

/** The one algorithm that is made and taken (RFC 8725, section 3.1). */
const ALGORITHM = 'HS256'
/** RFC 9068, section 2.1: no token of another kind is taken for one. */
const TYPE = 'at+jwt'
const ISSUER = 'teamsheet'
const AUDIENCE = 'teamsheet-api'
const PURPOSE = 'access token'
const LENGTH_MAX = 1000
const SECOND_MS = 1000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whose session a token names. */
export type AccessClaims = { staffId: string; sessionId: string }

type Signing = Pick<AppContext, 'keys' | 'now'>

/** A short-lived JSON Web Token (RFC 7519) for a program's session. */
export async function makeAccessToken(ctx: Signing, { staffId, sessionId }: AccessClaims): Promise<string> {
  const [signing] = ctx.keys.signingKeys(PURPOSE)
  const now = secondsOf(ctx.now())
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: signing!.id })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(staffId)
    .setIssuedAt(now)
    .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
    .sign(signing!.key)
}

/** What a token says if it is one of ours and still good; undefined for any other. Whether its session is, is not asked here. */
export async function readAccessToken(ctx: Signing, token: string): Promise<AccessClaims | undefined> {
  if (token.length > LENGTH_MAX) return undefined
  try {
    const { payload } = await jwtVerify<{ sid?: unknown }>(token, (header) => keyOf(ctx, header), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: ctx.now(),
    })
    const { sub, sid } = payload
    return isId(sub) && isId(sid) ? { staffId: sub, sessionId: sid } : undefined
  } catch {
    return undefined
  }
}

/** Every token names its key; one that names none, or none of ours, is nobody's. */
function keyOf(ctx: Signing, { kid }: JWTHeaderParameters): Uint8Array {
  const named = ctx.keys.signingKeys(PURPOSE).find(({ id }) => id === kid)
  if (named === undefined) throw new Error('The token names a key that is not ours.')
  return named.key
}

const isId = (value: unknown): value is string => typeof value === 'string' && UUID.test(value)

const secondsOf = (moment: Date) => Math.floor(moment.getTime() / SECOND_MS)
