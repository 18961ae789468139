import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { endExecutables, runExecutable, startExecutable } from '#test/support/executable.ts'

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

const EMAIL = 'meena@example.org'
const PASSWORD = 'a rope for the marquee'
const FORMER = 'the key of last year, which is long enough for this'
const PRESENT = 'the key of this year, which is long enough as well'

type Json = Record<string, string>

test('a program signs in, asks, goes on and out, and does so across a change of the secret key; a key comes in by itself', async () => {
  const first = await startExecutable({ env: { SECRET_KEY: FORMER, TOURNAMENT_PRESET: 'open' } })
  const owner = ['--email', EMAIL, '--name', 'Meena Raj', '--role', 'owner', '--password-stdin']
  const env = { SECRET_KEY: FORMER }
  await runExecutable(['staff', 'add', ...owner], { cwd: first.folder, input: PASSWORD, env })
  let { url } = first
  const post = async (path: string, body: object, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    return fetch(`${url}/api/v1/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const ask = (path: string, token: string) =>
    fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })

  const tokens = (await (await post('login', { email: EMAIL, password: PASSWORD })).json()) as Json
  expect(await (await ask('auth/me', tokens.access_token!)).json()).toMatchObject({ email: EMAIL })
  const key = await makeKey(url)
  expect((await ask('registrations', key)).status).toBe(200)
  expect(await first.stop()).toBe(0)
  for (const secret of [tokens.access_token!, tokens.refresh_token!, key]) expect(first.output()).not.toContain(secret)

  const second = await startExecutable({
    cwd: first.folder,
    env: { SECRET_KEY: PRESENT, SECRET_KEY_OLD: FORMER, TOURNAMENT_PRESET: 'open' },
  })
  url = second.url
  expect((await ask('registrations', tokens.access_token!)).status).toBe(200)
  expect((await ask('registrations', key)).status).toBe(200)
  const next = (await (await post('refresh', { refresh_token: tokens.refresh_token })).json()) as Json
  expect((await ask('registrations', next.access_token!)).status).toBe(200)
  expect((await post('logout', {}, next.access_token)).status).toBe(204)
  expect((await ask('registrations', next.access_token!)).status).toBe(401)
  expect(await second.stop()).toBe(0)
})

/** As an owner makes one in a browser. */
async function makeKey(url: string): Promise<string> {
  const signIn = new URLSearchParams({ email: EMAIL, password: PASSWORD })
  const headers = { origin: url }
  const answer = await fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', body: signIn, headers })
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  const page = await (await fetch(`${url}/admin/keys/new`, { headers: { cookie } })).text()
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!
  const body = new URLSearchParams({
    csrf: hidden('csrf'),
    id: hidden('id'),
    name: 'Scoreboard',
    reach: 'tournament',
    life: '90',
    'scope:registrations.see': 'on',
  })
  const made = await fetch(`${url}/admin/keys`, { method: 'POST', body, headers: { ...headers, cookie } })
  return /ts_live_[\w-]{43}/.exec(await made.text())![0]
}
