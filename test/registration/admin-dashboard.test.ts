import { afterAll, expect, test } from 'bun:test'
import { approve } from '#src/review/service.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, url, visit, end } = await staffApp()
const admin: SignedIn = await signedIn(ctx, 'admin', 'Asha')
afterAll(() => end())

const dashboard = async () => (await visit('/admin', { cookie: admin.cookie })).text()

test('before anything has come in it leads to the form', async () => {
  const text = await dashboard()
  expect(text).toContain('No registration yet')
  expect(text).toContain('href="/register"')
})

test('it tells states, arrivals by day, and the newest ten', async () => {
  const sent = []
  for (let made = 1; made <= 11; made++) sent.push(await send(url, { teamName: `Team of ${'abcdefghijk'[made - 1]}` }))
  await approve(ctx, admin.actor, ctx.tournament, sent[0]!.id, { expectedState: 'submitted' })
  const text = await dashboard()
  expect(text).toMatch(/Received<\/a><\/dt><dd><span class="fact-value">10</)
  expect(text).toMatch(/Approved<\/a><\/dt><dd><span class="fact-value">1</)
  expect(text).toContain('href="/admin/registrations?state=approved"')
  expect(text).toContain('Registrations per day: 11 in 30 days, at most 11 on one day.')
  expect(text).toContain('Team of k')
  expect(text).not.toContain('Team of a<')
})

test('the days are those of the tournament’s zone, today the last', async () => {
  const today = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'Asia/Kolkata' }).format(
    ctx.now(),
  )
  const rows = [...(await dashboard()).matchAll(/<tr><th scope="row">([^<]+)<\/th><td>(\d+)<\/td><\/tr>/g)]
  expect(rows.length).toBe(30)
  expect(rows.at(-1)!.slice(1)).toEqual([today, '11'])
})

test('nobody gets here without signing in', async () => {
  const answer = await visit('/admin')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fadmin'])
})

test('over plain http every staff page warns', async () => {
  expect(await dashboard()).toContain('without https')
})
