import { makeApp } from '#src/app.ts'
import { identify } from '#src/auth/pages.ts'
import { findActor, type StaffActor } from '#src/auth/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import { loadAssets } from '#src/http/assets.ts'
import { csrfToken } from '#src/http/csrf.ts'
import type { Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { type TestContext, testContext } from './context.ts'

export const PASSWORD = 'a rope for the marquee'

/** The whole server on a context whose sessions count; `visit` is a browser's request to it. */
export async function staffApp(overrides: Parameters<typeof testContext>[0] = {}) {
  const ctx = await testContext(overrides)
  ctx.identify = (request) => identify(ctx, request)
  const app = makeApp(ctx, await loadAssets())
  return { ctx, app, visit: visitor(app) }
}

export type Visit = {
  cookie?: string
  /** Makes it a POST of a form. */
  form?: Record<string, string>
  headers?: Record<string, string>
}

export const visitor =
  (app: { handle(request: Request): Promise<Response> }) =>
  (path: string, { cookie, form, headers = {} }: Visit = {}): Promise<Response> =>
    app.handle(
      new Request(`http://localhost${path}`, {
        method: form ? 'POST' : 'GET',
        body: form ? new URLSearchParams(form) : undefined,
        headers: {
          ...(cookie ? { cookie } : {}),
          ...(form ? { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' } : {}),
          ...headers,
        },
      }),
    )

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
