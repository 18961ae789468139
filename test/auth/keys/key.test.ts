import { afterAll, describe, expect, test } from 'bun:test'
import { newKey } from '#src/auth/keys/model.ts'
import { findActorOfKey, makeKey } from '#src/auth/keys/service.ts'
import { hashToken } from '#src/lib/keys.ts'
import { approve } from '#src/review/service.ts'
import { addTestTournament } from '#test/support/context.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { send, signedIn, staffApp, upload } from '#test/support/staff.ts'
import { bearer } from '../tokens/program.ts'

const app = await staffApp()
const { ctx, url } = app
afterAll(() => app.end())
const owner = await signedIn(ctx, 'owner', 'Olivia')
await addTestTournament(ctx, 'elsewhere')

const GUARDED = '/api/v1/registrations'
const ELSEWHERE = '/api/v1/tournaments/elsewhere/registrations'
const ask = (key: string, path = GUARDED) => fetch(url + path, bearer(key))
const statusWith = async (key: string, path?: string) => (await ask(key, path)).status
const aKey = (about: Partial<Parameters<typeof makeKey>[3]> = {}, by = owner) =>
  makeKey(ctx, by.actor, ctx.tournament, {
    id: Bun.randomUUIDv7(),
    name: 'Scoreboard',
    scopes: ['registrations.see'],
    reach: 'tournament',
    life: '90',
    ...about,
  })

test('a key with the scope is in, one without is told that it may not', async () => {
  expect(await statusWith(await aKey())).toBe(200)
  const refused = await ask(await aKey({ scopes: ['mail.see'] }))
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ code: 'FORBIDDEN' })
})

test('it works in its own tournament alone, unless it was made for all', async () => {
  const key = await aKey()
  expect(await statusWith(key, `/api/v1/tournaments/${ctx.tournament.slug}/registrations`)).toBe(200)
  expect(await statusWith(key, ELSEWHERE)).toBe(403)
  expect(await statusWith(await aKey({ reach: 'all' }), ELSEWHERE)).toBe(200)
})

test('what it does not see is masked for it as for a viewer', async () => {
  await send(url)
  const captainSeen = async (key: string) =>
    ((await (await ask(key)).json()) as { items: { captain: { phone: string } }[] }).items[0]!.captain.phone
  const [masked, whole] = [await aKey(), await aKey({ scopes: ['registrations.see', 'contacts.see'] })]
  expect(await captainSeen(masked)).toContain('•')
  expect(await captainSeen(whole)).toMatch(/^\+\d+$/)
})

describe('nobody is let in by a key', () => {
  test.each([
    newKey(),
    'ts_live_',
    'ts_live_short',
    `ts_test_${'x'.repeat(43)}`,
    `${newKey()}x`,
    `ts_live_${"'".repeat(43)}`,
  ])('that was never made: %s', async (key) => expect(await statusWith(key)).toBe(401))

  test('that is over', async () => {
    const key = await aKey()
    await ctx.db.write`update api_keys set expires_at = now() - interval '1 second' where key_hash = ${hashToken(key)}`
    expect(await statusWith(key)).toBe(401)
  })

  test('that was revoked', async () => {
    const key = await aKey()
    await ctx.db.write`update api_keys set revoked_at = now() where key_hash = ${hashToken(key)}`
    expect(await statusWith(key)).toBe(401)
  })

  test('while the account that made it is disabled', async () => {
    const maker = await signedIn(ctx, 'admin', 'Leaving')
    const key = await aKey({}, maker)
    const disable = (at: Date | null) => ctx.db.write`update staff set disabled_at = ${at} where id = ${maker.actor.id}`
    await disable(ctx.now())
    expect(await statusWith(key)).toBe(401)
    await disable(null)
    expect(await statusWith(key)).toBe(200)
  })

  test('in a cookie, or by another scheme', async () => {
    const key = await aKey()
    expect((await fetch(url + GUARDED, { headers: { cookie: `session=${key}` } })).status).toBe(401)
    expect((await fetch(url + GUARDED, { headers: { authorization: `Basic ${btoa(`${key}:`)}` } })).status).toBe(401)
  })
})

test('a key can do no more than whoever made it still may', async () => {
  const maker = await signedIn(ctx, 'admin', 'Demoted')
  const key = await aKey({ scopes: ['registrations.see', 'mail.see'] }, maker)
  await ctx.db.write`update staff_roles set role = 'viewer' where staff_id = ${maker.actor.id}`
  expect(await statusWith(key)).toBe(200)
  await ctx.db.write`delete from staff_roles where staff_id = ${maker.actor.id}`
  expect(await statusWith(key)).toBe(403)
})

