import { afterAll, beforeEach, expect, test } from 'bun:test'
import { findActor } from '#src/auth/service.ts'
import { openLimits } from '#src/db/limits.ts'
import { codeOf, enrolled, nextStep, wrongCode } from '#test/support/factors.ts'
import { cookieOf, PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, visit, end } = await staffApp()
afterAll(() => end())
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

const LATER_MS = 10 * 60_000
const confirmedAt = async (cookie: string) => {
  const actor = await findActor(ctx, cookie.slice('session='.length))
  return actor.kind === 'staff' ? actor.confirmedAt : undefined
}

test('without a factor the password confirms; the session goes on under another token, and a copy of the former opens nothing', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'owner', 'Asha')
  ctx.travel(LATER_MS)
  const page = await (await visit('/confirm?next=/admin/erasure', { cookie })).text()
  expect(page).toContain('autocomplete="current-password"')
  expect(page).not.toContain('one-time-code')
  const answer = await visit('/confirm', { cookie, form: { csrf, password: PASSWORD, next: '/admin/erasure' } })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/erasure'])
  expect(ctx.now().getTime() - (await confirmedAt(cookieOf(answer)))!.getTime()).toBeLessThan(60_000)
  expect(await confirmedAt(cookie)).toBeUndefined()
})

test('with a factor its code confirms, and the password does not', async () => {
  const { cookie, csrf, secret } = await enrolled(ctx, 'owner', 'Bala')
  ctx.travel(LATER_MS)
  const page = await (await visit('/confirm', { cookie })).text()
  expect(page).toContain('one-time-code')
  expect(page).not.toContain('current-password')
  const before = await confirmedAt(cookie)
  const wrong: Record<string, string>[] = [{ password: PASSWORD }, { code: wrongCode(ctx, secret) }, { code: '' }]
  for (const given of wrong) expect((await visit('/confirm', { cookie, form: { csrf, ...given } })).status).toBe(422)
  expect(await confirmedAt(cookie)).toEqual(before!)
  const confirmed = await visit('/confirm', { cookie, form: { csrf, code: codeOf(ctx, secret) } })
  expect(confirmed.status).toBe(303)
  expect(await confirmedAt(cookieOf(confirmed))).not.toEqual(before!)
  // The code is used up, here as at the sign-in.
  expect(
    (await visit('/confirm', { cookie: cookieOf(confirmed), form: { csrf, code: codeOf(ctx, secret) } })).status,
  ).toBe(422)
  nextStep(ctx)
})

test('wrong ones meet a growing wait', async () => {
  const { cookie, csrf } = await signedIn(ctx, 'owner', 'Chitra')
  const wrong = { cookie, form: { csrf, password: 'not this one at all' } }
  for (let tries = 0; tries < 5; tries += 1) expect((await visit('/confirm', wrong)).status).toBe(422)
  const refused = await visit('/confirm', wrong)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
})

test('it leads nowhere but on this site, and not to itself', async () => {
  const { csrf, ...esther } = await signedIn(ctx, 'viewer', 'Esther')
  let { cookie } = esther
  const asked = ['https://evil.example/', '//evil.example', '/\\evil.example', '/confirm?next=/confirm', '/sign-out']
  for (const next of asked) {
    const answer = await visit('/confirm', { cookie, form: { csrf, password: PASSWORD, next } })
    expect([next, answer.headers.get('location')]).toEqual([next, '/admin'])
    cookie = cookieOf(answer)
  }
})

test('it takes the page’s own token, and somebody who is signed in', async () => {
  const { cookie } = await signedIn(ctx, 'viewer', 'Divya')
  expect((await visit('/confirm', { cookie, form: { csrf: 'another', password: PASSWORD } })).status).toBe(403)
  expect((await visit('/confirm', { form: { password: PASSWORD } })).status).toBe(401)
  expect((await visit('/confirm?next=/admin')).headers.get('location')).toStartWith('/sign-in?next=')
})
