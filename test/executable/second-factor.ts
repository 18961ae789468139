import { TOTP } from 'otpauth'
import type { Ceremony } from '#src/auth/passkeys/service.ts'
import { anAuthenticator } from '#test/support/authenticator.ts'
import { type Executable, runExecutable } from '#test/support/executable.ts'

const PASSWORD = 'a rope for the marquee'
const SECRET = /data-secret[^>]*>([^<]+)</
const CSRF = /name="csrf" value="([^"]+)"/

/** Somebody who sets up an app and a passkey in the executable: what the pages showed, and who signs in by the passkey alone. */
export async function setUpFactors(server: Executable): Promise<{ qr: string; codes: number; enteredBy: string }> {
  const who = ['--email', 'asha@example.org', '--name', 'Asha', '--role', 'viewer', '--password-stdin']
  await runExecutable(['staff', 'add', ...who], { cwd: server.folder, input: PASSWORD })
  // Passkeys are for names.
  const url = server.url.replace('127.0.0.1', 'localhost')
  let cookie = ''
  const send = async (path: string, form: Record<string, string>) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
      headers: { cookie, origin: url },
    })
    const session = answer.headers.getSetCookie().find((one) => one.startsWith('session='))
    if (session) cookie = session.split(';')[0]!
    return answer
  }
  const see = async (path: string) => (await fetch(url + path, { headers: { cookie } })).text()

  await send('/sign-in', { email: 'asha@example.org', password: PASSWORD })
  const csrf = CSRF.exec(await see('/account/second-factor'))![1]!
  await send('/account/second-factor/app', { csrf })
  const page = await see('/account/second-factor/app')
  const code = new TOTP({ secret: SECRET.exec(page)![1]!.replaceAll(' ', '') }).generate()
  const codes = (await (await send('/account/second-factor/app/code', { csrf, code })).text()).match(
    /\w{4}(?:-\w{4}){3}/g,
  )

  const authenticator = anAuthenticator(url)
  const asked = (await (await send('/account/passkeys/challenge', { csrf })).json()) as Ceremony
  await send('/account/passkeys', { csrf, name: 'Phone', ...authenticator.create(asked) })
  cookie = ''
  const ceremony = (await (await send('/sign-in/passkey/challenge', {})).json()) as Ceremony
  await send('/sign-in/passkey', authenticator.get(ceremony))
  return {
    qr: /<svg[^>]*data-qr[^>]*>.*?<\/svg>/.exec(page)?.[0] ?? '',
    codes: new Set(codes).size,
    enteredBy: await see('/account'),
  }
}