test('it never passes for a person: not at pages, not where somebody has to be signed in or to confirm', async () => {
  const key = await aKey({ scopes: ['registrations.see', 'documents.see', 'registrations.decide'] })
  const id = (await send(url)).id
  for (const path of ['/admin', '/admin/registrations', `/admin/registrations/${id}`, '/account', '/admin/keys/new']) {
    const answer = await fetch(url + path, { redirect: 'manual', ...bearer(key) })
    expect([path, answer.headers.get('location')]).toEqual([path, expect.stringContaining('/sign-in?')])
  }
  const form = new URLSearchParams({ expectedState: 'submitted' })
  const init = { method: 'POST', body: form, ...bearer(key, { origin: url }) }
  expect((await fetch(`${url}/admin/registrations/${id}/approval`, init)).status).toBe(401)
  for (const path of ['logout', 'confirm', '2fa/setup', '2fa/disable']) {
    const refused = await fetch(`${url}/api/v1/auth/${path}`, { method: 'POST', ...bearer(key) })
    expect([path, refused.status, ((await refused.json()) as { code: string }).code]).toEqual([path, 403, 'FORBIDDEN'])
  }
})

test('it fetches documents where its scope says so, and each look is on record under its name', async () => {
  const letter = await upload(url, 'pastor_letter', new File([samplePdf(1200)], 'letter.pdf'))
  const { id } = await send(url, { documents: [letter] })
  const key = await aKey({ scopes: ['registrations.see', 'documents.see'], name: 'Archive' })
  const { documents } = (await (await ask(key, `${GUARDED}/${id}`)).json()) as { documents: { id: string }[] }
  const path = `${GUARDED}/${id}/documents/${documents[0]!.id}`
  const answer = (await (await ask(key, path)).json()) as { url: string }
  expect((await fetch(answer.url)).headers.get('content-type')).toBe('application/pdf')
  expect(await statusWith(await aKey(), path)).toBe(403)
  expect(await statusWith(key, `${GUARDED}/${id}/documents/${crypto.randomUUID()}`)).toBe(404)
  const [entry] = await ctx.db.read`
    select k.name, e.actor_kind from audit_entries e join api_keys k on k.id = e.actor_id where event = 'document.viewed'`
  expect(entry).toEqual({ name: 'Archive', actor_kind: 'key' })
})

test('what it decides stands in the history under its name', async () => {
  const { id } = await send(url)
  const key = await aKey({ scopes: ['registrations.see', 'registrations.decide'], name: 'Decider' })
  const actor = await findActorOfKey(ctx, key)
  await approve(ctx, actor, ctx.tournament, id, {})
  const { history } = (await (await ask(key, `${GUARDED}/${id}`)).json()) as { history: { to: string; by: object }[] }
  expect(history.find(({ to }) => to === 'approved')?.by).toEqual({ kind: 'key', name: 'Decider' })
  const page = await (await app.visit(`/admin/registrations/${id}`, { cookie: owner.cookie })).text()
  expect(page).toContain('Decider')
})

test('it may ask what it may do', async () => {
  const me = await (await ask(await aKey({ scopes: ['mail.see'] }), '/api/v1/auth/me')).json()
  const { slug, name } = ctx.tournament
  expect(me).toEqual({
    kind: 'key',
    id: expect.any(String),
    name: 'Scoreboard',
    scopes: ['mail.see'],
    tournament: { slug, name },
  })
  const everywhere = await ask(await aKey({ reach: 'all' }), '/api/v1/auth/me')
  expect(await everywhere.json()).toMatchObject({ tournament: null, scopes: ['registrations.see'] })
})

test('its use is noted, at most once a minute, in the statement that finds it', async () => {
  const key = await aKey()
  const used = async () =>
    (await ctx.db.read`select last_used_at as at from api_keys where key_hash = ${hashToken(key)}`)[0]!
      .at as Date | null
  expect(await used()).toBeNull()
  await ask(key, '/api/v1/tournaments/current')
  const first = (await used())!
  expect(first).toBeInstanceOf(Date)
  ctx.travel(30_000)
  const before = ctx.statements.length
  await ask(key, '/api/v1/tournaments/current')
  expect(ctx.statements.slice(before).filter((text) => text.includes('api_keys'))).toHaveLength(1)
  expect(await used()).toEqual(first)
  ctx.travel(31_000)
  await ask(key, '/api/v1/tournaments/current')
  expect((await used())!.getTime()).toBeGreaterThan(first.getTime())
})
