import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { makeApp } from '#src/app.ts'
import type { Admission } from '#src/http/admit.ts'
import { cookie, expiredCookie } from '#src/http/cookies.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

let app: Awaited<ReturnType<typeof staffApp>>
let owner: SignedIn
let other: SignedIn
beforeAll(async () => {
  app = await staffApp()
  owner = await signedIn(app.ctx, 'owner')
  other = await signedIn(app.ctx, 'admin', 'other')
})
afterAll(() => app.end())

/** Forms that act for somebody signed in, at an address that fits. */
function staffForms(): string[] {
  return makeApp(app.ctx, new Map())
    .routes.filter(({ method, path, hooks }) => {
      const { requires, body } = (hooks as { detail: { 'x-admission': Admission } }).detail['x-admission']
      return method === 'POST' && requires !== undefined && body.kind === 'form' && !path.startsWith('/api/')
    })
    .map(({ path }) => path)
}

test('every form of somebody signed in needs the token of that session', async () => {
  const { id } = await send(app.url)
  const paths = [...staffForms().map((path) => path.replace(/:\w+/g, id)), '/sign-out']
  expect(paths.length).toBeGreaterThan(2)
  for (const path of paths)
    for (const csrf of [undefined, '', 'x', other.csrf]) {
      const answer = await app.visit(path, { cookie: owner.cookie, form: csrf === undefined ? {} : { csrf } })
      expect([path, csrf, answer.status]).toEqual([path, csrf, 403])
    }
  expect((await app.visit('/admin', { cookie: owner.cookie })).status).toBe(200)
})

test('a token is masked anew on each page and stays valid', async () => {
  const tokens = await Promise.all(
    [1, 2].map(async () => {
      const page = await (await app.visit('/account', { cookie: other.cookie })).text()
      return /name="csrf" value="([^"]+)"/.exec(page)![1]!
    }),
  )
  expect(new Set(tokens).size).toBe(2)
  expect((await app.visit('/sign-out', { cookie: other.cookie, form: { csrf: tokens[0]! } })).status).toBe(303)
})

describe('cookies', () => {
  const at = (publicUrl: string) => ({ ...app.ctx, config: { ...app.ctx.config, publicUrl } })

  test('with https are __Host-, Secure, HttpOnly and SameSite=Lax', () => {
    const https = at('https://teams.example.org')
    expect(cookie(https, 'session', 'x', { maxAgeSeconds: 60 })).toBe(
      '__Host-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
    )
    expect(expiredCookie(https, 'session')).toContain('__Host-session=; Path=/; Max-Age=0;')
  })

  test('with http are the same without Secure and prefix', () => {
    expect(cookie(at('http://192.168.1.9'), 'session', 'x', { maxAgeSeconds: 60 })).toBe(
      'session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax',
    )
  })
})

describe('no page runs a script or a style of its own', () => {
  const INLINE = /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=["']|(?:href|src|action)=["']?\s*javascript:/i

  test('the pattern finds one', () => {
    for (const markup of ['<script>a</script>', '<p style="a">', '<a onclick="a">', '<a href="javascript:a">'])
      expect(markup).toMatch(INLINE)
  })

  test('on every page, as nobody and in every role, and on a team’s own', async () => {
    const sent = await send(app.url)
    const { id, link } = sent as typeof sent & { link: string }
    const cookies = [undefined, owner.cookie]
    for (const role of ['viewer', 'reviewer', 'admin'] as const)
      cookies.push((await signedIn(app.ctx, role, `Looking${role}`)).cookie)
    const paths = makeApp(app.ctx, new Map())
      .routes.filter(({ method, path }) => method === 'GET' && !path.startsWith('/assets'))
      .map(({ path }) => path.replace(':slug', app.ctx.tournament.slug).replace(/:\w+/g, id))
    let pages = 0
    for (const path of [...paths, '/nowhere', new URL(link, app.url).pathname])
      for (const who of cookies) {
        const answer = await app.visit(path, { cookie: who })
        if (!answer.headers.get('content-type')?.startsWith('text/html')) continue
        pages += 1
        expect([path, INLINE.exec(await answer.text())?.[0]]).toEqual([path, undefined])
      }
    expect(pages).toBeGreaterThan(20)
  })
})
