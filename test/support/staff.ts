import { findActor } from '#src/auth/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import type { DocumentKind } from '#src/documents/model.ts'
import { csrfToken } from '#src/http/csrf.ts'
import type { Role, StaffActor } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { testApp } from './app.ts'
import type { TestContext } from './context.ts'
import { aRegistration } from './registrations.ts'

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

/** Somebody as if signed in, whom no account stands for. */
export const aStaffActor = (about: Partial<StaffActor> = {}): StaffActor => ({
  kind: 'staff',
  id: crypto.randomUUID(),
  name: 'Meena Raj',
  email: 'meena@example.org',
  grants: [],
  sessionId: crypto.randomUUID(),
  by: 'cookie',
  confirmedAt: null,
  hasFactor: false,
  enrolBy: null,
  mustEnrol: false,
  ...about,
})

/** Somebody of this role with a session, as if signed in by the form; `name` names them and their e-mail. */
export async function signedIn(ctx: TestContext, role: Role, name: string = role): Promise<SignedIn> {
  const email = `${name.toLowerCase()}@example.org`
  const id = await addStaff(ctx, { name, email, password: PASSWORD, role })
  const token = await ctx.db.write.begin((tx) =>
    startSession(tx, { staffId: id, device: '', isConfirmed: true }, ctx.now()),
  )
  const actor = await findActor(ctx, token)
  if (actor.kind !== 'staff') throw new Error('The session that was begun is not found.')
  return { cookie: `session=${token}`, csrf: csrfToken(ctx, actor), actor, email }
}

/** The value of a cookie that an answer sets, as a request sends it back. */
export function cookieOf(answer: Pick<Response, 'headers'>): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0]!
}

/** Sends a registration over the API; its id and what the captain was told. */
export async function send(url: string, about: Parameters<typeof aRegistration>[0] = {}) {
  const answer = await fetch(`${url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(aRegistration(about)),
  })
  if (answer.status !== 201) throw new Error(`The registration was refused: ${await answer.text()}`)
  return (await answer.json()) as { id: string; reference: string; pin: string }
}

/** Sends a file before the registration that names it; its id. */
export async function upload(url: string, kind: DocumentKind, file: File): Promise<string> {
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', file)
  const answer = await fetch(`${url}/api/v1/uploads`, { method: 'POST', body: form })
  if (answer.status !== 201) throw new Error(`The file was refused: ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}
