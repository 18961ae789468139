import { afterAll, describe, expect, test } from 'bun:test'
import { base64url, decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose'
import { newKnownBrowser } from '#src/auth/known-browser.ts'
import { readAccessToken } from '#src/auth/tokens/access.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { addTestTournament } from '#test/support/context.ts'
import { PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'
import { aProgram, bearer, refreshed, tokensOf } from './program.ts'

const app = await staffApp()
const { ctx, url } = app
afterAll(() => app.end())

const GUARDED = `${url}/api/v1/registrations`
const statusWith = async (token: string) => (await fetch(GUARDED, bearer(token))).status
const meera = await aProgram(ctx, 'viewer', 'Meera')
const claims = decodeJwt(meera.accessToken)
const header = decodeProtectedHeader(meera.accessToken) as { alg: string; typ: string; kid: string }
const { key } = ctx.keys.signingKeys('access token')[0]!

/** As ours but for what is said otherwise. */
const forged = (about: { claims?: object; header?: object; key?: Parameters<SignJWT['sign']>[0] }) =>
  new SignJWT({ ...claims, ...about.claims }).setProtectedHeader({ ...header, ...about.header }).sign(about.key ?? key)

test('an access token opens what its person may do, and says no more of them than ids', async () => {
  expect(await statusWith(meera.accessToken)).toBe(200)
  expect((await fetch(GUARDED, { headers: { authorization: `bearer  ${meera.accessToken}` } })).status).toBe(200)
  expect(Object.keys(claims).toSorted()).toEqual(['aud', 'exp', 'iat', 'iss', 'sid', 'sub'])
  expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.any(String) })
  expect(claims.exp! - claims.iat!).toBe(600)
  expect(await statusWith(await forged({}))).toBe(200)
})

test('who it is, is found in one statement', async () => {
  const before = ctx.statements.length
  expect((await fetch(`${url}/api/v1/auth/me`, bearer(meera.accessToken))).status).toBe(200)
  const asked = ctx.statements.slice(before).filter((text) => /\b(?:sessions|staff|refresh_tokens)\b/.test(text))
  expect(asked).toHaveLength(1)
})

