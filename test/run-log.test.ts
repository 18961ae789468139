import { expect, test } from 'bun:test'
import { makeKeys, newToken } from '#src/lib/keys.ts'
import { newDraftToken } from '#src/registration/form/draft-token.ts'
import { SECRET_KEY } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { findPrivateLines, secretsIn } from '#test/support/run-log.ts'
import { PASSWORD } from '#test/support/staff.ts'

const secrets = new Set(['7K3M9QWX', '482913'])
const line = (fields: object) => JSON.stringify({ level: 30, ...fields, event: 'team.told' })

test('whatever the factories make is found in a log, wherever it stands', () => {
  const { teamName, clubName, captain, viceCaptain, players } = aRegistration()
  const values = [teamName, clubName, captain.name, captain.phone, captain.email, viceCaptain.name, players[0]!.name]
  for (const value of [...values, PASSWORD, '7K3M9QWX', '482913'])
    for (const fields of [
      { a: value },
      { a: [{ b: `is "${value}".` }] },
      { [value]: 1 },
      { err: { stack: `E: ${value}\n at` } },
    ])
      expect(findPrivateLines({ lines: [line(fields)], secrets })).toHaveLength(1)
})

test('the key that the tests start a server with is found', () => {
  expect(findPrivateLines({ lines: [line({ key: SECRET_KEY })], secrets })).toHaveLength(1)
})

test('ids, counts and times are nothing of anybody', () => {
  const lines = [
    line({ teamId: Bun.randomUUIDv7(), pid: 482_913, time: '2026-11-21T14:31:19.123Z', route: '/entry/:token' }),
    line({ requestId: '01a1ff92-bf88-76a5-9451-919802126649' }),
  ]
  expect(findPrivateLines({ lines, secrets })).toEqual([])
})

test('what programs and second factors are known by is found', () => {
  const access = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl'
  for (const credential of [`ts_live_${newToken()}`, access, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'])
    expect(findPrivateLines({ lines: [line({ err: { message: `of ${credential}.` } })], secrets })).toHaveLength(1)
})

test('a form’s token is found in a log, whoever it was given to', () => {
  for (const token of [newDraftToken(makeKeys('any')), newToken()])
    for (const text of [token, `GET /draft/${token}?again`, `draft-open=${token}; path=/`])
      expect(findPrivateLines({ lines: [line({ err: { message: text } })], secrets })).toHaveLength(1)
})

test('what is given out is known: by cookie, by link, in a page’s field and in an answer', async () => {
  const [cookie, link, field, next] = [newToken(), newToken(), newToken(), newToken()]
  const headers = { 'content-type': 'text/html; charset=utf-8', 'set-cookie': `draft-open=${cookie}; path=/` }
  const page = new Response(`<a href="/draft/${link}">…</a><input name="draft" value="${field}">`, { headers })
  Object.defineProperty(page, 'url', { value: 'http://127.0.0.1:4000/t/open/register' })
  expect(await secretsIn(page)).toEqual([cookie, link, field])
  const answer = { reference: '7K3M9QWX', pin: '482913', statusUrl: `http://127.0.0.1:4000/entry/${next}` }
  expect(
    await secretsIn(Response.json(answer, { status: 201, headers: { 'content-type': 'application/json' } })),
  ).toEqual([next, '7K3M9QWX', '482913'])
  const onwards = new Response(null, { status: 204, headers: { 'hx-redirect': `/draft/${next}` } })
  expect(await secretsIn(onwards)).toEqual([next])
})
