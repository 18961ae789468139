import { findActor, type StaffActor } from '#src/auth/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import { csrfToken } from '#src/http/csrf.ts'
import type { Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { testApp } from './app.ts'
import type { TestContext } from './context.ts'

export const PASSWORD = 'a rope for the marquee'

/** The whole server; `visit` is a browser's request to it, which follows no redirect. */
export async function staffApp(overrides: Parameters<typeof testApp>[0] = {}) {
  const app = await testApp(overrides)
  return { ...app, visit: visitor(app.url) }
}

export type Visit = {
  cookie?: string
  /** Makes it a POST of a form. */
  form?: Record<string, string>
  headers?: Record<string, string>
}

const visitor =
  (url: string) =>
  (path: string, { cookie, form, headers = {} }: Visit = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      body: form ? new URLSearchParams(form) : undefined,
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(form ? { origin: url, 'sec-fetch-site': 'same-origin' } : {}),
        ...headers,
      },
    })

export type SignedIn = { cookie: string; csrf: string; actor: StaffActor; email: string }

/** Somebody of this role with a session, as if signed in by the form; `name` names them and their e-mail. */
export async function signedIn(ctx: TestContext, role: Role, name: string = role): Promise<SignedIn> {
  const email = `${name.toLowerCase()}@example.org`
  const id = await addStaff(ctx, { name, email, password: PASSWORD, role })
  const token = await ctx.db.write.begin((tx) => startSession(tx, id, ctx.now()))
  const actor = await findActor(ctx, token)
  if (actor.kind !== 'staff') throw new Error('The session that was begun is not found.')
  return { cookie: `session=${token}`, csrf: csrfToken(ctx, actor), actor, email }
}

/** The value of a cookie that an answer sets, as a request sends it back. */
export function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0]!
}