test('without one nobody is in, and the answer says what to show', async () => {
  const refused = await fetch(GUARDED)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  const invalid = await fetch(GUARDED, bearer('a.b.c'))
  expect([invalid.status, invalid.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
  expect(await refused.json()).toMatchObject({ code: 'UNAUTHORIZED', status: 401 })
})

test('a role in one tournament opens nothing in another', async () => {
  const elsewhere = await addTestTournament(ctx, 'elsewhere')
  const { accessToken, staffId } = await aProgram(ctx, 'admin', 'Foreign')
  await ctx.db.write`update staff_roles set tournament_id = ${elsewhere!} where staff_id = ${staffId}`
  expect(await statusWith(accessToken)).toBe(403)
  const there = await fetch(`${url}/api/v1/tournaments/elsewhere/registrations`, bearer(accessToken))
  expect(there.status).toBe(200)
})

const other = makeKeys('a key that some other server was started with')
const pair = await generateKeyPair('RS256')
const [head, body, signature] = meera.accessToken.split('.') as [string, string, string]
const encode = (value: object) => base64url.encode(JSON.stringify(value))

describe('nobody is let in by a token', () => {
  const wrong: Record<string, () => string | Promise<string>> = {
    'without a signature, by the algorithm none': () => `${encode({ ...header, alg: 'none' })}.${body}.`,
    'with the algorithm none and our signature': () => `${encode({ ...header, alg: 'none' })}.${body}.${signature}`,
    'of another algorithm under our key': () => forged({ header: { alg: 'HS512' } }),
    'of a public key’s algorithm': () => forged({ header: { alg: 'RS256' }, key: pair.privateKey }),
    'of another server': () => forged({ key: other.signingKeys('access token')[0]!.key }),
    'signed for another purpose of ours': () => forged({ key: ctx.keys.signingKeys('another purpose')[0]!.key }),
    'whose key nobody has': () => forged({ header: { kid: 'nobodys' } }),
    'that names no key': () => forged({ header: { kid: undefined } }),
    'of another kind': () => forged({ header: { typ: 'JWT' } }),
    'for another audience': () => forged({ claims: { aud: 'another-api' } }),
    'of another issuer': () => forged({ claims: { iss: 'somebody' } }),
    'that does not end': () => forged({ claims: { exp: undefined } }),
    'that has ended': () => forged({ claims: { iat: claims.iat! - 700, exp: claims.exp! - 700 } }),
    'for a session that is none': () => forged({ claims: { sid: crypto.randomUUID() } }),
    'for a session that no id is': () => forged({ claims: { sid: "' or true --" } }),
    'for somebody else’s session': async () =>
      forged({ claims: { sub: (await aProgram(ctx, 'owner', 'Other')).staffId } }),
    'whose claims were changed': () => `${head}.${encode({ ...claims, sub: crypto.randomUUID() })}.${signature}`,
    'whose signature was cut': () => `${head}.${body}.${signature.slice(0, -4)}`,
    'that is too long': () => forged({ claims: { more: 'x'.repeat(2000) } }),
    'that is none': () => 'a.b.c',
    'that is a refresh token': () => meera.refreshToken,
    'that is empty': () => '',
  }

  test.each(Object.keys(wrong))('%s', async (name) => {
    expect(await statusWith(await wrong[name]!())).toBe(401)
  })

  test('that is a browser’s session, a signed address, or a note for known browsers', async () => {
    const { cookie } = await signedIn(ctx, 'owner', 'Browser')
    expect(await statusWith(cookie.slice('session='.length))).toBe(401)
    expect(await statusWith(ctx.keys.sign('file address', 'x'))).toBe(401)
    expect(await statusWith(newKnownBrowser(ctx, 'meera@example.org'))).toBe(401)
  })

  test('named by the id of a browser’s session', async () => {
    const { actor } = await signedIn(ctx, 'owner', 'Named')
    expect(await statusWith(await forged({ claims: { sub: actor.id, sid: actor.sessionId } }))).toBe(401)
  })
})

test('a session’s cookie is no token, and a token in the cookie is no session', async () => {
  expect((await fetch(GUARDED, { headers: { cookie: `session=${meera.accessToken}` } })).status).toBe(401)
  expect((await fetch(GUARDED, { headers: { cookie: `session=${meera.refreshToken}` } })).status).toBe(401)
})

test('with a bearer token the cookie beside it counts for nothing; what a proxy asks for itself changes nothing', async () => {
  const { cookie } = await signedIn(ctx, 'owner', 'Beside')
  expect((await fetch(GUARDED, bearer('a.b.c', { cookie }))).status).toBe(401)
  expect((await fetch(GUARDED, bearer('', { cookie }))).status).toBe(401)
  const headers = { cookie, authorization: `Basic ${btoa('venue:password')}` }
  expect((await fetch(GUARDED, { headers })).status).toBe(200)
})

test('it is good for ten minutes, give or take what clocks are apart', async () => {
  const { accessToken } = await aProgram(ctx, 'viewer', 'Timed')
  const at = (seconds: number) =>
    readAccessToken({ ...ctx, now: () => new Date((decodeJwt(accessToken).iat! + seconds) * 1000) }, accessToken)
  expect(await at(599)).toBeDefined()
  expect(await at(604)).toBeDefined()
  expect(await at(606)).toBeUndefined()
})

describe('it is over at once', () => {
  test('when the session ends', async () => {
    const { accessToken } = await aProgram(ctx, 'viewer', 'Ended')
    await ctx.db.write`delete from sessions where id = ${String(decodeJwt(accessToken).sid)}`
    expect(await statusWith(accessToken)).toBe(401)
  })

  test('when the account is disabled', async () => {
    const { accessToken, staffId } = await aProgram(ctx, 'viewer', 'Disabled')
    expect(await statusWith(accessToken)).toBe(200)
    await ctx.db.write`update staff set disabled_at = now() where id = ${staffId}`
    expect(await statusWith(accessToken)).toBe(401)
  })

  test('when the password is changed', async () => {
    const { actor, cookie, csrf } = await signedIn(ctx, 'viewer', 'Changed')
    const { accessToken, refreshToken } = await tokensOf(ctx, actor.id)
    const form = { csrf, currentPassword: PASSWORD, newPassword: 'eleven wickets before tea' }
    expect((await app.visit('/account/password', { cookie, form })).status).toBe(303)
    expect(await statusWith(accessToken)).toBe(401)
    expect(refreshed(ctx, refreshToken)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('when the role is taken away, it opens nothing more', async () => {
    const { accessToken, staffId } = await aProgram(ctx, 'viewer', 'Demoted')
    await ctx.db.write`delete from staff_roles where staff_id = ${staffId}`
    expect(await statusWith(accessToken)).toBe(403)
  })
})

test('tokens of a former secret key are good while it is given, and new ones are made under the present one', async () => {
  const now = () => ctx.now()
  const former = 'the key of the year before, long enough for this'
  const both = { now, keys: makeKeys('the key of this year, which is long enough too', former) }
  const formerly = { now, keys: makeKeys(former) }
  const presently = { now, keys: makeKeys('the key of this year, which is long enough too') }
  const { makeAccessToken } = await import('#src/auth/tokens/access.ts')
  const ids = { staffId: crypto.randomUUID(), sessionId: crypto.randomUUID() }
  const old = await makeAccessToken(formerly, ids)
  expect(await readAccessToken(both, old)).toEqual(ids)
  expect(await readAccessToken(presently, old)).toBeUndefined()
  const made = await makeAccessToken(both, ids)
  expect(await readAccessToken(presently, made)).toEqual(ids)
  expect(await readAccessToken(formerly, made)).toBeUndefined()
  const swapped = await new SignJWT({ ...decodeJwt(old) })
    .setProtectedHeader({ ...header, kid: both.keys.signingKeys('access token')[0]!.id })
    .sign(both.keys.signingKeys('access token')[1]!.key)
  expect(await readAccessToken(both, swapped)).toBeUndefined()
})

test('no token ever comes into the log', () => {
  for (const secret of [meera.accessToken, meera.refreshToken, signature])
    expect(ctx.logged.filter((line) => line.includes(secret))).toEqual([])
})
